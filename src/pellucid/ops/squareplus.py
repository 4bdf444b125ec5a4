"""Squareplus: a ReLU whose corner is a hyperbola."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.unary import Unary


@dataclass(frozen=True)
class Squareplus(Unary):
    r"""Softplus' shape by a root in place of exponential and logarithm, elementwise.

        y = (x + r) / 2        r = sqrt(x^2 + b)        dL/dx = dL/dy (1 + x / r) / 2 = dL/dy y / r

    Shapes: any -> the same. Below 0, where the sum cancels, y = b / (2 (r - x)). (Barron 2021.)
    """

    b: float = 4.0

    forward_kernel = "squareplus.forward"
    gradient_kernel = "squareplus.gradient"

    def forward(self, xp: Any, x: Any) -> Any:
        return self._value(xp, x, xp.hypot(x, sqrt(self.b)))

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        r = xp.hypot(x, sqrt(self.b))
        return grad * (self._value(xp, x, r) / r)

    def _value(self, xp: Any, x: Any, r: Any) -> Any:
        size = xp.abs(x)
        far = size / 2 + r / 2  # halved first: the sum of the greatest numbers would overflow
        return xp.where(x > 0, far, self.b / 4 / far)

    @property
    def settings(self) -> tuple[float, ...]:
        return (float(self.b),)


def squareplus(x: Any, b: float = 4.0) -> Tensor:
    """``(x + sqrt(x^2 + b)) / 2``, elementwise.

    Raises:
        ArgumentError: b is not > 0.

    >>> import pellucid as pl
    >>> pl.ops.squareplus([-1e4, 0.0, 1.5]).numpy()
    array([1.e-04, 1.e+00, 2.e+00], dtype=float32)
    """
    return Squareplus(real("squareplus", "b", b, above=0))(*floating(x))
