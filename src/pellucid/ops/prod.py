"""Product over axes."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod as product_of
from typing import Any

import numpy as np

from pellucid.autodiff import Spec, Tensor, as_tensor
from pellucid.ops.dtypes import accumulator
from pellucid.ops.reduction import Reduction
from pellucid.ops.shapes import as_axes, positive_axes


class Prod(Reduction):
    """The product over axes. The derivative by each factor is the product of the others, also where some are 0.

    Booleans and integers give int64; the product of nothing is 1.
    """

    def infer(self, x: Spec) -> Spec:
        return super().infer(x).with_dtype(accumulator(x.dtype))

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.prod(x, axis=self.axes, dtype=accumulator(x.dtype), keepdims=self.keepdims)

    def backward(self, xp: Any, grad: Any, x: Any, x_spec: Spec) -> Any:
        axes = positive_axes(self.axes, x.ndim)
        kept = tuple(i for i in range(x.ndim) if i not in axes)
        factors = xp.transpose(x, (*kept, *axes))
        rows = factors.reshape(*(x.shape[i] for i in kept), product_of(x.shape[i] for i in axes))
        one = xp.ones_like(rows[..., :1])
        before = xp.cumprod(xp.concatenate([one, rows[..., :-1]], axis=-1), axis=-1)
        after = xp.flip(xp.cumprod(xp.concatenate([one, xp.flip(rows, -1)[..., :-1]], axis=-1), axis=-1), -1)
        others = xp.transpose((before * after).reshape(factors.shape), np.argsort((*kept, *axes)))
        return self.standing(grad, x_spec) * others


def prod(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """The product over ``axis``: an axis, several, or None for all.

    Raises:
        ArgumentError: there is no such axis, or one is named twice.

    >>> import pellucid as pl
    >>> pl.ops.prod([[1.0, 2.0], [3.0, 4.0]], axis=1).numpy()
    array([ 2., 12.], dtype=float32)
    """
    return Prod(as_axes(axis), bool(keepdims))(as_tensor(x))
