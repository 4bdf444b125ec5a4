"""Sparse-plus: a ReLU whose corner is a parabola."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.unary import Unary


class SparsePlus(Unary):
    r"""The integral of the sparse sigmoid, elementwise.

        y = 0, (x + 1)^2 / 4, x        dL/dx = dL/dy min(max((x + 1) / 2, 0), 1)

    for x <= -1, between, and x >= 1. Shapes: any -> the same. Exactly 0 below -1, unlike softplus. (Martins and Astudillo 2016.)
    """

    forward_kernel = "activation.sparse_plus"
    gradient_kernel = "activation.sparse_plus_gradient"

    def forward(self, xp: Any, x: Any) -> Any:
        parabola = (xp.clip(x, -1, 1) + 1) ** 2 / 4  # bounded first, so that it never overflows
        return xp.where(x >= 1, x, parabola)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return grad * xp.clip((x + 1) / 2, 0, 1)


def sparse_plus(x: Any) -> Tensor:
    """0 up to -1, ``x`` from 1 on, and ``(x + 1)^2 / 4`` between.

    >>> import pellucid as pl
    >>> pl.ops.sparse_plus([-2.0, 0.0, 3.0]).numpy()
    array([0.  , 0.25, 3.  ], dtype=float32)
    """
    return SparsePlus()(*floating(x))
