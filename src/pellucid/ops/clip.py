"""Clip: values held between two bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pellucid.autodiff import Spec, Tensor, as_tensor
from pellucid.errors import ArgumentError
from pellucid.ops.dtypes import floating
from pellucid.ops.elementwise import Elementwise


@dataclass(frozen=True)
class Clip(Elementwise):
    """min(max(x, low), high). The derivative is 1 from low to high, both included (as PyTorch's clamp), and 0 outside."""

    low: int | float
    high: int | float

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        return x

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.clip(x, self.low, self.high)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return xp.where((x >= self.low) & (x <= self.high), grad, 0)


def clip(x: Any, x_min: int | float, x_max: int | float) -> Tensor:
    """``x`` with values below ``x_min`` raised to it and values above ``x_max`` lowered to it.

    Raises:
        ArgumentError: ``x_min`` is above ``x_max``.

    >>> import pellucid as pl
    >>> pl.ops.clip([-3.0, 0.5, 7.0], 0, 1).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    if not x_min <= x_max:
        raise ArgumentError(f"clip: x_min must not be above x_max. Received x_min={x_min} and x_max={x_max}.")
    x = as_tensor(x)
    if isinstance(x_min, float) or isinstance(x_max, float):
        (x,) = floating(x)
    return Clip(x_min, x_max)(x)
