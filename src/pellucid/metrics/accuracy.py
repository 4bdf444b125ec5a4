"""Accuracy in its forms: the share of predictions that are right."""

from __future__ import annotations

from pellucid import ops
from pellucid.arguments import real
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

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return ops.cast(ops.equal(align_target(y_true, y_pred, labels=False), y_pred), "float32")


class BinaryAccuracy(MeanMetric):
    """Share of yes/no predictions on the right side of the threshold.

    Shapes: y_true and y_pred (batch, ..., n); y_true 0 or 1. Each of several outputs counts for itself.

    Args:
        threshold: predictions above it mean 1.

    >>> import pellucid as pl
    >>> pl.metrics.BinaryAccuracy()([[1.0], [0.0], [1.0], [0.0]], [[0.9], [0.2], [0.3], [0.5]])
    0.75
    """

    def __init__(self, threshold: float = 0.5, name: str | None = None) -> None:
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

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return ops.categorical_match(align_target(y_true, y_pred, labels=False), y_pred)


class SparseCategoricalAccuracy(MeanMetric):
    """Share of samples whose greatest score is that of the right class, targets the numbers of the classes.

    Shapes: y_true (batch, ...) or (batch, ..., 1), y_pred (batch, ..., classes). Of equal scores the first counts.

    >>> import pellucid as pl
    >>> pl.metrics.SparseCategoricalAccuracy()([1, 0], [[0.4, 0.6], [0.3, 0.7]])
    0.5
    """

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        labels = align_target(y_true, y_pred, labels=True)
        return ops.sparse_match(labels if labels.dtype.kind == "i" else ops.cast(labels, "int64"), y_pred)
