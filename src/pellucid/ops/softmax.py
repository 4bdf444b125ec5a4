"""Softmax: scores to probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.autodiff import Op, Spec, Tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.binding import vectors
from pellucid.ops.dtypes import floating
from pellucid.ops.shapes import positive_axis


@dataclass(frozen=True)
class AlongAxis(Op):
    """An operation on each vector of floats along one axis, whose derivative needs the output alone."""

    axis: int = -1

    def infer(self, x: Spec) -> Spec:
        if not x.is_float:
            raise ArgumentError(f"the input must be of floats. Received {x}. Convert it: x.astype('float32').")
        if x.shape[positive_axis(self.axis, x.ndim)] == 0:
            raise ShapeError(f"axis {self.axis} must have at least one entry. Received {x}.")
        return x

    accumulates = True

    def _bind_forward(self, kernel: str, inputs: Sequence[Buffer], y: Buffer) -> Sequence[Call] | None:
        (x,) = inputs
        if not (self._is_served(x) and all_float32(x, y)):
            return None
        return [Call(kernel, *vectors(x), reads(x, Share.ROWS), writes(y))]

    def _bind_backward(
        self, kernel: str, grad: Buffer, needed: Sequence[Any], into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (y,), (dx,), (add,) = needed, into, accumulate
        if dx is None or not (self._is_served(y) and all_float32(grad, y, dx)):
            return None
        return [Call(kernel, *vectors(y), add, reads(y, Share.ROWS), reads(grad, Share.ROWS), gradient_into(dx, add))]

    def _is_served(self, x: Buffer) -> bool:
        """Kernels share work by the first axis and run along the last, so these must be two."""
        return len(x.shape) > 1 and self.axis in (-1, len(x.shape) - 1)


class Softmax(AlongAxis):
    r"""Exponentials, divided by their sum along an axis.

        y_i = e^x_i / sum_j e^x_j        dL/dx = y (dL/dy - sum_j dL/dy_j y_j)

    Shapes: any -> the same. The largest x is subtracted first, which changes nothing but that no exponential overflows.
    """

    def forward(self, xp: Any, x: Any) -> Any:
        e = xp.exp(x - xp.max(x, axis=self.axis, keepdims=True))
        return e / xp.sum(e, axis=self.axis, keepdims=True)

    def backward(self, xp: Any, grad: Any, y: Any) -> Any:
        return y * (grad - xp.sum(grad * y, axis=self.axis, keepdims=True))

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        return self._bind_forward("softmax.forward", inputs, y)

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        return self._bind_backward("softmax.backward", grad, needed, into, accumulate)


def softmax(x: Any, axis: int = -1) -> Tensor:
    """``e^x / sum e^x`` along ``axis``: positive numbers that sum to 1.

    Raises:
        ArgumentError: there is no such axis.
        ShapeError: the axis is empty.

    >>> import pellucid as pl
    >>> pl.ops.softmax([1000.0, 1000.0]).numpy()
    array([0.5, 0.5], dtype=float32)
    """
    return Softmax(axis)(*floating(x))
