"""Room: what weights may take while a model is made from a file, so that no configuration can fill the memory; and no room."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.errors import FileFormatError

_left: ContextVar[list[int] | None] = ContextVar("room", default=None)
_without_values: ContextVar[bool] = ContextVar("without_values", default=False)


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Within, layers make weights of at most ``size`` bytes in all, as zeros: the file's values replace them."""
    token = _left.set([size])
    try:
        yield
    finally:
        _left.reset(token)


@contextmanager
def without_values() -> Iterator[None]:
    """Within, layers make weights that take no memory: each reads as zeros, and none can be written."""
    token = _without_values.set(True)
    try:
        yield
    finally:
        _without_values.reset(token)


def stored(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """First values as a parameter keeps them: its own copy, but for weights that take no memory."""
    return values if _without_values.get() else np.array(values, order="C")


def taken(owner: str, shape: Sequence[int], dtype: np.dtype[Any]) -> npt.NDArray[Any] | None:
    """The zeros that stand in for a new weight while a model is made from a file, or without values; None at other times.

    Raises:
        FileFormatError: there is no room for them.
    """
    if _without_values.get():
        return np.broadcast_to(np.zeros((), dtype), shape)
    left = _left.get()
    if left is None:
        return None
    require_room(owner, "weights", shape, dtype)
    left[0] -= math.prod(shape) * dtype.itemsize
    return np.zeros(shape, dtype)


def require_room(owner: str, what: str, shape: Sequence[int], dtype: npt.DTypeLike) -> None:
    """Called before a layer makes an array of a size that its configuration or its input's shape says.

    Raises:
        FileFormatError: a model is being made from a file, and there is no room for it.
    """
    left = _left.get()
    if left is not None and math.prod(shape) * np.dtype(dtype).itemsize > left[0]:
        raise FileFormatError(f"{owner}: its {what} of shape {tuple(shape)} are far more than the file holds.")
