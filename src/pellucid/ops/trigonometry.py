"""Sine and cosine."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.elementwise import FloatElementwise


class Sin(FloatElementwise):
    """The sine of an angle in radians. Its derivative is the cosine."""

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.sin(x)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return grad * xp.cos(x)


class Cos(FloatElementwise):
    """The cosine of an angle in radians. Its derivative is minus the sine."""

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.cos(x)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return -grad * xp.sin(x)


def sin(x: Any) -> Tensor:
    """The sine of ``x`` radians, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.sin([0.0, 0.5]).numpy().round(4)
    array([0.    , 0.4794], dtype=float32)
    """
    return Sin()(*floating(x))


def cos(x: Any) -> Tensor:
    """The cosine of ``x`` radians, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.cos([0.0, 0.5]).numpy().round(4)
    array([1.    , 0.8776], dtype=float32)
    """
    return Cos()(*floating(x))
