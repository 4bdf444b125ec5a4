"""Hyperbolic tangent: any real number to (-1, 1)."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.unary import Unary


class Tanh(Unary):
    r"""Hyperbolic tangent, elementwise: a sigmoid around 0.

        y = tanh x = 2 sigmoid(2x) - 1        dL/dx = dL/dy (1 - y^2)

    Shapes: any -> the same.
    """

    forward_kernel = "activation.tanh"
    gradient_kernel = "activation.tanh_gradient"

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.tanh(x)

    def backward(self, xp: Any, grad: Any, y: Any) -> Any:
        return grad * (1 - y * y)


def tanh(x: Any) -> Tensor:
    """``tanh x``, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.tanh([-1000.0, 0.0, 0.5]).numpy().round(4)
    array([-1.    ,  0.    ,  0.4621], dtype=float32)
    """
    return Tanh()(*floating(x))
