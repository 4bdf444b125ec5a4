"""Tanh-shrink: what tanh leaves over."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.unary import Unary


class TanhShrink(Unary):
    r"""The difference between x and its hyperbolic tangent, elementwise.

        y = x - tanh x        dL/dx = dL/dy tanh^2 x

    Shapes: any -> the same. As `torch.nn.Tanhshrink`.
    """

    forward_kernel = "activation.tanh_shrink"
    gradient_kernel = "activation.tanh_shrink_gradient"

    def forward(self, xp: Any, x: Any) -> Any:
        return x - xp.tanh(x)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return grad * xp.tanh(x) ** 2


def tanh_shrink(x: Any) -> Tensor:
    """``x - tanh x``, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.tanh_shrink([-3.0, 0.0, 1.0]).numpy().round(4)
    array([-2.0049,  0.    ,  0.2384], dtype=float32)
    """
    return TanhShrink()(*floating(x))
