"""Threshold: what does not exceed it is replaced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.piecewise_linear import Pieces, PiecewiseLinear


@dataclass(frozen=True)
class Threshold(PiecewiseLinear):
    r"""A value in place of what lies at or below a threshold, elementwise.

        y = x if x > threshold, else default_value        dL/dx = dL/dy [x > threshold]

    Shapes: any -> the same. As `torch.nn.Threshold`.
    """

    threshold: float
    default_value: float

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.where(x <= self.threshold, self.default_value, x)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return xp.where(x > self.threshold, grad, 0)

    @property
    def pieces(self) -> Pieces:
        return Pieces(low=self.threshold, below=(0.0, self.default_value), between=(1.0, 0.0))


def threshold(x: Any, threshold: float, default_value: float) -> Tensor:
    """``x`` where it is above ``threshold``, else ``default_value``.

    Raises:
        ArgumentError: a setting is no finite number.

    >>> import pellucid as pl
    >>> pl.ops.threshold([-1.0, 0.5, 2.0], threshold=1.0, default_value=-9.0).numpy()
    array([-9., -9.,  2.], dtype=float32)
    """
    op = Threshold(real("threshold", "threshold", threshold), real("threshold", "default_value", default_value))
    return op(*floating(x))
