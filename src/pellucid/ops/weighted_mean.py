"""Weighted mean: the values of a batch's samples to one number."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from pellucid.autodiff import Op, Spec, Tensor, promote
from pellucid.errors import ShapeError
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.dtypes import floating
from pellucid.ops.shapes import broadcast


class SampleMean(Op):
    r"""The mean of all values.

        y = 1/n sum v        dL/dv = dL/dy / n

    Shapes: any with at least one value -> a single number.
    """

    def infer(self, values: Spec) -> Spec:
        _refuse_none(values)
        return values.with_shape(())

    def forward(self, xp: Any, values: Any) -> Any:
        return xp.mean(values)

    def backward(self, xp: Any, grad: Any, values_spec: Spec) -> Any:
        return xp.broadcast_to(grad / values_spec.size, values_spec.shape)

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        (values,) = inputs
        if not all_float32(values, y):
            return None
        return [Call("weighted_mean.plain", values.size, reads(values, Share.ONE), writes(y, Share.ONE))]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (d,), (add,) = into, accumulate
        if d is None or not all_float32(grad, d):
            return None
        return [Call("weighted_mean.plain_backward", d.rows, d.row_size, d.size, add, reads(grad), gradient_into(d, add))]


class WeightedMean(Op):
    r"""Weighted sum of all values, divided by their number (not by the sum of the weights: Keras' "sum_over_batch_size").

        y = 1/n sum w v        dL/dv = dL/dy w / n        dL/dw = dL/dy v / n

    Shapes: values any with at least one, weights such that they broadcast to the values' -> a single number.
    """

    def infer(self, values: Spec, weights: Spec) -> Spec:
        _refuse_none(values)
        if broadcast(values.shape, weights.shape) != values.shape:
            raise ShapeError(f"weights must broadcast to the shape of the values. Received weights {weights}, values {values}.")
        return Spec((), promote(values.dtype, weights.dtype))

    def forward(self, xp: Any, values: Any, weights: Any) -> Any:
        return xp.sum(values * weights) / values.size

    def backward(self, xp: Any, grad: Any, values: Any, weights: Any) -> Any:
        share = grad / values.size
        return share * xp.broadcast_to(weights, values.shape), share * values

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        values, weights = inputs
        repeats = times_repeated(values, weights)
        if repeats is None or not all_float32(values, weights, y):
            return None
        places = (reads(values, Share.ONE), reads(weights, Share.ONE), writes(y, Share.ONE))
        return [Call("weighted_mean.forward", weights.size, repeats, *places)]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (values, weights), (d, dweights), add = needed, into, accumulate[0]
        repeats = times_repeated(values, weights)
        if d is None or dweights is not None or repeats is None or not all_float32(grad, weights, d):
            return None
        if weights.shape[:1] != values.shape[:1]:
            return None
        sizes = (d.rows, weights.row_size, repeats, add)
        return [Call("weighted_mean.backward", *sizes, reads(grad), reads(weights, Share.ROWS), gradient_into(d, add))]


def times_repeated(values: Buffer, weights: Buffer) -> int | None:
    """How many values, one after another, share a weight; None where a kernel's plain loop does not serve."""
    axes = len(weights.shape)
    for k in range(axes + 1):
        if axes == len(values.shape) and weights.shape == values.shape[:k] + (1,) * (axes - k):
            return prod(values.shape[k:])
    return None


def _refuse_none(values: Spec) -> None:
    if values.size == 0 or not values.is_float:
        raise ShapeError(f"there must be at least one value, a float. Received {values}.")


def weighted_mean(values: Any, weights: Any = None) -> Tensor:
    """``sum(weights * values) / number of values``: how a loss's values become one number.

    Args:
        values: one or more for each sample of a batch.
        weights: that broadcast to the values; all 1 where None.

    >>> import pellucid as pl
    >>> pl.ops.weighted_mean([1.0, 3.0]).item(), pl.ops.weighted_mean([1.0, 3.0], [1.0, 0.0]).item()
    (2.0, 0.5)
    """
    if weights is None:
        return SampleMean()(*floating(values))
    return WeightedMean()(*floating(values, weights))
