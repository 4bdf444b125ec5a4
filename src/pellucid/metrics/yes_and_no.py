"""Counts of yes and no, right and wrong, at one threshold or several: what precision and recall are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid import ops
from pellucid.arguments import integer, real
from pellucid.autodiff import Tensor
from pellucid.errors import ShapeError
from pellucid.losses.alignment import align_target, align_weights, as_columns
from pellucid.metrics.metric import Array, Metric


def as_one_hot(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Targets of the predictions' shape as float32; the numbers of classes, integers of one axis less, become one-hot."""
    classes = y_pred.shape[-1]
    if y_true.dtype.kind in "iu" and classes > 1 and y_true.shape in (y_pred.shape[:-1], (*y_pred.shape[:-1], 1)):
        return ops.one_hot(align_target(y_true, y_pred, labels=True), classes)
    return ops.cast(align_target(y_true, y_pred, labels=False), np.float32)


def flat_weights(sample_weight: Tensor | None, values: Tensor) -> Tensor | None:
    """A weight for each of ``values``, in their shape; None where all are 1."""
    if sample_weight is None:
        return None
    return ops.broadcast_to(align_weights(ops.cast(sample_weight, np.float32), values), values.shape)


class YesAndNo(Metric):
    """Base of what is told from the counts of a 2 x 2 table, at each threshold.

    Targets that are not 0 mean yes, predictions above the threshold mean yes; each output counts for itself. The numbers of
    classes serve as targets as well, as one-hot ones do.

    Args:
        thresholds: one in [0, 1], or several, which make the result an array; 0.5 where None (with ``top_k`` none is needed).
        top_k: only the k greatest scores of a sample can mean yes.
        class_id: only this output counts.
        name: see `Metric`.
    """

    def __init__(
        self,
        thresholds: float | Sequence[float] | None = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(name)
        owner = type(self).__name__
        given = list(thresholds) if isinstance(thresholds, list | tuple | np.ndarray) else [thresholds]
        checked = [real(owner, "thresholds", t, at_least=0, at_most=1) for t in given if t is not None]
        self.thresholds = checked if isinstance(thresholds, list | tuple | np.ndarray) else thresholds
        self.top_k = None if top_k is None else integer(owner, "top_k", top_k, at_least=1)
        self.class_id = None if class_id is None else integer(owner, "class_id", class_id, at_least=0)
        self._levels = np.array(checked or [0.5 if top_k is None else -np.inf], np.float32)

    def statistics(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> tuple[Tensor, ...]:
        """For each sample: weights, weights of the targets yes; for each threshold those of predictions yes, and of both."""
        scores, target = as_columns(y_pred), as_columns(y_true)
        target = ops.cast(ops.not_equal(as_one_hot(target, scores), 0), np.float32)
        chosen = None if self.top_k is None else ops.top_k_mask(scores, self.top_k)
        if self.class_id is not None:
            if self.class_id >= scores.shape[-1]:
                raise ShapeError(f"{self.name}: class_id={self.class_id}, but predictions have {scores.shape[-1]} classes.")
            one = slice(self.class_id, self.class_id + 1)
            scores, target = scores[..., one], target[..., one]
            chosen = None if chosen is None else chosen[..., one]
        weights = flat_weights(sample_weight, scores)
        batch = scores.shape[0]
        yes = ops.cast(ops.greater(ops.expand_dims(scores, -1), self._levels), np.float32)
        if chosen is not None:
            yes = yes * ops.expand_dims(chosen, -1)
        weights = ops.ones_like(target) if weights is None else weights
        flat = [ops.reshape(v, (batch, -1, 1)) for v in (weights, weights * target)]
        yes = ops.reshape(yes, (batch, -1, len(self._levels)))
        parts = (*flat, flat[0] * yes, flat[1] * yes)
        return tuple(ops.sum(v, axis=1) for v in parts)

    def from_totals(self, totals: Sequence[Array], samples: int) -> Any:
        every, yes, predicted, right = totals
        result = self.of_counts(right, predicted - right, yes - right, every - yes - predicted + right)
        return result if isinstance(self.thresholds, list) and len(self.thresholds) > 1 else float(result[0])

    def of_counts(self, tp: Array, fp: Array, fn: Array, tn: Array) -> Array:
        """The metric from true and false positives, false and true negatives, one entry a threshold."""
        raise NotImplementedError


def share(part: Array, whole: Array) -> Array:
    """``part / whole``, and 0 where the whole is 0."""
    shape = np.broadcast_shapes(np.shape(part), np.shape(whole))
    return np.asarray(np.divide(part, whole, out=np.zeros(shape), where=np.broadcast_to(whole != 0, shape)))


class Precision(YesAndNo):
    """Of those predicted yes, the share that is: TP / (TP + FP); 0 where none is predicted yes.

    Arguments: see `YesAndNo`.

    >>> import pellucid as pl
    >>> pl.metrics.Precision()([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0])
    0.6666666666666666
    """

    largest_is_best = True

    def of_counts(self, tp: Array, fp: Array, fn: Array, tn: Array) -> Array:
        return share(tp, tp + fp)


class Recall(YesAndNo):
    """Of those that are, the share predicted yes: TP / (TP + FN); 0 where none is.

    Arguments: see `YesAndNo`.

    >>> import pellucid as pl
    >>> pl.metrics.Recall()([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0])
    0.6666666666666666
    """

    largest_is_best = True

    def of_counts(self, tp: Array, fp: Array, fn: Array, tn: Array) -> Array:
        return share(tp, tp + fn)


class _Count(YesAndNo):
    def __init__(self, thresholds: float | Sequence[float] | None = None, name: str | None = None) -> None:
        super().__init__(thresholds, name=name)


class TruePositives(_Count):
    """The weight of those that are and were predicted.

    >>> import pellucid as pl
    >>> pl.metrics.TruePositives()([0, 1, 1, 1], [1.0, 0.0, 1.0, 1.0])
    2.0
    """

    largest_is_best = True

    def of_counts(self, tp: Array, fp: Array, fn: Array, tn: Array) -> Array:
        return tp


class FalsePositives(_Count):
    """The weight of those that were predicted but are not."""

    largest_is_best = False

    def of_counts(self, tp: Array, fp: Array, fn: Array, tn: Array) -> Array:
        return fp


class FalseNegatives(_Count):
    """The weight of those that are but were not predicted."""

    largest_is_best = False

    def of_counts(self, tp: Array, fp: Array, fn: Array, tn: Array) -> Array:
        return fn


class TrueNegatives(_Count):
    """The weight of those that neither are nor were predicted."""

    largest_is_best = True

    def of_counts(self, tp: Array, fp: Array, fn: Array, tn: Array) -> Array:
        return tn
