"""Hard shrink: what is small becomes 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.piecewise_linear import Pieces, PiecewiseLinear, just_below


@dataclass(frozen=True)
class HardShrink(PiecewiseLinear):
    r"""Hard thresholding, elementwise.

        y = x [|x| > threshold]        dL/dx = dL/dy [|x| > threshold]

    Shapes: any -> the same. (Donoho and Johnstone 1994.)
    """

    threshold: float = 0.5

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.where(xp.abs(x) <= self.threshold, 0, x)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return xp.where(xp.abs(x) <= self.threshold, 0, grad)

    @property
    def pieces(self) -> Pieces:
        t = self.threshold
        return Pieces(low=just_below(-t), below=(1.0, 0.0), between=(0.0, 0.0), high=t, above=(1.0, 0.0))


def hard_shrink(x: Any, threshold: float = 0.5) -> Tensor:
    """``x`` where it is farther from 0 than ``threshold``, else 0.

    Raises:
        ArgumentError: the threshold is not >= 0.

    >>> import pellucid as pl
    >>> pl.ops.hard_shrink([-2.0, 0.25, 1.0]).numpy()
    array([-2.,  0.,  1.], dtype=float32)
    """
    return HardShrink(real("hard_shrink", "threshold", threshold, at_least=0))(*floating(x))
