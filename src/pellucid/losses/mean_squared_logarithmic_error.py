"""Mean squared logarithmic error."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.losses.alignment import as_columns
from pellucid.losses.logits import EPSILON
from pellucid.losses.loss import Loss


class MeanSquaredLogarithmicError(Loss):
    """Mean of squared differences of logarithms over the last axis: amounts and counts, judged by their ratio.

        L = 1/n sum (log(1 + y_pred) - log(1 + y_true))^2

    Shapes: y_true and y_pred (batch, ..., n) -> (batch, ...). Values below 1e-7 are raised to it, as in Keras; a prediction
    below has no gradient.

    Args:
        reduction, name: see `Loss`.

    >>> import math, pellucid as pl
    >>> loss = pl.losses.MeanSquaredLogarithmicError()([[math.e - 1]], [[0.0]])
    >>> round(loss.item(), 5)  # (log 1 - log e)^2
    1.0
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = None) -> None:
        super().__init__(name, reduction)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        t, y = (ops.log1p(ops.maximum(v, EPSILON)) for v in (y_true, y_pred))
        return ops.squared_error(as_columns(t), as_columns(y))


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Tensor:
    """The loss of each sample; see `MeanSquaredLogarithmicError`."""
    return MeanSquaredLogarithmicError().values(y_true, y_pred)
