"""AUC: the area under the ROC or the precision-recall curve."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pellucid import ops
from pellucid.arguments import flag, integer, real
from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.losses.alignment import as_columns
from pellucid.losses.logits import EPSILON
from pellucid.metrics.metric import Array, Metric
from pellucid.metrics.yes_and_no import as_one_hot, flat_weights, share


class AUC(Metric):
    """Area under a curve that a threshold draws as it moves over the predictions, binned as in Keras.

        ROC: recall over the false positive rate: the chance that a yes is scored higher than a no
        PR:  precision over recall

    Shapes: y_true and y_pred of one shape, targets 0 or 1, predictions in [0, 1]; with ``multi_label`` (batch, labels).

    Predictions are compared with ``num_thresholds`` thresholds, evenly spaced from 0 to 1, so memory does not grow with the data,
    and batches add up. Those between two neighbouring thresholds count as ties: the result differs from the exact area
    (scikit-learn's ``roc_auc_score``) by about 1 / ``num_thresholds``, and by more where most predictions lie close together.

    Args:
        num_thresholds: how many, > 1.
        curve: "ROC" or "PR".
        summation_method: "interpolation" (trapezoids; for PR the interpolation of Davis and Goadrich 2006), "minoring" or
            "majoring" (rectangles below or above).
        name: see `Metric`.
        thresholds: others in [0, 1] in place of evenly spaced ones; 0 and 1 are added.
        multi_label: whether each label has a curve of its own, and the result is the areas' mean.
        num_labels: how many labels; told from the predictions, and checked where given.
        label_weights: how much each label counts: in the mean of the areas with ``multi_label``, elsewhere in every count.
        from_logits: predictions are logits, of which the sigmoid is taken.

    >>> import pellucid as pl
    >>> pl.metrics.AUC(num_thresholds=3)([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9])
    0.75
    """

    largest_is_best = True

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Sequence[float] | None = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(name)
        if curve not in ("ROC", "PR"):
            raise ArgumentError(f"AUC: curve must be 'ROC' or 'PR'. Received {curve!r}.")
        if summation_method not in ("interpolation", "minoring", "majoring"):
            raise ArgumentError(
                f"AUC: summation_method must be 'interpolation', 'minoring' or 'majoring'. Received {summation_method!r}."
            )
        self.curve = curve
        self.summation_method = summation_method
        self.multi_label = flag("AUC", "multi_label", multi_label)
        self.num_labels = None if num_labels is None else integer("AUC", "num_labels", num_labels, at_least=1)
        if num_labels is not None and not multi_label:
            raise ArgumentError(f"AUC: num_labels is for multi_label=True. Received {num_labels}.")
        self.label_weights = None if label_weights is None else [real("AUC", "label_weights", w) for w in label_weights]
        self.from_logits = flag("AUC", "from_logits", from_logits)
        self.thresholds: list[float] | None = None
        if thresholds is None:
            self.num_thresholds = integer("AUC", "num_thresholds", num_thresholds, at_least=2)
            inner = [i / (self.num_thresholds - 1) for i in range(1, self.num_thresholds - 1)]
        else:
            inner = sorted(real("AUC", "thresholds", t, at_least=0, at_most=1) for t in thresholds)
            self.thresholds = inner
            self.num_thresholds = len(inner) + 2
        self._edges = (-EPSILON, *inner, 1 + EPSILON)

    def statistics(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> tuple[Tensor, ...]:
        """The weight of the targets yes, and of the targets no, between each threshold and the next."""
        scores = as_columns(ops.cast(y_pred, np.float32) if not y_pred.spec.is_float else y_pred)
        target = as_one_hot(as_columns(y_true), scores)
        if self.from_logits:
            scores = ops.sigmoid(scores)
        scores = ops.clip(scores, 0.0, 1.0)
        target = ops.cast(ops.not_equal(target, 0), np.float32)
        labels = scores.shape[-1]
        if self.multi_label and (scores.ndim != 2 or self.num_labels not in (None, labels)):
            wanted = f"(batch, {self.num_labels or 'labels'})"
            raise ShapeError(f"AUC: with multi_label=True predictions must have shape {wanted}. Received {y_pred.shape}.")
        weights = flat_weights(sample_weight, scores)
        weights = ops.ones_like(target) if weights is None else weights
        if self.label_weights is not None:
            if len(self.label_weights) != labels:
                raise ShapeError(f"AUC: label_weights has {len(self.label_weights)} entries, but there are {labels} labels.")
            if not self.multi_label:
                weights = weights * np.array(self.label_weights, np.float32)
        columns = labels if self.multi_label else 1
        scores, yes, no = (ops.reshape(v, (-1, columns)) for v in (scores, weights * target, weights * (1 - target)))
        return tuple(ops.expand_dims(ops.bucket_sums(scores, part, self._edges), 0) for part in (yes, no))

    def from_totals(self, totals: Sequence[Array], samples: int) -> float:
        tp, fp = (np.flip(np.cumsum(np.flip(t, -1), -1), -1) for t in totals)  # above threshold i: in bucket i or later
        areas = self._areas(tp, fp, totals[0].sum(-1, keepdims=True), totals[1].sum(-1, keepdims=True))
        if self.multi_label and self.label_weights is not None:
            weights = np.array(self.label_weights)
            return float(share((areas * weights).sum(), weights.sum()))
        return float(areas.mean())

    def _areas(self, tp: Array, fp: Array, yes: Array, no: Array) -> Array:
        """One area for each row, its counts by falling threshold from right to left."""
        if self.curve == "PR" and self.summation_method == "interpolation":
            return _interpolated_pr(tp, fp, yes)
        recall = share(tp, yes)
        x, y = (share(fp, no), recall) if self.curve == "ROC" else (recall, share(tp, tp + fp))
        left, right = y[..., :-1], y[..., 1:]
        if self.summation_method == "interpolation":
            heights = (left + right) / 2
        else:
            heights = np.minimum(left, right) if self.summation_method == "minoring" else np.maximum(left, right)
        return np.asarray((heights * (x[..., :-1] - x[..., 1:])).sum(-1))


def _interpolated_pr(tp: Array, fp: Array, yes: Array) -> Array:
    """Between two thresholds TP is taken to be linear in TP + FP = p: the integral of precision over recall is then exact.

    d recall = d TP / yes, precision = TP / p with TP = a + s p: the integral of s (a + s p) / p dp = s (s dp + a log(p1 / p0)).
    """
    p = tp + fp
    dtp, dp = tp[..., :-1] - tp[..., 1:], p[..., :-1] - p[..., 1:]
    slope = share(dtp, dp)
    intercept = tp[..., 1:] - slope * p[..., 1:]
    both = (p[..., :-1] > 0) & (p[..., 1:] > 0)
    ratio = np.where(both, share(p[..., :-1], p[..., 1:]), 1.0)
    return np.asarray(share(slope * (dtp + intercept * np.log(ratio)), np.broadcast_to(yes, dtp.shape)).sum(-1))
