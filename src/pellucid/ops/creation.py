"""Tensors of numbers that are known beforehand: constants, in a trace as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Tensor, as_tensor

Shape = int | Sequence[int]


def zeros(shape: Shape, dtype: npt.DTypeLike = "float32") -> Tensor:
    """A tensor of zeros.

    >>> import pellucid as pl
    >>> pl.ops.zeros((2,)).numpy()
    array([0., 0.], dtype=float32)
    """
    return as_tensor(np.zeros(shape, dtype))


def ones(shape: Shape, dtype: npt.DTypeLike = "float32") -> Tensor:
    """A tensor of ones.

    >>> import pellucid as pl
    >>> pl.ops.ones((2,)).numpy()
    array([1., 1.], dtype=float32)
    """
    return as_tensor(np.ones(shape, dtype))


def full(shape: Shape, fill_value: float, dtype: npt.DTypeLike | None = None) -> Tensor:
    """A tensor of one number; Python's floats give float32, its integers int64.

    >>> import pellucid as pl
    >>> pl.ops.full((2,), 0.5).numpy()
    array([0.5, 0.5], dtype=float32)
    """
    return as_tensor(np.full(shape, fill_value, _dtype_of(dtype, fill_value)))


def arange(start: float, stop: float | None = None, step: float = 1, dtype: npt.DTypeLike | None = None) -> Tensor:
    """Numbers from ``start`` (0 where ``stop`` is absent) to before ``stop``, ``step`` apart; integers give int64.

    >>> import pellucid as pl
    >>> pl.ops.arange(3).numpy(), pl.ops.arange(1.0, 2.0, 0.5).numpy()
    (array([0, 1, 2]), array([1. , 1.5], dtype=float32))
    """
    start, stop = (0, start) if stop is None else (start, stop)
    return as_tensor(np.arange(start, stop, step).astype(_dtype_of(dtype, start, stop, step)))


def linspace(start: float, stop: float, num: int = 50, endpoint: bool = True, dtype: npt.DTypeLike = "float32") -> Tensor:
    """``num`` numbers at equal distances from ``start`` to ``stop``.

    >>> import pellucid as pl
    >>> pl.ops.linspace(0, 1, 3).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    return as_tensor(np.linspace(start, stop, num, endpoint).astype(dtype))


def eye(N: int, M: int | None = None, k: int = 0, dtype: npt.DTypeLike = "float32") -> Tensor:
    """A matrix with ones on its ``k``-th diagonal, (N, M), or (N, N).

    >>> import pellucid as pl
    >>> pl.ops.eye(2).numpy()
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """
    return as_tensor(np.eye(N, M, k, dtype))


def _dtype_of(dtype: npt.DTypeLike | None, *numbers: Any) -> np.dtype[Any]:
    if dtype is not None:
        return np.dtype(dtype)
    return np.dtype(np.int64 if all(isinstance(n, int | np.integer) for n in numbers) else np.float32)
