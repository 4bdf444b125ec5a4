"""logsumexp: a smooth maximum, and the denominator of softmax in logarithms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.autodiff import Spec, Tensor
from pellucid.errors import ArgumentError
from pellucid.ops.dtypes import floating
from pellucid.ops.reduction import Reduction
from pellucid.ops.shapes import as_axes


class LogSumExp(Reduction):
    r"""The logarithm of a sum of exponentials, without overflow.

    y = log sum e^x = m + log sum e^(x - m),  m = max x        dL/dx = dL/dy e^(x - y) = dL/dy softmax(x)
    """

    def infer(self, x: Spec) -> Spec:
        self.refuse_empty(x)
        if not x.is_float:
            raise ArgumentError(f"x must be a float. Received {x}. Convert it: x.astype('float32').")
        return super().infer(x)

    def forward(self, xp: Any, x: Any) -> Any:
        m = xp.max(x, axis=self.axes, keepdims=True)
        m = xp.where(xp.isfinite(m), m, 0)  # where all are -inf, or one is inf
        y = m + xp.log(xp.sum(xp.exp(x - m), axis=self.axes, keepdims=True))
        return y if self.keepdims else xp.squeeze(y, axis=self.axes)

    def backward(self, xp: Any, grad: Any, x: Any, x_spec: Spec, y: Any) -> Any:
        y = self.standing(y, x_spec)
        return self.standing(grad, x_spec) * xp.exp(x - xp.where(y == -xp.inf, 0, y))


def logsumexp(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """``log(sum(exp(x)))`` over ``axis``, without overflow.

    Raises:
        ArgumentError: there is no such axis, or one is named twice.
        ShapeError: over no elements.

    >>> import pellucid as pl
    >>> pl.ops.logsumexp([1000.0, 1000.0]).item()  # 1000 + log 2
    1000.6931762695312
    """
    return LogSumExp(as_axes(axis), bool(keepdims))(*floating(x))
