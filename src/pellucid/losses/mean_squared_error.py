"""Mean squared error."""

from __future__ import annotations

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.losses.alignment import as_columns
from pellucid.losses.loss import Loss


class MeanSquaredError(Loss):
    """Mean of squared differences over the last axis: regression.

        L = 1/n sum (y_pred - y_true)^2        dL/dy_pred = 2/n (y_pred - y_true)

    Shapes: y_true and y_pred (batch, ..., n) -> (batch, ...). Some books have 1/2 in place of 1/n.

    >>> import pellucid as pl
    >>> pl.losses.MeanSquaredError()([[1.0], [2.0]], [[1.5], [4.0]]).item()  # (0.25 + 4) / 2
    2.125
    """

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return ops.squared_error(as_columns(y_true), as_columns(y_pred))
