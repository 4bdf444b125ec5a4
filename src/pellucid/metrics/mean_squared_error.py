"""Mean squared error, to be watched."""

from __future__ import annotations

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.losses.alignment import align_target, as_columns
from pellucid.metrics.mean_metric import MeanMetric


class MeanSquaredError(MeanMetric):
    """Mean of squared differences over samples and outputs.

    >>> import pellucid as pl
    >>> pl.metrics.MeanSquaredError()([[1.0], [2.0]], [[1.5], [4.0]])  # (0.25 + 4) / 2
    2.125
    """

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        target = align_target(y_true, y_pred, labels=False)
        return ops.squared_error(as_columns(target), as_columns(y_pred))
