"""Duplicates: rows of one set of samples that are also in another."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.samples import Samples

_BYTES = 1 << 26  # of the training set are read for this: all but very large sets
_HELD_ROWS = 1024


@dataclass(frozen=True)
class Duplicates:
    """How many rows of a held-out set the training set has as well, inputs and targets.

    Args:
        found, looked_at: rows of the held-out set.
        known: rows of the training set that they were compared with.
        own: share of these that the training set has more than once.
        seen: share of the training set that ``known`` is.
    """

    found: int
    looked_at: int
    known: int
    own: float
    seen: float

    @property
    def share(self) -> float:
        """Of the held-out rows that are in the whole training set, as estimated from what was looked at."""
        return min(1.0, self.found / self.looked_at / self.seen)


def duplicates(train: Samples, held: Samples) -> Duplicates | None:
    """Compare rows byte for byte; None where the two are not of the same kind.

    >>> import numpy as np
    >>> train, held = Samples([np.arange(10.0)[:, None]]), Samples([np.array([[3.0], [3.5]])])
    >>> duplicates(train, held).share
    0.5
    """
    kinds = [[(a.dtype, a.shape[1:]) for a in (*s.inputs, *s.targets)] for s in (train, held)]
    if kinds[0] != kinds[1] or not len(train) or not len(held):
        return None
    row = sum(a.dtype.itemsize * int(np.prod(a.shape[1:])) for a in (*train.inputs, *train.targets))
    rows, held_rows = _spread(len(train), max(1, _BYTES // max(row, 1))), _spread(len(held), _HELD_ROWS)
    known = [_digest(train, i) for i in rows]
    distinct = set(known)
    found = sum(_digest(held, i) in distinct for i in held_rows)
    return Duplicates(found, len(held_rows), len(known), 1 - len(distinct) / len(known), len(known) / len(train))


def _spread(count: int, most: int) -> npt.NDArray[Any]:
    return np.unique(np.linspace(0, count - 1, min(count, most), dtype=np.int64))


def _digest(samples: Samples, row: int) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for array in (*samples.inputs, *samples.targets):
        digest.update(np.ascontiguousarray(array[row]).tobytes())
    return digest.digest()
