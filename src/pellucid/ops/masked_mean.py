"""Masked mean: the values of a batch's steps to one number, without those that are not there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor, promote
from pellucid.errors import ShapeError
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.cast import cast
from pellucid.ops.dtypes import floating
from pellucid.ops.shapes import broadcast
from pellucid.ops.weighted_mean import times_repeated


class MaskedMean(Op):
    r"""Weighted sum of the values that a mask shows, divided by their number (not the sum of their weights); 0 of none.

        y = 1/n sum w m v        n = sum m        dL/dv = dL/dy w m / n        dL/dw = dL/dy v m / n

    Shapes: values any, weights such that they broadcast to the values', mask of booleans: the values' shape or its beginning
    -> a single number. Saved: n.
    """

    saves = ("count",)

    def infer(self, values: Spec, weights: Spec, mask: Spec) -> Spec:
        if not values.is_float or broadcast(values.shape, weights.shape) != values.shape:
            raise ShapeError(f"weights must broadcast to the values, floats. Received weights {weights}, values {values}.")
        if mask.dtype != np.bool_ or mask.shape != values.shape[: mask.ndim]:
            raise ShapeError(
                f"the mask must be of booleans, with the first axes of the values. Received {mask}, values {values}."
            )
        return Spec((), promote(values.dtype, weights.dtype))

    def infer_saved(self, values: Spec, weights: Spec, mask: Spec) -> tuple[Spec, ...]:
        return (self.infer(values, weights, mask),)

    def forward(self, xp: Any, values: Any, weights: Any, mask: Any) -> Any:
        m = _shown(xp, mask, values.shape)
        count = xp.sum(m, dtype=np.result_type(values, weights))
        return xp.sum(xp.where(m, values * weights, 0)) / xp.maximum(count, 1), count

    def backward(self, xp: Any, grad: Any, values: Any, weights: Any, mask: Any, count: Any) -> Any:
        share = xp.where(_shown(xp, mask, values.shape), grad / xp.maximum(count, 1), 0)
        return share * weights, share * values, None

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer, saved: Sequence[Buffer] = ()) -> Sequence[Call] | None:
        values, weights, mask = inputs
        by_weight = times_repeated(values, weights)
        if by_weight is None or not all_float32(values, weights, y):
            return None
        count = saved[0] if saved else Buffer((), np.float32, "count")
        places = (reads(values, Share.ONE), reads(weights, Share.ONE), reads(mask, Share.ONE))
        sizes = (values.size, by_weight, max(values.size, 1) // max(mask.size, 1))
        return [Call("masked_mean.forward", *sizes, *places, writes(count, Share.ONE), writes(y, Share.ONE))]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (values, weights, mask, count), (d, dweights, _), add = needed, into, accumulate[0]
        by_weight = times_repeated(values, weights)
        if d is None or dweights is not None or by_weight is None or not all_float32(grad, weights, d):
            return None
        sizes = (d.rows, d.row_size, by_weight, max(values.size, 1) // max(mask.size, 1), add)
        places = (reads(grad), reads(weights), reads(mask), reads(count), gradient_into(d, add))
        return [Call("masked_mean.backward", *sizes, *places)]


def _shown(xp: Any, mask: Any, shape: tuple[int, ...]) -> Any:
    return xp.broadcast_to(mask.reshape((*mask.shape, *[1] * (len(shape) - mask.ndim))), shape)


def masked_mean(values: Any, mask: Any, weights: Any = None) -> Tensor:
    """``sum(weights * values) / number of values``, both over the values that ``mask`` shows; 0 where it shows none.

    Args:
        values: one or more for each step of each sample.
        mask: true, or not 0, for what counts: of the values' shape or the beginning of it.
        weights: that broadcast to the values; all 1 where None.

    >>> import pellucid as pl
    >>> pl.ops.masked_mean([[1.0, 3.0, 9.0]], [[True, True, False]]).item()
    2.0
    """
    values, weights = floating(values, np.ones((1,) * np.ndim(values), np.float32) if weights is None else weights)
    return MaskedMean()(values, weights, cast(mask, "bool"))
