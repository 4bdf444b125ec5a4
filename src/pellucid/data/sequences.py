"""Sequences of different lengths as arrays: padded, put together by length, or cut into windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.arguments import flag, integer
from pellucid.errors import DataError

Array = npt.NDArray[Any]


def padded(sequences: Sequence[npt.ArrayLike], length: int | None = None, value: float = 0) -> Array:
    """One array of sequences, each filled up at its end.

    Shapes: n sequences of (time,) or (time, features) -> (n, length) or (n, length, features). Integers become int64, other
    numbers float32.

    Args:
        sequences: of any lengths; also of none.
        length: of all of them; that of the longest where not given.
        value: what they are filled up with.

    Raises:
        DataError: there is no sequence, or one is longer than ``length``.

    >>> padded([[1, 2, 3], [4], []])
    array([[1, 2, 3],
           [4, 0, 0],
           [0, 0, 0]])
    """
    arrays = [np.asarray(sequence) for sequence in sequences]
    if not arrays:
        raise DataError("padded: at least one sequence is needed. Received none.")
    for place, array in enumerate(arrays):
        if array.ndim == 0 or array.dtype.kind not in "iufb":
            raise DataError(
                f"padded: each sequence must be numbers along an axis of time. Received {sequences[place]!r} at place {place}. "
                "Texts become ids by Vocabulary.encode."
            )
    longest = max(len(array) for array in arrays)
    to = longest if length is None else integer("padded", "length", length, at_least=0)
    if longest > to:
        place = next(i for i, array in enumerate(arrays) if len(array) == longest)
        raise DataError(f"padded: length={to}, but sequence {place} has {longest} steps. Cut it, or pass a greater length.")
    filled = [array for array in arrays if len(array)]
    whole = all(array.dtype.kind in "iub" for array in filled)
    features = filled[0].shape[1:] if filled else ()
    if others := {array.shape[1:] for array in filled} - {features}:
        raise DataError(f"padded: all steps must be of one shape. Received {features} and {others.pop()}.")
    result = np.full((len(arrays), to, *features), value, np.int64 if whole else np.float32)
    for row, array in zip(result, arrays, strict=True):
        if len(array):
            row[: len(array)] = array
    return result


def windows(sequence: npt.ArrayLike, length: int, stride: int | None = None) -> tuple[Array, Array]:
    """Pieces of a long sequence, and the same pieces one step later: what comes next, at every step.

    Shapes: (time,) -> two of (pieces, length). A rest that is shorter than a piece is left out.

    Args:
        sequence: such as a text's ids.
        length: steps in a piece.
        stride: steps between the beginnings of pieces; ``length`` where not given, so that pieces do not overlap.

    Raises:
        DataError: the sequence has not even ``length + 1`` steps.

    >>> x, y = windows([1, 2, 3, 4, 5, 6, 7], length=3)
    >>> x.tolist(), y.tolist()
    ([[1, 2, 3], [4, 5, 6]], [[2, 3, 4], [5, 6, 7]])
    """
    whole = np.asarray(sequence)
    if whole.ndim != 1:
        raise DataError(f"windows: the sequence must have one axis, that of time. Received shape {whole.shape}.")
    length = integer("windows", "length", length, at_least=1)
    step = length if stride is None else integer("windows", "stride", stride, at_least=1)
    if len(whole) < length + 1:
        raise DataError(
            f"windows: pieces of {length} steps and the one that follows need at least {length + 1}. Received {len(whole)}. "
            "Bring more, or choose a smaller length."
        )
    pieces = np.lib.stride_tricks.sliding_window_view(whole, length + 1)[::step]
    return pieces[:, :-1].copy(), pieces[:, 1:].copy()


class Buckets:
    """Batches of sequences of similar length, so that little of a batch is padding; goes into ``fit`` as it is.

    Sequences are sorted by length, cut into batches, and each batch is padded to its longest (rounded up, since for each length
    that occurs a program of its own is made). Batches come in a new order each time they are gone through, sequences in a new
    order among those of their length.

    Args:
        sequences: of ids, (time,) each.
        targets: one a sequence.
        batch_size: sequences in a batch; the last of them may have fewer.
        multiple: lengths are rounded up to one of this.
        shuffle: whether the order is new each time.
        seed: of the order.

    Raises:
        DataError: there is no sequence, or one without a step, or not one target a sequence.

    >>> batches = Buckets([[1], [1, 2, 3], [2], [3, 2, 1]], [0, 1, 0, 1], batch_size=2, multiple=1, shuffle=False)
    >>> [x.tolist() for x, y in batches], batches.padding
    ([[[1], [2]], [[1, 2, 3], [3, 2, 1]]], 0.0)
    """

    def __init__(
        self,
        sequences: Sequence[npt.ArrayLike],
        targets: npt.ArrayLike,
        batch_size: int = 32,
        *,
        multiple: int = 8,
        shuffle: bool = True,
        seed: int = 0,
    ) -> None:
        self._sequences = [np.asarray(sequence) for sequence in sequences]
        self._targets = np.asarray(targets)
        self._size = integer("Buckets", "batch_size", batch_size, at_least=1)
        self._multiple = integer("Buckets", "multiple", multiple, at_least=1)
        self._shuffle = flag("Buckets", "shuffle", shuffle)
        self._seed = integer("Buckets", "seed", seed, at_least=0)
        self._passes = 0
        self._lengths = np.array([len(sequence) for sequence in self._sequences])
        if not len(self._lengths) or len(self._targets) != len(self._lengths):
            raise DataError(
                "Buckets: at least one sequence, and one target for each, is needed. Received "
                f"{len(self._lengths)} sequences and {len(self._targets)} targets."
            )
        if not self._lengths.all():
            raise DataError(f"Buckets: sequence {int(self._lengths.argmin())} has no step. Leave it out.")

    def __len__(self) -> int:
        return -(-len(self._sequences) // self._size)

    @property
    def padding(self) -> float:
        """Which part of all steps in the batches is padding."""
        batches = self._cut(np.argsort(self._lengths, kind="stable"))
        return 1 - float(self._lengths.sum()) / sum(len(rows) * self._length(rows) for rows in batches)

    def __iter__(self) -> Iterator[tuple[Array, Array]]:
        self._passes += 1
        order = np.arange(len(self._lengths))
        random = np.random.default_rng([self._seed, self._passes])
        if self._shuffle:
            random.shuffle(order)
        batches = self._cut(order[np.argsort(self._lengths[order], kind="stable")])
        if self._shuffle:
            random.shuffle(batches)
        for rows in batches:
            yield padded([self._sequences[row] for row in rows], self._length(rows)), self._targets[rows]

    def _cut(self, order: Array) -> list[Array]:
        return [order[start : start + self._size] for start in range(0, len(order), self._size)]

    def _length(self, rows: Array) -> int:
        longest = int(self._lengths[rows].max())
        return -(-longest // self._multiple) * self._multiple
