"""Log-softmax: the logarithm of softmax, without the detour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.autodiff import Tensor
from pellucid.kernels.call import Buffer, Call
from pellucid.ops.dtypes import floating
from pellucid.ops.softmax import AlongAxis


class LogSoftmax(AlongAxis):
    r"""Logarithm of softmax along an axis, right where a probability would round to 0.

        y_i = x_i - log sum_j e^x_j        dL/dx = dL/dy - e^y sum_j dL/dy_j

    Shapes: any -> the same.
    """

    def forward(self, xp: Any, x: Any) -> Any:
        shifted = x - xp.max(x, axis=self.axis, keepdims=True)
        return shifted - xp.log(xp.sum(xp.exp(shifted), axis=self.axis, keepdims=True))

    def backward(self, xp: Any, grad: Any, y: Any) -> Any:
        return grad - xp.exp(y) * xp.sum(grad, axis=self.axis, keepdims=True)

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        return self._bind_forward("softmax.log_forward", inputs, y)

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        return self._bind_backward("softmax.log_backward", grad, needed, into, accumulate)


def log_softmax(x: Any, axis: int = -1) -> Tensor:
    """``log softmax(x)`` along ``axis``.

    Raises:
        ArgumentError: there is no such axis.
        ShapeError: the axis is empty.

    >>> import pellucid as pl
    >>> pl.ops.log_softmax([0.0, 1000.0]).numpy()
    array([-1000.,     0.], dtype=float32)
    """
    return LogSoftmax(axis)(*floating(x))
