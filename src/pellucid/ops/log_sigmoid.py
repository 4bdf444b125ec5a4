"""Log-sigmoid: the logarithm of sigmoid, without the detour."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.unary import Unary


class LogSigmoid(Unary):
    r"""Logarithm of the sigmoid, right where a probability would round to 0.

        y = log sigmoid(x) = -log(1 + e^-x)        dL/dx = dL/dy (1 - sigmoid(x)) = dL/dy (1 - e^y)

    Shapes: any -> the same.
    """

    forward_kernel = "activation.log_sigmoid"
    gradient_kernel = "activation.log_sigmoid_gradient"

    def forward(self, xp: Any, x: Any) -> Any:
        return -xp.logaddexp(-x, 0)

    def backward(self, xp: Any, grad: Any, y: Any) -> Any:
        return grad * -xp.expm1(y)


def log_sigmoid(x: Any) -> Tensor:
    """``log sigmoid(x)``, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.log_sigmoid([-2.0, 0.0, 1000.0]).numpy().round(4)
    array([-2.1269, -0.6931, -0.    ], dtype=float32)
    """
    return LogSigmoid()(*floating(x))
