"""Observation: every operation that is computed while a block runs, told to a function."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pellucid.autodiff.op import Op
    from pellucid.autodiff.tensor import Tensor


@dataclass(frozen=True, eq=False)
class Applied:
    """One operation that was computed on values.

    Args:
        op: what was computed.
        label: of the layer in whose call it stood, in names: "model/dense".
        inputs, output: with their values.
        saved: what the operation keeps of the way forward beside them.
    """

    op: Op
    label: str
    inputs: tuple[Tensor, ...]
    output: Tensor
    saved: tuple[npt.NDArray[np.generic], ...] = ()


Observer = Callable[[Applied], Any]


class _Local(threading.local):
    observer: Observer | None = None


_local = _Local()


def current_observer() -> Observer | None:
    """Who looks on in this thread, or None."""
    return _local.observer


@contextmanager
def observing(observer: Observer) -> Iterator[None]:
    """Call ``observer`` with each operation that this thread computes on tensors with values, in the order of computation.

    Programs that were compiled before are not seen: run the model eagerly.

    >>> import pellucid as pl
    >>> seen = []
    >>> with observing(seen.append):
    ...     y = pl.ops.exp([0.0]) * 2
    >>> [applied.op.name for applied in seen]
    ['Exp', 'Multiply']
    """
    outer = _local.observer
    _local.observer = observer
    try:
        yield
    finally:
        _local.observer = outer
