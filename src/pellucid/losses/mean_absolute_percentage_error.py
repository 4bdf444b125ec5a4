"""Mean absolute percentage error."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.losses.alignment import as_columns
from pellucid.losses.logits import EPSILON
from pellucid.losses.loss import Loss


class MeanAbsolutePercentageError(Loss):
    """Mean of absolute differences in hundredths of the target, over the last axis.

        L = 100/n sum |y_pred - y_true| / max(|y_true|, 1e-7)

    Shapes: y_true and y_pred (batch, ..., n) -> (batch, ...). Targets at zero count 1e7 times: for targets away from it.

    Args:
        reduction, name: see `Loss`.

    >>> import pellucid as pl
    >>> pl.losses.MeanAbsolutePercentageError()([[2.0], [4.0]], [[1.0], [5.0]]).item()  # (50 + 25) / 2
    37.5
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = None) -> None:
        super().__init__(name, reduction)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        share = ops.absolute(y_pred - y_true) / ops.maximum(ops.absolute(y_true), EPSILON)
        return 100 * ops.mean(as_columns(share), axis=-1)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Tensor:
    """The loss of each sample; see `MeanAbsolutePercentageError`."""
    return MeanAbsolutePercentageError().values(y_true, y_pred)
