"""The four operations of arithmetic, and the sign change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.autodiff import Tensor, as_tensor
from pellucid.autodiff.tensor import tensor_method
from pellucid.kernels.call import Buffer, Call, all_float32
from pellucid.ops import binary
from pellucid.ops.dtypes import floating, together
from pellucid.ops.elementwise import Elementwise, FloatElementwise


class Add(Elementwise):
    """a + b. Both derivatives are 1."""

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a + b

    def backward(self, xp: Any, grad: Any) -> Any:
        return grad, grad

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        return binary.bind_pair(binary.ADD, inputs, y)

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        return binary.bind_multiples((1.0, 1.0), grad, into, accumulate)


class Subtract(Elementwise):
    """a - b. The derivatives are 1 and -1."""

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a - b

    def backward(self, xp: Any, grad: Any) -> Any:
        return grad, -grad

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        return binary.bind_pair(binary.SUBTRACT, inputs, y)

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        return binary.bind_multiples((1.0, -1.0), grad, into, accumulate)


class Multiply(Elementwise):
    """a b. The derivative with respect to each factor is the other."""

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a * b

    def backward(self, xp: Any, grad: Any, a: Any, b: Any) -> Any:
        return grad * b, grad * a

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        return binary.bind_pair(binary.MULTIPLY, inputs, y)

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        a, b = needed
        calls: list[Call] = []
        for factor, d, add in zip((b, a), into, accumulate, strict=True):
            if d is None:
                continue
            pair = binary.Pair.of(grad, factor, grad.shape)
            if pair is None or d.shape != grad.shape or not all_float32(d):
                return None
            calls.append(pair.combine(binary.MULTIPLY, d, add))
        return calls


class Divide(FloatElementwise):
    """y = a / b. The derivatives are 1 / b and -a / b^2 = -y / b."""

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a / b

    def backward(self, xp: Any, grad: Any, b: Any, y: Any) -> Any:
        da = grad / b
        return da, -da * y


class Negative(Elementwise):
    """-x. The derivative is -1."""

    def forward(self, xp: Any, x: Any) -> Any:
        return -x

    def backward(self, xp: Any, grad: Any) -> Any:
        return -grad

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        return binary.bind_multiples((-1.0,), inputs[0], [y], [False])

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        return binary.bind_multiples((-1.0,), grad, into, accumulate)


@tensor_method("add")
def add(x1: Any, x2: Any) -> Tensor:
    """``x1 + x2``, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.add([1.0, 2.0], 10).numpy()
    array([11., 12.], dtype=float32)
    """
    return Add()(*together(x1, x2))


@tensor_method("subtract")
def subtract(x1: Any, x2: Any) -> Tensor:
    """``x1 - x2``, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.subtract([1.0, 2.0], [[1.0], [2.0]]).numpy()
    array([[ 0.,  1.],
           [-1.,  0.]], dtype=float32)
    """
    return Subtract()(*together(x1, x2))


@tensor_method("multiply")
def multiply(x1: Any, x2: Any) -> Tensor:
    """``x1 * x2``, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.multiply([1.0, 2.0], [3.0, 4.0]).numpy()
    array([3., 8.], dtype=float32)
    """
    return Multiply()(*together(x1, x2))


@tensor_method("divide")
def divide(x1: Any, x2: Any) -> Tensor:
    """``x1 / x2``, elementwise; integers by integers give float32.

    >>> import pellucid as pl
    >>> pl.ops.divide([1, 2], 4).numpy()
    array([0.25, 0.5 ], dtype=float32)
    """
    return Divide()(*floating(x1, x2))


@tensor_method("negative")
def negative(x: Any) -> Tensor:
    """``-x``, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.negative([1.0, -2.0]).numpy()
    array([-1.,  2.], dtype=float32)
    """
    return Negative()(as_tensor(x))
