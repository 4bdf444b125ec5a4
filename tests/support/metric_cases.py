"""Every metric with example targets and predictions, and what scikit-learn (or NumPy) makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special
from sklearn import metrics as scores

from pellucid import metrics
from tests.support import loss_cases

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class MetricCase:
    """A metric, how to draw n (targets, predictions), and its value by an oracle, given weights or None.

    ``y_pred`` are what a model's output may be; the oracle may be less exact than float32 rounding by ``tolerance``.
    """

    label: str
    metric: Callable[[], metrics.Metric]
    draw: Callable[[np.random.Generator, int], tuple[Array, Array]]
    expected: Callable[[Array, Array, Array | None], Any]
    tolerance: float = 1e-6

    def __str__(self) -> str:
        return self.label


def _of_loss(name: str, metric: Callable[[], metrics.Metric], sign: float = 1.0) -> MetricCase:
    """The weighted mean of a loss's values, by the loss's own oracle."""
    case = next(c for c in loss_cases.CASES if c.label == name)
    return MetricCase(
        name,
        metric,
        lambda rng, n: case.draw(rng, (n,)),
        lambda t, y, w: sign * np.average(case.expected(t, y), weights=w),
    )


def _labels_and_scores(rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    return rng.integers(0, 4, n), special.softmax(rng.normal(size=(n, 4)), axis=-1)


def _one_hot_and_scores(rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    labels, y = _labels_and_scores(rng, n)
    return np.eye(4)[labels], y


def _bits(rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    """Yes and no with scores that tell something of it, on a grid of hundredths, which 101 thresholds tell apart."""
    t = rng.integers(0, 2, (n, 1)).astype(float)
    return t, (rng.integers(0, 70, (n, 1)) + 30 * t + 0.5) / 100


def _bits_apart(rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    t = np.arange(n)[:, np.newaxis] % 2.0
    return t, (40 * t + rng.integers(0, 30, (n, 1)) + 10.5) / 100


def _several_bits(rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    return rng.integers(0, 2, (n, 3)).astype(float), rng.uniform(size=(n, 3))


def _pairs(rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    t = rng.normal(size=(n, 3))
    return t, t + rng.normal(size=(n, 3))


def _flat(t: Array, w: Array | None) -> Array | None:
    """The weight of each value of a sample."""
    return None if w is None else np.repeat(w, t[0].size)


def _chosen(t: Array, y: Array, threshold: float) -> tuple[Array, Array]:
    return t.ravel(), (y > threshold).ravel().astype(float)


def _counts(t: Array, y: Array, w: Array | None) -> Array:
    return scores.confusion_matrix(*_chosen(t, y, 0.3), labels=[0, 1], sample_weight=_flat(t, w))


CASES = [
    MetricCase(
        "accuracy",
        metrics.Accuracy,
        lambda rng, n: (rng.integers(0, 3, n), rng.integers(0, 3, n)),
        lambda t, y, w: scores.accuracy_score(t, y, sample_weight=w),
    ),
    MetricCase(
        "binary accuracy",
        lambda: metrics.BinaryAccuracy(threshold=0.3),
        lambda rng, n: (rng.integers(0, 2, (n, 1)), rng.uniform(size=(n, 1))),
        lambda t, y, w: scores.accuracy_score(t[:, 0], y[:, 0] > 0.3, sample_weight=w),
    ),
    MetricCase(
        "categorical accuracy",
        metrics.CategoricalAccuracy,
        _one_hot_and_scores,
        lambda t, y, w: scores.accuracy_score(t.argmax(1), y.argmax(1), sample_weight=w),
    ),
    MetricCase(
        "sparse categorical accuracy",
        metrics.SparseCategoricalAccuracy,
        _labels_and_scores,
        lambda t, y, w: scores.accuracy_score(t, y.argmax(1), sample_weight=w),
    ),
    MetricCase(
        "top 2",
        lambda: metrics.TopKCategoricalAccuracy(k=2),
        _one_hot_and_scores,
        lambda t, y, w: scores.top_k_accuracy_score(t.argmax(1), y, k=2, labels=range(4), sample_weight=w),
    ),
    MetricCase(
        "sparse top 3",
        lambda: metrics.SparseTopKCategoricalAccuracy(k=3),
        _labels_and_scores,
        lambda t, y, w: scores.top_k_accuracy_score(t, y, k=3, labels=range(4), sample_weight=w),
    ),
    MetricCase(
        "precision",
        lambda: metrics.Precision(thresholds=0.3),
        _several_bits,
        lambda t, y, w: scores.precision_score(*_chosen(t, y, 0.3), sample_weight=_flat(t, w)),
    ),
    MetricCase(
        "precision of a class at thresholds",
        lambda: metrics.Precision(thresholds=[0.3, 0.6], class_id=1),
        _several_bits,
        lambda t, y, w: [scores.precision_score(t[:, 1], y[:, 1] > a, sample_weight=w) for a in (0.3, 0.6)],
    ),
    MetricCase(
        "precision of the best 2, labels",
        lambda: metrics.Precision(top_k=2),
        _labels_and_scores,
        lambda t, y, w: scores.top_k_accuracy_score(t, y, k=2, labels=range(4), sample_weight=w) / 2,
    ),
    MetricCase(
        "recall",
        metrics.Recall,
        _several_bits,
        lambda t, y, w: scores.recall_score(*_chosen(t, y, 0.5), sample_weight=_flat(t, w)),
    ),
    MetricCase(
        "recall of the best 2",
        lambda: metrics.Recall(top_k=2),
        _one_hot_and_scores,
        lambda t, y, w: scores.top_k_accuracy_score(t.argmax(1), y, k=2, labels=range(4), sample_weight=w),
    ),
    MetricCase("true negatives", lambda: metrics.TrueNegatives(0.3), _several_bits, lambda t, y, w: _counts(t, y, w)[0, 0]),
    MetricCase("false positives", lambda: metrics.FalsePositives(0.3), _several_bits, lambda t, y, w: _counts(t, y, w)[0, 1]),
    MetricCase("false negatives", lambda: metrics.FalseNegatives(0.3), _several_bits, lambda t, y, w: _counts(t, y, w)[1, 0]),
    MetricCase("true positives", lambda: metrics.TruePositives(0.3), _several_bits, lambda t, y, w: _counts(t, y, w)[1, 1]),
    *(
        MetricCase(
            f"F1, {average}, labels",
            lambda average=average: metrics.F1Score(average),  # type: ignore[misc]
            _labels_and_scores,
            lambda t, y, w, average=average: scores.f1_score(  # type: ignore[misc]
                t, y.argmax(1), average=average, labels=range(4), sample_weight=w, zero_division=0
            ),
        )
        for average in ("micro", "macro", "weighted", None)
    ),
    MetricCase(
        "F2 at a threshold",
        lambda: metrics.FBetaScore("macro", beta=2.0, threshold=0.4),
        _several_bits,
        lambda t, y, w: scores.fbeta_score(t, y > 0.4, beta=2.0, average="macro", sample_weight=w),
    ),
    MetricCase(
        "area under ROC",
        lambda: metrics.AUC(num_thresholds=101),
        _bits,
        lambda t, y, w: scores.roc_auc_score(t[:, 0], y[:, 0], sample_weight=w),
    ),
    MetricCase(
        "area under ROC of labels",
        lambda: metrics.AUC(num_thresholds=20001, multi_label=True),
        _several_bits,
        lambda t, y, w: scores.roc_auc_score(t, y, average="macro", sample_weight=w),
        2e-3,
    ),
    MetricCase(
        "area under precision and recall",
        lambda: metrics.AUC(num_thresholds=101, curve="PR", summation_method="majoring"),
        _bits_apart,
        lambda t, y, w: scores.average_precision_score(t[:, 0], y[:, 0], sample_weight=w),  # 1: they are apart
    ),
    MetricCase(
        "confusion matrix",
        metrics.ConfusionMatrix,
        _labels_and_scores,
        lambda t, y, w: scores.confusion_matrix(t, y.argmax(1), labels=range(4), sample_weight=w),
    ),
    MetricCase(
        "confusion matrix of yes and no, normalized",
        lambda: metrics.ConfusionMatrix("true", threshold=0.4),
        _bits,
        lambda t, y, w: scores.confusion_matrix(t[:, 0], y[:, 0] > 0.4, normalize="true", labels=[0, 1], sample_weight=w),
    ),
    MetricCase(
        "root mean squared error",
        metrics.RootMeanSquaredError,
        _pairs,
        lambda t, y, w: np.sqrt(scores.mean_squared_error(t, y, sample_weight=w)),
    ),
    MetricCase(
        "R2",
        metrics.R2Score,
        _pairs,
        lambda t, y, w: scores.r2_score(t, y, sample_weight=w),
    ),
    MetricCase(
        "R2 by variance",
        lambda: metrics.R2Score("variance_weighted_average"),
        _pairs,
        lambda t, y, w: scores.r2_score(t, y, multioutput="variance_weighted", sample_weight=w),
    ),
    MetricCase(
        "R2 of each, far from 0",
        lambda: metrics.R2Score(None),
        lambda rng, n: tuple(np.float32(1e4 + v) for v in _pairs(rng, n)),
        lambda t, y, w: scores.r2_score(t.astype(float), y.astype(float), multioutput="raw_values", sample_weight=w),
    ),
    _of_loss("mean squared error", metrics.MeanSquaredError),
    _of_loss("mean absolute error", metrics.MeanAbsoluteError),
    _of_loss("mean absolute percentage error", metrics.MeanAbsolutePercentageError),
    _of_loss("mean squared logarithmic error", metrics.MeanSquaredLogarithmicError),
    _of_loss("log cosh", metrics.LogCoshError),
    _of_loss("cosine similarity", metrics.CosineSimilarity, -1.0),
    _of_loss("KL divergence", metrics.KLDivergence),
    _of_loss("poisson", metrics.Poisson),
    _of_loss("hinge", metrics.Hinge),
    _of_loss("squared hinge of 0 and 1", metrics.SquaredHinge),
    _of_loss("categorical hinge", metrics.CategoricalHinge),
    _of_loss("binary, logits", lambda: metrics.BinaryCrossentropy(from_logits=True)),
    _of_loss("categorical, probabilities", metrics.CategoricalCrossentropy),
    _of_loss("sparse, probabilities", metrics.SparseCategoricalCrossentropy),
]
