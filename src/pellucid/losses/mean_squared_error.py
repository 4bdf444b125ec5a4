"""Mean squared error."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.losses.alignment import as_columns
from pellucid.losses.loss import Loss


class MeanSquaredError(Loss):
    """Mean of squared differences over the last axis: regression.

        L = 1/n sum (y_pred - y_true)^2        dL/dy_pred = 2/n (y_pred - y_true)

    Shapes: y_true and y_pred (batch, ..., n) -> (batch, ...). Some books have 1/2 in place of 1/n.

    Args:
        reduction, name: see `Loss`.

    >>> import pellucid as pl
    >>> pl.losses.MeanSquaredError()([[1.0], [2.0]], [[1.5], [4.0]]).item()  # (0.25 + 4) / 2
    2.125
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = None) -> None:
        super().__init__(name, reduction)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return ops.squared_error(as_columns(y_true), as_columns(y_pred))


def mean_squared_error(y_true: Any, y_pred: Any) -> Tensor:
    """The loss of each sample; see `MeanSquaredError`."""
    return MeanSquaredError().values(y_true, y_pred)
