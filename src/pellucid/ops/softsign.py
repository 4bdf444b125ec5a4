"""Softsign: any real number to (-1, 1), slowly."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.unary import Unary


class Softsign(Unary):
    r"""A sigmoid around 0 that saturates as 1/x, not exponentially, elementwise.

        y = x / (1 + |x|)        dL/dx = dL/dy / (1 + |x|)^2

    Shapes: any -> the same. The derivative is told from x: 1 - |y| has lost its digits where x is large.
    (Turian, Bergstra and Bengio 2009.)
    """

    forward_kernel = "activation.softsign"
    gradient_kernel = "activation.softsign_gradient"

    def forward(self, xp: Any, x: Any) -> Any:
        return x / (1 + xp.abs(x))

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return grad * (1 / (1 + xp.abs(x))) ** 2


def softsign(x: Any) -> Tensor:
    """``x / (1 + |x|)``, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.softsign([-3.0, 0.0, 1.0]).numpy()
    array([-0.75,  0.  ,  0.5 ], dtype=float32)
    """
    return Softsign()(*floating(x))
