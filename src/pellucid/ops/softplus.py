"""Softplus: a smooth ReLU."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.unary import Unary


class Softplus(Unary):
    r"""The integral of the sigmoid, elementwise.

        y = log(1 + e^x)        dL/dx = dL/dy sigmoid(x) = dL/dy (1 - e^-y)

    Shapes: any -> the same. (Dugas et al. 2001.)
    """

    forward_kernel = "activation.softplus"
    gradient_kernel = "activation.softplus_gradient"

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.logaddexp(x, 0)

    def backward(self, xp: Any, grad: Any, y: Any) -> Any:
        return grad * -xp.expm1(-y)


def softplus(x: Any) -> Tensor:
    """``log(1 + e^x)``, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.softplus([-1000.0, 0.0, 2.0]).numpy().round(4)
    array([0.    , 0.6931, 2.1269], dtype=float32)
    """
    return Softplus()(*floating(x))
