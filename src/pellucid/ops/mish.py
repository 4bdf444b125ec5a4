"""Mish: x, gated by tanh of its softplus."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.sigmoid import logistic
from pellucid.ops.unary import Unary


class Mish(Unary):
    r"""A smooth relative of SiLU, elementwise.

        y = x t        t = tanh(log(1 + e^x))        dL/dx = dL/dy (t + x (1 - t^2) sigmoid(x))

    Shapes: any -> the same. (Misra 2019.)
    """

    forward_kernel = "activation.mish"
    gradient_kernel = "activation.mish_gradient"

    def forward(self, xp: Any, x: Any) -> Any:
        return x * xp.tanh(xp.logaddexp(x, 0))

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        t = xp.tanh(xp.logaddexp(x, 0))
        return grad * (t + x * (1 - t * t) * logistic(xp, x))


def mish(x: Any) -> Tensor:
    """``x tanh(softplus(x))``, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.mish([-1000.0, -1.0, 0.0, 1.0]).numpy().round(4)
    array([-0.    , -0.3034,  0.    ,  0.8651], dtype=float32)
    """
    return Mish()(*floating(x))
