"""SiLU: x, gated by its own sigmoid."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.sigmoid import logistic
from pellucid.ops.unary import Unary


class Silu(Unary):
    r"""Sigmoid linear unit, also called Swish, elementwise.

        y = x s        s = sigmoid(x)        dL/dx = dL/dy (s + x s (1 - s))

    Shapes: any -> the same. (Elfwing, Uchibe and Doya 2018; Ramachandran, Zoph and Le 2017.)
    """

    forward_kernel = "activation.silu"
    gradient_kernel = "activation.silu_gradient"

    def forward(self, xp: Any, x: Any) -> Any:
        return x * logistic(xp, x)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        s = logistic(xp, x)
        return grad * (s + x * s * (1 - s))


def silu(x: Any) -> Tensor:
    """``x sigmoid(x)``, elementwise; also ``pellucid.ops.swish``.

    >>> import pellucid as pl
    >>> pl.ops.silu([-1000.0, -1.0, 0.0, 1.0]).numpy().round(4)
    array([-0.    , -0.2689,  0.    ,  0.7311], dtype=float32)
    """
    return Silu()(*floating(x))


swish = silu
