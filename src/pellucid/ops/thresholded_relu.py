"""ReLU with a threshold, a ceiling and a slope below."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

from pellucid.ops.piecewise_linear import Pieces, PiecewiseLinear


@dataclass(frozen=True)
class ThresholdedRelu(PiecewiseLinear):
    r"""The rectified linear unit in its general form, as Keras has it.

        y = negative_slope (x - threshold)      dL/dx = dL/dy negative_slope     where x <= threshold
        y = min(x, max_value)                   dL/dx = dL/dy [x <= max_value]   elsewhere

    Shapes: any -> the same. With a threshold above 0 it jumps there (Konda et al. 2015).
    """

    negative_slope: float = 0.0
    max_value: float | None = None
    threshold: float = 0.0

    @property
    def _ceiling(self) -> float:
        return inf if self.max_value is None else self.max_value

    def forward(self, xp: Any, x: Any) -> Any:
        low = self.negative_slope * (x - self.threshold) if self.negative_slope else 0  # no infinity times 0
        return xp.where(x <= self.threshold, low, xp.minimum(x, self._ceiling))

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        passing = xp.where(x <= self._ceiling, grad, 0)
        return xp.where(x > self.threshold, passing, self.negative_slope * grad)

    @property
    def pieces(self) -> Pieces:
        below = (self.negative_slope, -self.negative_slope * self.threshold)
        if self.max_value is None:
            return Pieces(low=self.threshold, below=below, between=(1.0, 0.0))
        high = max(self.max_value, self.threshold)
        return Pieces(low=self.threshold, below=below, between=(1.0, 0.0), high=high, above=(0.0, self.max_value))
