"""Rows of losses, metrics and penalties."""

from __future__ import annotations

import numpy as np

from benchmarks.fused.row import Array, Arrays, Row, Sizes, by_python, composed, labels, normal
from pellucid import ops
from pellucid.autodiff import Tensor

_CLASSES = 10


def rows() -> list[Row]:
    return [*_entropies(), *_others(), *_means(), *_matches(), *_penalties()]


def _logits(s: Sizes) -> list[Array]:
    return [normal(s.batch, _CLASSES)]


def _labels(s: Sizes) -> list[Array]:
    return [labels(_CLASSES, s.batch)]


def _probabilities(s: Sizes) -> list[Array]:
    return [np.random.default_rng(5).dirichlet(np.ones(_CLASSES), s.batch).astype(np.float32)]


def _bits(s: Sizes) -> list[Array]:
    return [np.random.default_rng(5).integers(0, 2, (s.batch, _CLASSES)).astype(np.float32)]


def _entropies() -> list[Row]:
    def of_labels(z: Tensor, c: Tensor) -> Tensor:
        return -ops.sum(ops.one_hot(c, _CLASSES, dtype="float32") * ops.log(ops.softmax(z)), axis=-1)

    def of_probabilities(z: Tensor, t: Tensor) -> Tensor:
        return -ops.sum(t * ops.log(ops.softmax(z)), axis=-1)

    def of_bits(z: Tensor, t: Tensor) -> Tensor:
        p = ops.sigmoid(z)
        return -ops.mean(t * ops.log(p) + (1.0 - t) * ops.log(1.0 - p), axis=-1)

    fused = ops.SoftmaxCrossEntropy()
    return [
        composed("SoftmaxCrossEntropy of labels", "softmax, log, one-hot, sum", fused, of_labels, _logits, _labels),
        composed("SoftmaxCrossEntropy of probabilities", "softmax, log, sum", fused, of_probabilities, _logits, _probabilities),
        composed("SigmoidCrossEntropy", "sigmoid, log, mean", ops.SigmoidCrossEntropy(), of_bits, _logits, _bits),
        by_python("Softmax", ops.Softmax(), _logits),
        by_python("LogSoftmax", ops.LogSoftmax(), _logits),
    ]


def _others() -> list[Row]:
    pair: Arrays = lambda s: [normal(s.batch, _CLASSES), normal(s.batch, _CLASSES, seed=6)]  # noqa: E731
    return [
        composed(
            "SquaredError",
            "subtract, square, mean",
            ops.SquaredError(),
            lambda t, y: ops.mean(ops.square(t - y), axis=-1),
            pair,
        )
    ]


def _means() -> list[Row]:
    values: Arrays = lambda s: [normal(s.batch)]  # noqa: E731
    weights: Arrays = lambda s: [abs(normal(s.batch, seed=6))]  # noqa: E731
    return [
        composed("SampleMean", "mean", ops.SampleMean(), lambda v: ops.mean(v), values),
        composed(
            "WeightedMean",
            "multiply, sum, divide",
            ops.WeightedMean(),
            lambda v, w: ops.sum(v * w) / float(v.shape[0]),
            values,
            weights,
        ),
        by_python("a metric's running sum", lambda x: ops.rescale(x, 0.5), inputs=lambda s: [normal(s.batch)], total=True),
        by_python("running sums of steps", lambda x: ops.rescale(x, 0.5), inputs=lambda s: [normal(s.batch, 20)], total=True),
        by_python("a loss's running sum", lambda x: ops.weighted_mean(x), inputs=lambda s: [normal(s.batch)], total=True),
    ]


def _matches() -> list[Row]:
    return [
        by_python("SparseMatch", ops.SparseMatch(), inputs=lambda s: [*_labels(s), *_logits(s)]),
        by_python("CategoricalMatch", ops.CategoricalMatch(), inputs=lambda s: [*_bits(s), *_logits(s)]),
        by_python("BinaryMatch", ops.BinaryMatch(0.1), inputs=lambda s: [*_bits(s), *_logits(s)]),
    ]


def _penalties() -> list[Row]:
    weight: Arrays = lambda s: [normal(s.features, 100)]  # noqa: E731

    def both(w: Tensor) -> Tensor:
        return 0.3 * ops.sum(ops.absolute(w)) + 0.2 * ops.sum(ops.square(w))

    return [
        composed("WeightPenalty, L1 and L2", "absolute, square, sum", ops.WeightPenalty(0.3, 0.2), both, weight),
        composed(
            "WeightPenalty, L2 alone",
            "square, sum",
            ops.WeightPenalty(0.0, 0.2),
            lambda w: 0.2 * ops.sum(ops.square(w)),
            weight,
        ),
    ]
