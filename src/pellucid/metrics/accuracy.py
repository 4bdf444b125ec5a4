"""Accuracy in its forms: the share of predictions that are right."""

from __future__ import annotations

import numpy as np

from pellucid import ops
from pellucid.arguments import integer, real
from pellucid.autodiff import Tensor
from pellucid.losses.alignment import align_target, as_columns
from pellucid.metrics.mean_metric import MeanMetric


class Accuracy(MeanMetric):
    """Share of predictions that equal their targets.

    Shapes: y_true and y_pred alike. For scores of classes use one of the others; asked for by name, ``"accuracy"`` finds the
    right one.

    >>> import pellucid as pl
    >>> pl.metrics.Accuracy()([1, 2, 3, 4], [0, 2, 3, 4])
    0.75
    """

    largest_is_best = True

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return ops.cast(ops.equal(align_target(y_true, y_pred, labels=False), y_pred), "float32")


class BinaryAccuracy(MeanMetric):
    """Share of yes/no predictions on the right side of the threshold.

    Shapes: y_true and y_pred (batch, ..., n); y_true 0 or 1. Each of several outputs counts for itself.

    Args:
        name: see `Metric`.
        threshold: predictions above it mean 1.

    >>> import pellucid as pl
    >>> pl.metrics.BinaryAccuracy()([[1.0], [0.0], [1.0], [0.0]], [[0.9], [0.2], [0.3], [0.5]])
    0.75
    """

    largest_is_best = True

    def __init__(self, name: str | None = None, threshold: float = 0.5) -> None:
        super().__init__(name)
        self.threshold = real("BinaryAccuracy", "threshold", threshold)

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        target = align_target(y_true, y_pred, labels=False)
        return ops.binary_match(as_columns(target), as_columns(y_pred), self.threshold)


class CategoricalAccuracy(MeanMetric):
    """Share of samples whose greatest score is that of the right class, targets one-hot.

    Shapes: y_true and y_pred (batch, ..., classes). Of equal scores the first counts. Logits serve as well as probabilities.

    >>> import pellucid as pl
    >>> pl.metrics.CategoricalAccuracy()([[0.0, 1.0], [1.0, 0.0]], [[0.4, 0.6], [0.3, 0.7]])
    0.5
    """

    largest_is_best = True

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return ops.categorical_match(align_target(y_true, y_pred, labels=False), y_pred)


class SparseCategoricalAccuracy(MeanMetric):
    """Share of samples whose greatest score is that of the right class, targets the numbers of the classes.

    Shapes: y_true (batch, ...) or (batch, ..., 1), y_pred (batch, ..., classes). Of equal scores the first counts.

    >>> import pellucid as pl
    >>> pl.metrics.SparseCategoricalAccuracy()([1, 0], [[0.4, 0.6], [0.3, 0.7]])
    0.5
    """

    largest_is_best = True

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        labels = align_target(y_true, y_pred, labels=True)
        return ops.sparse_match(labels if labels.dtype.kind == "i" else ops.cast(labels, "int64"), y_pred)


class TopKCategoricalAccuracy(MeanMetric):
    """Share of samples whose right class is among the k greatest scores, targets one-hot.

    Shapes: y_true and y_pred (batch, ..., classes). A score that equals the k-th greatest counts.

    Args:
        k: how many.
        name: see `Metric`.

    >>> import pellucid as pl
    >>> pl.metrics.TopKCategoricalAccuracy(k=2)([[0, 0, 1], [1, 0, 0]], [[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]])
    0.5
    """

    largest_is_best = True

    def __init__(self, k: int = 5, name: str | None = None) -> None:
        super().__init__(name)
        self.k = integer("TopKCategoricalAccuracy", "k", k, at_least=1)

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        target = align_target(y_true, y_pred, labels=False)
        return _in_top_k(ops.argmax(target, axis=-1), y_pred, self.k)


class SparseTopKCategoricalAccuracy(MeanMetric):
    """Share of samples whose right class is among the k greatest scores, targets the numbers of the classes.

    Shapes: y_true (batch, ...) or (batch, ..., 1), y_pred (batch, ..., classes). A score that equals the k-th greatest counts.

    Args:
        k: how many.
        name: see `Metric`.

    >>> import pellucid as pl
    >>> pl.metrics.SparseTopKCategoricalAccuracy(k=2)([2, 0], [[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]])
    0.5
    """

    largest_is_best = True

    def __init__(self, k: int = 5, name: str | None = None) -> None:
        super().__init__(name)
        self.k = integer("SparseTopKCategoricalAccuracy", "k", k, at_least=1)

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        labels = align_target(y_true, y_pred, labels=True)
        return _in_top_k(labels if labels.dtype.kind == "i" else ops.cast(labels, "int64"), y_pred, self.k)


def _in_top_k(labels: Tensor, scores: Tensor, k: int) -> Tensor:
    """Whether fewer than k scores are greater than the right class's; not where that is NaN."""
    right = ops.one_hot(labels, scores.shape[-1], dtype=bool)
    own = ops.max(ops.where(right, scores, -np.inf), axis=-1, keepdims=True)
    greater = ops.sum(ops.cast(ops.greater(scores, own), np.float32), axis=-1)
    known = ops.equal(own, own)[..., 0]
    return ops.cast(ops.logical_and(ops.less(greater, k), known), np.float32)
