"""Sigmoid: any real number to (0, 1)."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.unary import Unary


def logistic(xp: Any, x: Any) -> Any:
    """1 / (1 + e^-x), on arrays."""
    e = xp.exp(-xp.abs(x))  # never overflows
    return xp.where(x >= 0, 1 / (1 + e), e / (1 + e))


class Sigmoid(Unary):
    r"""Logistic function, elementwise.

        y = 1 / (1 + e^-x)        dL/dx = dL/dy y (1 - y)

    Shapes: any -> the same. Saturates at both ends, where its derivative vanishes: deep stacks of it learn slowly
    (Hochreiter 1991).
    """

    forward_kernel = "activation.sigmoid"
    gradient_kernel = "activation.sigmoid_gradient"

    def forward(self, xp: Any, x: Any) -> Any:
        return logistic(xp, x)

    def backward(self, xp: Any, grad: Any, y: Any) -> Any:
        return grad * y * (1 - y)


def sigmoid(x: Any) -> Tensor:
    """``1 / (1 + e^-x)``, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.sigmoid([-1000.0, 0.0, 1000.0]).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    return Sigmoid()(*floating(x))
