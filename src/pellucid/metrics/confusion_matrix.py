"""Confusion matrix: which class was taken for which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError
from pellucid.losses.alignment import as_columns
from pellucid.metrics.metric import Array, Metric
from pellucid.metrics.yes_and_no import as_one_hot, flat_weights, share

NORMALIZATIONS = ("true", "pred", "all", None)


class ConfusionMatrix(Metric):
    """How often each class was taken for each: row the right class, column the predicted one, as in scikit-learn.

    Shapes: y_pred scores (batch, ..., classes), of which the greatest counts, or the probability of a yes, (batch,) or
    (batch, 1); y_true the numbers of the classes or one-hot. The result is an array (classes, classes), (2, 2) for yes and no.

    Args:
        normalize: None for sums of weights; "true" divides each row by its sum, "pred" each column, "all" the whole.
        threshold: above which a probability means yes.
        name: see `Metric`.

    >>> import pellucid as pl
    >>> pl.metrics.ConfusionMatrix()([0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    array([[1., 0.],
           [1., 1.]])
    """

    def __init__(self, normalize: str | None = None, threshold: float = 0.5, name: str | None = None) -> None:
        super().__init__(name)
        if normalize not in NORMALIZATIONS:
            known = ", ".join(map(repr, NORMALIZATIONS))
            raise ArgumentError(f"ConfusionMatrix: normalize must be one of {known}. Received {normalize!r}.")
        self.normalize = normalize
        self.threshold = real("ConfusionMatrix", "threshold", threshold)

    def statistics(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> tuple[Tensor, ...]:
        scores = as_columns(y_pred)
        if scores.shape[-1] == 1:
            chosen = ops.cast(ops.greater(scores, self.threshold), np.float32)
            target = ops.cast(as_columns(y_true), np.float32)
            taken = ops.concatenate([1 - chosen, chosen], axis=-1)
            right = ops.concatenate([1 - target, target], axis=-1)
        else:
            taken = ops.one_hot(ops.argmax(scores, axis=-1), scores.shape[-1])
            right = as_one_hot(y_true, scores)
        weights = flat_weights(sample_weight, taken[..., 0])
        classes = taken.shape[-1]
        taken, right = (ops.reshape(x, (-1, classes)) for x in (taken, right))
        if weights is not None:
            taken = taken * ops.reshape(weights, (-1, 1))
        return (ops.expand_dims(ops.matmul(ops.transpose(right), taken), 0),)

    def from_totals(self, totals: Sequence[Array], samples: int) -> Array:
        (matrix,) = totals
        if self.normalize is None:
            return np.array(matrix)
        sums = matrix.sum(axis={"true": 1, "pred": 0, "all": None}[self.normalize], keepdims=True)
        return share(matrix, sums)
