"""Room: what weights may take while a model is made from a file, so that no configuration can fill the memory."""

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


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Within, layers make weights of at most ``size`` bytes in all, as zeros: the file's values replace them."""
    token = _left.set([size])
    try:
        yield
    finally:
        _left.reset(token)


def taken(owner: str, shape: Sequence[int], dtype: np.dtype[Any]) -> npt.NDArray[Any] | None:
    """The zeros that stand in for a new weight while a model is made from a file; None at other times.

    Raises:
        FileFormatError: there is no room for them.
    """
    left = _left.get()
    if left is None:
        return None
    size = math.prod(shape) * dtype.itemsize
    if size > left[0]:
        raise FileFormatError(f"{owner}: its weights of shape {tuple(shape)} are far more than the file holds.")
    left[0] -= size
    return np.zeros(shape, dtype)
