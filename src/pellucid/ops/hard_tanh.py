"""Hard tanh: values held between -1 and 1."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.piecewise_linear import Pieces, PiecewiseLinear


class HardTanh(PiecewiseLinear):
    r"""The hyperbolic tangent's shape of three straight lines, elementwise.

        y = min(max(x, -1), 1)        dL/dx = dL/dy [-1 < x <= 1]

    Shapes: any -> the same. (Collobert 2004.)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.clip(x, -1, 1)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return xp.where((x > -1) & (x <= 1), grad, 0)

    @property
    def pieces(self) -> Pieces:
        return Pieces(low=-1.0, below=(0.0, -1.0), between=(1.0, 0.0), high=1.0, above=(0.0, 1.0))


def hard_tanh(x: Any) -> Tensor:
    """``x``, held between -1 and 1.

    >>> import pellucid as pl
    >>> pl.ops.hard_tanh([-3.0, 0.5, 2.0]).numpy()
    array([-1. ,  0.5,  1. ], dtype=float32)
    """
    return HardTanh()(*floating(x))
