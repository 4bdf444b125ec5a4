"""Logarithm of the hyperbolic cosine: a smooth form of the absolute error."""

from __future__ import annotations

import math
from typing import Any

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.losses.alignment import as_columns
from pellucid.losses.loss import Loss


class LogCosh(Loss):
    """Mean of log cosh of the differences over the last axis: like e^2 / 2 near the target, like |e| - log 2 far from it.

        L = 1/n sum log cosh(y_pred - y_true)        dL/dy_pred = 1/n tanh(y_pred - y_true)

    Shapes: y_true and y_pred (batch, ..., n) -> (batch, ...).

    Computed as -log(1 - tanh^2 e) / 2 near the target, where |e| + log(1 + e^(-2|e|)) - log 2 would cancel, and so elsewhere,
    where the first would take the logarithm of 0; neither overflows as cosh would.

    Args:
        reduction, name: see `Loss`.

    >>> import pellucid as pl
    >>> round(pl.losses.LogCosh()([[0.0]], [[1.0]]).item(), 5)  # log((e + 1/e) / 2)
    0.43378
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = None) -> None:
        super().__init__(name, reduction)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        distance = ops.absolute(y_pred - y_true)
        t = ops.tanh(ops.minimum(distance, 1.0))
        near = -0.5 * ops.log1p(-t * t)
        far = distance + ops.log1p(ops.exp(-2 * distance)) - math.log(2)
        return ops.mean(as_columns(ops.where(ops.less(distance, 1.0), near, far)), axis=-1)


def log_cosh(y_true: Any, y_pred: Any) -> Tensor:
    """The loss of each sample; see `LogCosh`."""
    return LogCosh().values(y_true, y_pred)
