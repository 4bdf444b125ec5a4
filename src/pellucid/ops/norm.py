"""Length of vectors along axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.autodiff import Spec, Tensor
from pellucid.errors import ArgumentError
from pellucid.ops.absolute import absolute
from pellucid.ops.dtypes import floating
from pellucid.ops.max import max, min
from pellucid.ops.reduction import Reduction
from pellucid.ops.shapes import as_axes
from pellucid.ops.sum import sum


class Norm(Reduction):
    r"""Euclid's: y = (sum of x^2)^1/2, dL/dx = dL/dy x / y. At 0, where there is a tip, the gradient is 0, as in PyTorch.

    Numbers whose squares are beyond the type's range, large or small, are taken care of.
    """

    def forward(self, xp: Any, x: Any) -> Any:
        if x.size == 0:
            return xp.sqrt(xp.sum(x * x, axis=self.axes, keepdims=self.keepdims))
        scale = xp.max(xp.abs(x), axis=self.axes, keepdims=True)
        divisor = xp.where((scale > 0) & xp.isfinite(scale), scale, xp.ones_like(scale))
        length = xp.sqrt(xp.sum((x / divisor) ** 2, axis=self.axes, keepdims=True)) * divisor
        return length if self.keepdims else length.reshape(xp.sum(x, axis=self.axes).shape)

    def backward(self, xp: Any, grad: Any, x: Any, x_spec: Spec, y: Any) -> Any:
        length = self.standing(y, x_spec)
        return self.standing(grad, x_spec) * (x / xp.where(length > 0, length, xp.ones_like(length)))


def norm(x: Any, ord: float | str | None = None, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """The norm of the vectors along ``axis`` (of all elements together for None).

    Args:
        x: any shape.
        ord: 2 or None (or "euclidean", "fro"): Euclid's; 1: sum of magnitudes; infinity: the greatest magnitude; minus infinity:
            the smallest. Norms of matrices as operators are not there.
        axis: an axis, or several, whose elements count as one vector.
        keepdims: whether the axes stay with length 1.

    Raises:
        ArgumentError: another ``ord``, or there is no such axis.

    >>> import pellucid as pl
    >>> pl.ops.norm([[3.0, 4.0], [0.0, 0.0]], axis=1).numpy()
    array([5., 0.], dtype=float32)
    """
    (x,) = floating(x)
    if ord in (None, 2, "euclidean", "fro"):
        return Norm(as_axes(axis), bool(keepdims))(x)
    if ord == 1:
        return sum(absolute(x), axis, keepdims)
    if ord == np.inf or ord == -np.inf:
        return (max if ord == np.inf else min)(absolute(x), axis, keepdims)
    raise ArgumentError(f"norm: ord must be 1, 2, inf, -inf or None. Received {ord!r}.")
