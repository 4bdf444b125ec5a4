"""Variance and standard deviation over axes, composed of means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.mean import mean
from pellucid.ops.power import sqrt, square


def var(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """The mean squared distance from the mean, over ``axis``.

    Divides by the number n of elements, as NumPy and Keras do (PyTorch divides by n - 1 unless told ``correction=0``).

    >>> import pellucid as pl
    >>> pl.ops.var([1.0, 2.0, 3.0, 6.0]).numpy()
    array(3.5, dtype=float32)
    """
    (x,) = floating(x)
    return mean(square(x - mean(x, axis, keepdims=True)), axis, keepdims)


def std(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """The square root of `var`, over ``axis``.

    >>> import pellucid as pl
    >>> pl.ops.std([[1.0, 3.0], [1.0, 9.0]], axis=1).numpy()
    array([1., 4.], dtype=float32)
    """
    return sqrt(var(x, axis, keepdims))
