"""ReLU6: a ReLU that saturates at 6."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.piecewise_linear import Pieces, PiecewiseLinear


class Relu6(PiecewiseLinear):
    r"""Rectified linear unit with a ceiling, elementwise.

        y = min(max(x, 0), 6)        dL/dx = dL/dy [0 < x <= 6]

    Shapes: any -> the same. The ceiling keeps values in the range of small number formats. (Krizhevsky 2010.)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.clip(x, 0, 6)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return xp.where((x > 0) & (x <= 6), grad, 0)

    @property
    def pieces(self) -> Pieces:
        return Pieces(low=0.0, below=(0.0, 0.0), between=(1.0, 0.0), high=6.0, above=(0.0, 6.0))


def relu6(x: Any) -> Tensor:
    """``min(max(x, 0), 6)``, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.relu6([-1.0, 2.0, 7.0]).numpy()
    array([0., 2., 6.], dtype=float32)
    """
    return Relu6()(*floating(x))
