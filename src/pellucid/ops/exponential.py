"""The exponential and the logarithms."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.elementwise import FloatElementwise
from pellucid.ops.unary import Unary


class Exp(Unary):
    """y = e^x, its own derivative."""

    forward_kernel = "elementwise.exp"
    gradient_kernel = "elementwise.exp_gradient"

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.exp(x)

    def backward(self, xp: Any, grad: Any, y: Any) -> Any:
        return grad * y


class Expm1(Unary):
    """y = e^x - 1, exact for small x as well. dy/dx = y + 1."""

    forward_kernel = "elementwise.expm1"
    gradient_kernel = "elementwise.expm1_gradient"

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.expm1(x)

    def backward(self, xp: Any, grad: Any, y: Any) -> Any:
        return grad * (y + 1)


class Log(Unary):
    """The natural logarithm: -inf at 0, NaN below. dy/dx = 1 / x."""

    forward_kernel = "elementwise.log"
    gradient_kernel = "elementwise.log_gradient"

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.log(x)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return grad / x


class Log1p(FloatElementwise):
    """log(1 + x), exact for small x as well. dy/dx = 1 / (1 + x)."""

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.log1p(x)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return grad / (1 + x)


def exp(x: Any) -> Tensor:
    """e to the power of ``x``, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.exp([0.0, 1.0]).numpy().round(4)
    array([1.    , 2.7183], dtype=float32)
    """
    return Exp()(*floating(x))


def expm1(x: Any) -> Tensor:
    """``e^x - 1``, elementwise, exact for small ``x`` as well.

    >>> import pellucid as pl
    >>> pl.ops.expm1([0.0, 1e-10]).numpy()
    array([0.e+00, 1.e-10], dtype=float32)
    """
    return Expm1()(*floating(x))


def log(x: Any) -> Tensor:
    """The natural logarithm, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.log([1.0, 0.0]).numpy()
    array([  0., -inf], dtype=float32)
    """
    return Log()(*floating(x))


def log1p(x: Any) -> Tensor:
    """``log(1 + x)``, elementwise, exact for small ``x`` as well.

    >>> import pellucid as pl
    >>> pl.ops.log1p([0.0, 1e-10]).numpy()
    array([0.e+00, 1.e-10], dtype=float32)
    """
    return Log1p()(*floating(x))
