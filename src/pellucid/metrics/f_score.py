"""F-scores: precision and recall in one number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError
from pellucid.losses.alignment import as_columns
from pellucid.metrics.metric import Array, Metric
from pellucid.metrics.yes_and_no import as_one_hot, flat_weights, share

AVERAGES = ("micro", "macro", "weighted", None)


class FBetaScore(Metric):
    """Weighted harmonic mean of precision and recall; recall counts ``beta`` times as much.

        F = (1 + beta^2) precision recall / (beta^2 precision + recall)

    Shapes: y_true and y_pred (batch, classes); the numbers of the classes, (batch,), serve as targets as well.
    Source: van Rijsbergen 1979, Information retrieval.

    Args:
        average: None for an array with one number a class; "micro" counts all classes together, "macro" takes their mean,
            "weighted" their mean by how often each is right.
        beta: > 0.
        threshold: predictions above it mean yes; where None, the greatest score of a sample does.
        name: see `Metric`.

    >>> import pellucid as pl
    >>> pl.metrics.FBetaScore("macro", beta=2.0)([[1, 0], [0, 1]], [[0.9, 0.1], [0.6, 0.4]])
    0.4166666666666667
    """

    largest_is_best = True

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
    ) -> None:
        super().__init__(name)
        owner = type(self).__name__
        if average not in AVERAGES:
            raise ArgumentError(f"{owner}: average must be one of {', '.join(map(repr, AVERAGES))}. Received {average!r}.")
        self.average = average
        self.beta = real(owner, "beta", beta, above=0)
        self.threshold = None if threshold is None else real(owner, "threshold", threshold, above=0, at_most=1)

    def statistics(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> tuple[Tensor, ...]:
        scores = as_columns(y_pred)
        target = as_one_hot(as_columns(y_true), scores)
        if self.threshold is None:
            greatest = ops.equal(scores, ops.max(scores, axis=-1, keepdims=True))
            chosen = ops.logical_and(greatest, ops.greater(ops.absolute(scores), 1e-9))  # as in Keras: a score of 0 is no yes
        else:
            chosen = ops.greater(scores, self.threshold)
        yes = ops.cast(chosen, np.float32)
        weights = flat_weights(sample_weight, scores)
        if weights is not None:
            return weights * target * yes, weights * yes, weights * target
        return target * yes, yes, target

    def from_totals(self, totals: Sequence[Array], samples: int) -> Any:
        right, predicted, actual = totals
        if self.average == "micro":
            right, predicted, actual = (np.atleast_1d(t.sum()) for t in (right, predicted, actual))
        squared = self.beta**2
        scores = share((1 + squared) * right, squared * actual + predicted)
        if self.average == "weighted":
            return float((scores * share(actual, actual.sum(keepdims=True))).sum())
        return scores if self.average is None else float(scores.mean())


class F1Score(FBetaScore):
    """Harmonic mean of precision and recall: `FBetaScore` with beta = 1.

        F = 2 precision recall / (precision + recall)

    Args:
        average, threshold, name: see `FBetaScore`.

    >>> import pellucid as pl
    >>> pl.metrics.F1Score("micro")([[1, 0], [0, 1]], [[0.9, 0.1], [0.6, 0.4]])
    0.5
    """

    def __init__(self, average: str | None = None, threshold: float | None = None, name: str | None = "f1_score") -> None:
        super().__init__(average, 1.0, threshold, name)
