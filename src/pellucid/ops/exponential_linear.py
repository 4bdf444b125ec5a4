"""ExponentialLinear: what ELU, SELU and CELU have in common."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

from pellucid.ops.unary import Unary


@dataclass(frozen=True)
class Branches:
    """y = slope x above 0, and height (e^(rate x) - 1) below."""

    slope: float
    height: float
    rate: float


class ExponentialLinear(Unary):
    r"""Straight above 0, exponential below.

        y = slope x                      dL/dx = dL/dy slope                     where x > 0
        y = height (e^(rate x) - 1)      dL/dx = dL/dy rate (y + height)         elsewhere

    Shapes: any -> the same. With height and rate >= 0, y has the sign of x, so the derivative can be told from y.
    """

    forward_kernel = "exponential_linear.forward"
    gradient_kernel = "exponential_linear.gradient"

    @property
    @abstractmethod
    def branches(self) -> Branches:
        """The three numbers."""

    def forward(self, xp: Any, x: Any) -> Any:
        b = self.branches
        return xp.where(x > 0, b.slope * x, b.height * xp.expm1(b.rate * xp.minimum(x, 0)))  # the minimum never overflows

    def backward(self, xp: Any, grad: Any, y: Any) -> Any:
        b = self.branches
        return xp.where(y > 0, b.slope * grad, grad * (b.rate * (y + b.height)))

    @property
    def settings(self) -> tuple[float, ...]:
        b = self.branches
        return float(b.slope), float(b.height), float(b.rate)
