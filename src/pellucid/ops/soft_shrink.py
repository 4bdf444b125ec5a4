"""Soft shrink: everything comes nearer to 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.piecewise_linear import Pieces, PiecewiseLinear, just_below


@dataclass(frozen=True)
class SoftShrink(PiecewiseLinear):
    r"""Soft thresholding, elementwise.

        y = sign(x) max(|x| - threshold, 0)        dL/dx = dL/dy [|x| > threshold]

    Shapes: any -> the same. It is the step that an L1 penalty takes by itself (Donoho 1995).
    """

    threshold: float = 0.5

    def forward(self, xp: Any, x: Any) -> Any:
        return x - xp.clip(x, -self.threshold, self.threshold)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return xp.where(xp.abs(x) <= self.threshold, 0, grad)

    @property
    def pieces(self) -> Pieces:
        t = self.threshold
        return Pieces(low=just_below(-t), below=(1.0, t), between=(0.0, 0.0), high=t, above=(1.0, -t))


def soft_shrink(x: Any, threshold: float = 0.5) -> Tensor:
    """``x`` moved towards 0 by ``threshold``, and 0 where it would pass it.

    Raises:
        ArgumentError: the threshold is not >= 0.

    >>> import pellucid as pl
    >>> pl.ops.soft_shrink([-2.0, 0.25, 1.0]).numpy()
    array([-1.5,  0. ,  0.5], dtype=float32)
    """
    return SoftShrink(real("soft_shrink", "threshold", threshold, at_least=0))(*floating(x))
