"""GELU: x, gated by the share of a normal distribution that lies below it."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

from pellucid.arguments import flag
from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.sigmoid import logistic
from pellucid.ops.unary import Unary


class Gelu(Unary):
    r"""Gaussian error linear unit, elementwise.

        y = x Phi(x)        Phi(x) = (1 + erf(x / sqrt 2)) / 2
        dL/dx = dL/dy (Phi(x) + x phi(x))        phi(x) = e^(-x^2 / 2) / sqrt(2 pi)

    Shapes: any -> the same. Phi is computed without the sum, which would lose the tail below 0. (Hendrycks and Gimpel 2016.)
    """

    forward_kernel = "activation.gelu"
    gradient_kernel = "activation.gelu_gradient"

    def forward(self, xp: Any, x: Any) -> Any:
        return x * _normal_cdf(x)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return grad * (_normal_cdf(x) + x * xp.exp(-x * x / 2) / sqrt(2 * pi))


class GeluTanh(Unary):
    r"""The Gaussian error linear unit's approximation by tanh, elementwise.

        y = x (1 + tanh u) / 2 = x s        s = sigmoid(2 u)        u = sqrt(2 / pi) (x + 0.044715 x^3)
        dL/dx = dL/dy (s + x s (1 - s) 2 u')        u' = sqrt(2 / pi) (1 + 3 * 0.044715 x^2)

    Shapes: any -> the same. Within 5e-4 of `Gelu`. (Hendrycks and Gimpel 2016.)
    """

    forward_kernel = "activation.gelu_tanh"
    gradient_kernel = "activation.gelu_tanh_gradient"

    def forward(self, xp: Any, x: Any) -> Any:
        return x * self._gate(xp, x)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        x = xp.clip(x, -30, 30)  # where s (1 - s) is 0 in any format, and x^2 no infinity
        s = self._gate(xp, x)
        return grad * (s + x * s * (1 - s) * 2 * sqrt(2 / pi) * (1 + 3 * 0.044715 * x * x))

    def _gate(self, xp: Any, x: Any) -> Any:
        return logistic(xp, 2 * sqrt(2 / pi) * x * (1 + 0.044715 * x * x))


def _normal_cdf(x: Any) -> Any:
    from scipy.special import ndtr  # takes a while to import, and few need it

    return ndtr(x)


def gelu(x: Any, approximate: bool = False) -> Tensor:
    """``x Phi(x)``, elementwise; with ``approximate``, by tanh: see `GeluTanh`.

    The default is that of Keras' activations and of PyTorch; `keras.ops.gelu` approximates unless told otherwise.

    Raises:
        ArgumentError: approximate is no truth value.

    >>> import pellucid as pl
    >>> pl.ops.gelu([-1000.0, -1.0, 0.0, 1.0]).numpy().round(4)
    array([-0.    , -0.1587,  0.    ,  0.8413], dtype=float32)
    >>> pl.ops.gelu([-1.0, 1.0], approximate=True).numpy().round(4)
    array([-0.1588,  0.8412], dtype=float32)
    """
    op = GeluTanh() if flag("gelu", "approximate", approximate) else Gelu()
    return op(*floating(x))
