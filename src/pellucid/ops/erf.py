"""The error function."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.unary import Unary


class Erf(Unary):
    r"""The error function, elementwise.

        y = 2 / sqrt(pi) int_0^x e^(-t^2) dt        dL/dx = dL/dy 2 / sqrt(pi) e^(-x^2)

    Shapes: any -> the same.
    """

    forward_kernel = "elementwise.erf"
    gradient_kernel = "elementwise.erf_gradient"

    def forward(self, xp: Any, x: Any) -> Any:
        from scipy.special import erf  # takes a while to import, and few need it

        return erf(x)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return grad * (2 / sqrt(pi)) * xp.exp(-x * x)


def erf(x: Any) -> Tensor:
    """The error function, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.erf([-1000.0, 0.0, 0.5]).numpy().round(4)
    array([-1.    ,  0.    ,  0.5205], dtype=float32)
    """
    return Erf()(*floating(x))
