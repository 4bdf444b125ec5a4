"""Hard sigmoid: a sigmoid of three straight lines."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.piecewise_linear import Pieces, PiecewiseLinear


class HardSigmoid(PiecewiseLinear):
    r"""The sigmoid's shape without an exponential, elementwise.

        y = min(max(x / 6 + 1 / 2, 0), 1)        dL/dx = dL/dy / 6 for -3 < x <= 3, else 0

    Shapes: any -> the same. Keras 3's and PyTorch's form; Keras 2 had the slope 0.2. (Courbariaux, Bengio and David 2015.)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.clip(x / 6 + 0.5, 0, 1)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return xp.where((x > -3) & (x <= 3), grad / 6, 0)

    @property
    def pieces(self) -> Pieces:
        return Pieces(low=-3.0, below=(0.0, 0.0), between=(1 / 6, 0.5), high=3.0, above=(0.0, 1.0))


def hard_sigmoid(x: Any) -> Tensor:
    """``x / 6 + 1 / 2``, held between 0 and 1.

    >>> import pellucid as pl
    >>> pl.ops.hard_sigmoid([-4.0, 0.0, 1.5, 4.0]).numpy()
    array([0.  , 0.5 , 0.75, 1.  ], dtype=float32)
    """
    return HardSigmoid()(*floating(x))
