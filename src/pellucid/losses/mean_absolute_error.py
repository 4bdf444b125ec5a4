"""Mean absolute error."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.losses.alignment import as_columns
from pellucid.losses.loss import Loss


class MeanAbsoluteError(Loss):
    """Mean of absolute differences over the last axis: regression whose outliers count by their distance, not its square.

        L = 1/n sum |y_pred - y_true|        dL/dy_pred = 1/n sign(y_pred - y_true), 0 where they are equal

    Shapes: y_true and y_pred (batch, ..., n) -> (batch, ...). The prediction that makes it least is the median.

    Args:
        reduction, name: see `Loss`.

    >>> import pellucid as pl
    >>> pl.losses.MeanAbsoluteError()([[1.0], [2.0]], [[1.5], [4.0]]).item()  # (0.5 + 2) / 2
    1.25
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = None) -> None:
        super().__init__(name, reduction)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return ops.mean(as_columns(ops.absolute(y_pred - y_true)), axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Tensor:
    """The loss of each sample; see `MeanAbsoluteError`.

    >>> mean_absolute_error([[1.0, 2.0]], [[1.5, 4.0]]).numpy()
    array([1.25], dtype=float32)
    """
    return MeanAbsoluteError().values(y_true, y_pred)
