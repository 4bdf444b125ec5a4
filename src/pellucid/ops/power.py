"""Powers and roots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pellucid.autodiff import Spec, Tensor, as_tensor
from pellucid.autodiff.tensor import tensor_method
from pellucid.errors import ArgumentError
from pellucid.ops.cast import cast
from pellucid.ops.dtypes import floating, together
from pellucid.ops.elementwise import Elementwise, FloatElementwise


class Power(Elementwise):
    """y = a^b with both varying.

        dy/da = b a^(b-1), and 0 where b = 0        dy/db = y log a, and 0 where a = 0 and b >= 0

    A negative base has no derivative with respect to b: NaN, as in PyTorch.
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a**b

    def backward(self, xp: Any, grad: Any, a: Any, b: Any, y: Any) -> Any:
        da = xp.where(b == 0, 0, b * a ** (b - 1))
        db = xp.where((a == 0) & (b >= 0), 0, y * xp.log(a))
        return grad * da, grad * db


@dataclass(frozen=True)
class PowerOf(Elementwise):
    """y = x^p with a fixed exponent p. dy/dx = p x^(p-1), and 0 where p = 0."""

    exponent: int | float

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        if not x.is_float and (self.exponent < 0 or not isinstance(self.exponent, int)):
            raise ArgumentError(f"an integer tensor needs an exponent of 0, 1, 2, ... Received {self.exponent} and {x}.")
        return x

    def forward(self, xp: Any, x: Any) -> Any:
        return x**self.exponent

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        p = self.exponent
        return grad * (p * x ** (p - 1)) if p != 0 else xp.zeros_like(grad)


class Square(Elementwise):
    """x^2. dy/dx = 2 x."""

    def forward(self, xp: Any, x: Any) -> Any:
        return x * x

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return 2 * grad * x


class Sqrt(FloatElementwise):
    """The square root; NaN below 0. dy/dx = 1 / (2 y), infinite at 0."""

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.sqrt(x)

    def backward(self, xp: Any, grad: Any, y: Any) -> Any:
        return grad / (2 * y)


@tensor_method("power")
def power(x1: Any, x2: Any) -> Tensor:
    """``x1 ** x2``, elementwise. A float exponent makes integers float32.

    >>> import pellucid as pl
    >>> pl.ops.power([1.0, 2.0, 3.0], 2).numpy()
    array([1., 4., 9.], dtype=float32)
    """
    if isinstance(x2, int | float) and not isinstance(x2, bool):
        x = as_tensor(x1)
        if isinstance(x2, float):
            x, x2 = floating(x)[0], float(x2)
        return PowerOf(x2)(x)
    base, exponent = together(x1, x2)
    if not base.spec.is_float and exponent.dtype.kind != "u":
        base, exponent = cast(base, "float32"), cast(exponent, "float32")  # an exponent may be negative
    return Power()(base, exponent)


def square(x: Any) -> Tensor:
    """``x`` squared, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.square([3.0, -4.0]).numpy()
    array([ 9., 16.], dtype=float32)
    """
    return Square()(as_tensor(x))


def sqrt(x: Any) -> Tensor:
    """The square root, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.sqrt([9, 16]).numpy()
    array([3., 4.], dtype=float32)
    """
    return Sqrt()(*floating(x))
