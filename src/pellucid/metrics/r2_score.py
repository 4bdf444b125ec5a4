"""R2: the share of the targets' variance that predictions explain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid import ops
from pellucid.arguments import integer
from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError
from pellucid.losses.alignment import align_target, align_weights, as_columns
from pellucid.metrics.metric import Array, Metric

AGGREGATIONS = ("uniform_average", "variance_weighted_average", None)


class R2Score(Metric):
    """Coefficient of determination: 1 for perfect predictions, 0 for predicting the mean always, below 0 for worse.

        R2 = 1 - sum w (t - y)^2 / sum w (t - mean t)^2

    Shapes: y_true and y_pred (batch, outputs), or (batch,). Sums are kept in float64, so that targets far from 0 lose no digits.
    Where a target does not vary, R2 is 0 as in Keras (NaN where the predictions are perfect as well).

    Args:
        class_aggregation: how several outputs become one number: "uniform_average", "variance_weighted_average", or None for an
            array with one number an output.
        num_regressors: of a linear model, for the adjusted R2 = 1 - (1 - R2)(n - 1) / (n - p - 1); 0 leaves R2 as it is. n is the
            number of samples (in Keras each output of a sample counts as one).
        name: see `Metric`.

    >>> import pellucid as pl
    >>> pl.metrics.R2Score()([[1.0], [2.0], [3.0]], [[1.0], [2.0], [2.0]])  # 1 - 1/2
    0.5
    """

    largest_is_best = True

    def __init__(
        self, class_aggregation: str | None = "uniform_average", num_regressors: int = 0, name: str | None = None
    ) -> None:
        super().__init__(name)
        if class_aggregation not in AGGREGATIONS:
            known = ", ".join(map(repr, AGGREGATIONS))
            raise ArgumentError(f"R2Score: class_aggregation must be one of {known}. Received {class_aggregation!r}.")
        self.class_aggregation = class_aggregation
        self.num_regressors = integer("R2Score", "num_regressors", num_regressors, at_least=0)

    def statistics(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> tuple[Tensor, ...]:
        prediction = ops.cast(as_columns(y_pred), np.float64)
        target = ops.cast(as_columns(align_target(y_true, y_pred, labels=False)), np.float64)
        weights = ops.ones_like(target)
        if sample_weight is not None:
            weights = weights * align_weights(ops.cast(sample_weight, np.float64), target)
        return weights, weights * target, weights * ops.square(target), weights * ops.square(target - prediction)

    def from_totals(self, totals: Sequence[Array], samples: int) -> Any:
        weight, first, second, residual = totals
        with np.errstate(all="ignore"):
            total = second - first**2 / weight
            scores = 1 - residual / total
            scores = np.where(np.isinf(scores), 0.0, scores)
            result = scores
            if self.class_aggregation == "uniform_average":
                result = scores.mean()
            elif self.class_aggregation == "variance_weighted_average":
                result = (total * scores).sum() / total.sum()
            left = samples - self.num_regressors - 1
            if self.num_regressors and left > 0:
                result = 1 - (1 - result) * (samples - 1) / left
        return float(result) if np.ndim(result) == 0 else result
