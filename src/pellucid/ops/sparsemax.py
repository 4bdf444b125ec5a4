"""Sparsemax: scores to probabilities, of which most are exactly 0."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.softmax import AlongAxis


class Sparsemax(AlongAxis):
    r"""The point of the probability simplex that is nearest to x.

        y = max(x - tau, 0), with tau such that sum y = 1
        dL/dx_i = dL/dy_i - mean of dL/dy over the support, for i in the support {y > 0}, and 0 elsewhere

    Shapes: any -> the same. tau comes from the scores in descending order: the k largest are the support for the greatest k with
    1 + k x_k > x_1 + ... + x_k, and tau = (x_1 + ... + x_k - 1) / k. (Martins and Astudillo 2016.)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        x = x - xp.max(x, axis=self.axis, keepdims=True)
        descending = -xp.sort(-x, axis=self.axis)
        shape = [1] * x.ndim
        shape[self.axis] = -1
        k = xp.arange(1, x.shape[self.axis] + 1, dtype=x.dtype).reshape(shape)
        sums = xp.cumsum(descending, axis=self.axis)
        inside = 1 + k * descending > sums
        size = xp.sum(inside, axis=self.axis, keepdims=True, dtype=x.dtype)
        tau = (xp.sum(xp.where(inside, descending, 0), axis=self.axis, keepdims=True) - 1) / size
        return xp.maximum(x - tau, 0)

    def backward(self, xp: Any, grad: Any, y: Any) -> Any:
        support = y > 0
        inside = xp.where(support, grad, 0)
        mean = xp.sum(inside, axis=self.axis, keepdims=True) / xp.sum(support, axis=self.axis, keepdims=True, dtype=y.dtype)
        return xp.where(support, grad - mean, 0)


def sparsemax(x: Any, axis: int = -1) -> Tensor:
    """The probabilities nearest to ``x`` along ``axis``, most of them 0.

    Raises:
        ArgumentError: there is no such axis.
        ShapeError: the axis is empty.

    >>> import pellucid as pl
    >>> pl.ops.sparsemax([1.0, 0.5, -3.0]).numpy()
    array([0.75, 0.25, 0.  ], dtype=float32)
    """
    return Sparsemax(axis)(*floating(x))
