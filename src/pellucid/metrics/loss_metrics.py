"""Losses to be watched: each the weighted mean of a loss's values over all samples.

    sum of w * value / sum of w

A loss itself divides by the number of samples, not by the sum of the weights: so a metric and the loss of the same name differ
where there are weights, as in Keras.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from pellucid import losses, ops
from pellucid.arguments import integer
from pellucid.autodiff import Tensor
from pellucid.losses.alignment import align_target, align_weights, as_columns
from pellucid.losses.cosine_similarity import cosine
from pellucid.metrics.mean_metric import MeanMetric
from pellucid.metrics.metric import Array


class LossMetric(MeanMetric):
    """Base of the means of losses without settings."""

    largest_is_best = False

    loss: ClassVar[type[losses.Loss]]

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return self.loss().values(y_true, y_pred)


class MeanSquaredError(LossMetric):
    """Mean of squared differences over samples and outputs.

    >>> import pellucid as pl
    >>> pl.metrics.MeanSquaredError()([[1.0], [2.0]], [[1.5], [4.0]])  # (0.25 + 4) / 2
    2.125
    """

    loss = losses.MeanSquaredError


class RootMeanSquaredError(LossMetric):
    """Root of the mean of squared differences over samples and outputs: an error in the target's own unit.

    >>> import pellucid as pl
    >>> pl.metrics.RootMeanSquaredError()([[1.0], [2.0]], [[2.0], [9.0]])  # the root of (1 + 49) / 2
    5.0
    """

    loss = losses.MeanSquaredError

    def from_totals(self, totals: Sequence[Array], samples: int) -> float:
        return float(np.sqrt(super().from_totals(totals, samples)))


class MeanAbsoluteError(LossMetric):
    """Mean of absolute differences over samples and outputs.

    >>> import pellucid as pl
    >>> pl.metrics.MeanAbsoluteError()([[1.0], [2.0]], [[1.5], [4.0]])  # (0.5 + 2) / 2
    1.25
    """

    loss = losses.MeanAbsoluteError


class MeanAbsolutePercentageError(LossMetric):
    """Mean of absolute differences in hundredths of the target; see `losses.MeanAbsolutePercentageError`."""

    loss = losses.MeanAbsolutePercentageError


class MeanSquaredLogarithmicError(LossMetric):
    """Mean of squared differences of logarithms; see `losses.MeanSquaredLogarithmicError`."""

    loss = losses.MeanSquaredLogarithmicError


class LogCoshError(LossMetric):
    """Mean of log cosh of the differences; see `losses.LogCosh`."""

    loss = losses.LogCosh

    def __init__(self, name: str | None = "logcosh") -> None:
        super().__init__(name)


class KLDivergence(LossMetric):
    """Mean divergence of predicted distributions from the targets'; see `losses.KLDivergence`."""

    loss = losses.KLDivergence


class Poisson(LossMetric):
    """Mean Poisson loss; see `losses.Poisson`."""

    loss = losses.Poisson


class Hinge(LossMetric):
    """Mean of what scores miss of the margin; see `losses.Hinge`."""

    loss = losses.Hinge


class SquaredHinge(LossMetric):
    """Mean of the squares of what scores miss of the margin; see `losses.SquaredHinge`."""

    loss = losses.SquaredHinge


class CategoricalHinge(LossMetric):
    """Mean of what the right class's score misses of the margin; see `losses.CategoricalHinge`."""

    loss = losses.CategoricalHinge


class CosineSimilarity(MeanMetric):
    """Mean cosine of the angle between prediction and target: 1 where they point the same way (the loss has it negative).

    Args:
        name: see `Metric`.
        axis: along which the vectors lie.

    >>> import pellucid as pl
    >>> round(pl.metrics.CosineSimilarity()([[0.0, 1.0]], [[3.0, 4.0]]), 6)
    0.8
    """

    largest_is_best = True

    def __init__(self, name: str | None = None, axis: int = -1) -> None:
        super().__init__(name)
        self.axis = integer("CosineSimilarity", "axis", axis)

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        target = ops.cast(align_target(y_true, y_pred, labels=False), y_pred.dtype)
        return cosine(as_columns(target), as_columns(y_pred), self.axis)


class BinaryCrossentropy(MeanMetric):
    """Mean binary cross-entropy; see `losses.BinaryCrossentropy`.

    >>> import pellucid as pl
    >>> round(pl.metrics.BinaryCrossentropy()([[1.0]], [[0.6]]), 6)  # -log 0.6
    0.510826
    """

    largest_is_best = False

    def __init__(self, name: str | None = None, from_logits: bool = False, label_smoothing: float = 0.0) -> None:
        super().__init__(name)
        self._loss = losses.BinaryCrossentropy(from_logits, label_smoothing)
        self.from_logits, self.label_smoothing = self._loss.from_logits, self._loss.label_smoothing

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return self._loss.values(y_true, y_pred)


class CategoricalCrossentropy(MeanMetric):
    """Mean cross-entropy of classes, targets one-hot or probabilities; see `losses.CategoricalCrossentropy`."""

    largest_is_best = False

    def __init__(self, name: str | None = None, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1) -> None:
        super().__init__(name)
        self._loss = losses.CategoricalCrossentropy(from_logits, label_smoothing, axis)
        self.from_logits, self.label_smoothing, self.axis = from_logits, self._loss.label_smoothing, axis

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return self._loss.values(y_true, y_pred)


class SparseCategoricalCrossentropy(MeanMetric):
    """Mean cross-entropy of classes, targets their numbers; see `losses.SparseCategoricalCrossentropy`.

    Samples of ``ignore_class`` do not count (in Keras' metric they do where there are no weights, with a loss
    of 0).
    """

    largest_is_best = False

    def __init__(
        self, name: str | None = None, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
    ) -> None:
        super().__init__(name)
        self._loss = losses.SparseCategoricalCrossentropy(from_logits, ignore_class, axis=axis)
        self.from_logits, self.ignore_class, self.axis = from_logits, self._loss.ignore_class, axis

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return self._loss.values(y_true, y_pred)

    def statistics(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> tuple[Tensor, ...]:
        if self.ignore_class is None:
            return super().statistics(y_true, y_pred, sample_weight)
        counts = ops.cast(ops.not_equal(align_target(y_true, y_pred, labels=True, axis=self.axis), self.ignore_class), np.float32)
        weights = counts if sample_weight is None else counts * align_weights(sample_weight, counts)
        return super().statistics(y_true, y_pred, weights)
