"""Cases of the operations that fuse several steps, or that networks are made of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pellucid import ops
from pellucid.autodiff import Op
from pellucid.ops.fused_activation import FusedActivation
from tests.support.op_case import Array, Case

Shape = tuple[int, ...]
Generator = np.random.Generator
Draw = Callable[[Generator], tuple[Array, ...]]


def normal(*shapes: Shape) -> Draw:
    return lambda rng: tuple(rng.normal(size=s) for s in shapes)


def away_from_zero(*shapes: Shape) -> Draw:
    """Of either sign, at least 0.2 from 0."""
    return lambda rng: tuple(rng.uniform(0.2, 2.0, s) * rng.choice([-1.0, 1.0], s) for s in shapes)


def then(first: Draw, second: Draw) -> Draw:
    return lambda rng: (*first(rng), *second(rng))


def labels(classes: int, *shapes: Shape) -> Draw:
    return lambda rng: tuple(rng.integers(0, classes, s) for s in shapes)


def probabilities(*shapes: Shape) -> Draw:
    return lambda rng: tuple(rng.dirichlet(np.ones(s[-1]), s[:-1]) for s in shapes)


def bits(*shapes: Shape) -> Draw:
    return lambda rng: tuple(rng.integers(0, 2, s).astype(float) for s in shapes)


def clock(step: int, position: int) -> Draw:
    return lambda rng: (np.array([step, position], np.int64),)


def moments(features: int) -> Draw:
    return lambda rng: (np.stack([rng.normal(size=features), rng.uniform(0.5, 2.0, features)]),)


def kink_free_linear(rng: Generator) -> tuple[Array, ...]:
    """Inputs of a ReLU layer none of whose sums is near 0."""
    x, w = rng.uniform(0.5, 1.0, (4, 3)), rng.uniform(0.5, 1.0, (3, 5)) * np.array([1.0, -1.0, 1.0, -1.0, 1.0])
    return x, w, rng.uniform(-0.1, 0.1, 5)


FUSED_CASES: dict[type[Op], list[Case]] = {
    ops.AlphaDropout: [
        Case(ops.AlphaDropout(0.4, 12), then(normal((5, 7)), clock(3, 10)), "some"),
        Case(ops.AlphaDropout(0.0, 1), then(normal((3, 2, 2)), clock(0, 0)), "none"),
    ],
    ops.BinaryMatch: [Case(ops.BinaryMatch(0.3), then(bits((4, 3)), normal((4, 3))), derivative=False)],
    ops.BucketSums: [Case(ops.BucketSums((-1.0, 0.0, 0.5)), normal((9, 3), (9, 3)), derivative=False)],
    ops.CategoricalMatch: [Case(ops.CategoricalMatch(), normal((4, 3), (4, 3)), derivative=False)],
    ops.Dropout: [
        Case(ops.Dropout(0.4, 12), then(normal((5, 7)), clock(3, 10)), "some"),
        Case(ops.Dropout(0.5, 2**63 + 1), then(normal((3, 2, 5)), clock(2**33, 0)), "three axes"),
        Case(ops.Dropout(0.0, 1), then(normal((3, 2)), clock(0, 0)), "none"),
    ],
    ops.Embedding: [
        Case(ops.Embedding(), then(labels(5, (4,)), normal((5, 3))), "one id a sample"),
        Case(ops.Embedding(), then(labels(3, (2, 4)), normal((3, 2))), "sequences, with repeats"),
    ],
    ops.LayerNormalization: [
        Case(ops.LayerNormalization(), normal((4, 6), (6,), (6,))),
        Case(ops.LayerNormalization(0.1), normal((2, 3, 4), (4,), (4,)), "three axes"),
        Case(ops.LayerNormalization(1e-3, False), normal((4, 6), (6,), (6,)), "root mean square"),
    ],
    ops.Linear: [
        Case(ops.Linear(), normal((4, 3), (3, 5), (5,)), "linear"),
        Case(ops.Linear(FusedActivation.SIGMOID), normal((4, 3), (3, 5), (5,)), "sigmoid"),
        Case(ops.Linear(FusedActivation.TANH), normal((2, 4, 3), (3, 5), (5,)), "tanh on three axes"),
        Case(ops.Linear(FusedActivation.RELU), kink_free_linear, "relu"),
        Case(ops.Linear(), normal((3,), (3, 5), (5,)), "one vector"),
    ],
    ops.LogSoftmax: [
        Case(ops.LogSoftmax(), normal((4, 3))),
        Case(ops.LogSoftmax(0), normal((4, 3)), "first axis"),
    ],
    ops.Moments: [Case(ops.Moments(), normal((6, 3))), Case(ops.Moments(), normal((2, 3, 4, 5)), "images")],
    ops.Normalize: [
        Case(ops.Normalize(1e-3), then(then(normal((6, 3)), moments(3)), normal((3,), (3,)))),
        Case(ops.Normalize(0.1), then(then(normal((2, 3, 4, 5)), moments(5)), normal((5,), (5,))), "images"),
    ],
    ops.NormalLike: [Case(ops.NormalLike(1.0, 0.5, 7), then(normal((5, 7)), clock(3, 10)), derivative=False)],
    ops.Rescale: [Case(ops.Rescale(0.25, -3.0), normal((4, 3)))],
    ops.SampleMean: [Case(ops.SampleMean(), normal((4, 3))), Case(ops.SampleMean(), normal(()), "a number")],
    ops.SigmoidCrossEntropy: [Case(ops.SigmoidCrossEntropy(), then(away_from_zero((4, 3)), bits((4, 3))))],
    ops.Softmax: [Case(ops.Softmax(), normal((4, 3))), Case(ops.Softmax(1), normal((2, 3, 4)), "middle axis")],
    ops.SoftmaxCrossEntropy: [
        Case(ops.SoftmaxCrossEntropy(), then(normal((4, 3)), labels(3, (4,))), "labels"),
        Case(ops.SoftmaxCrossEntropy(), then(normal((4, 3)), probabilities((4, 3))), "probabilities"),
        Case(ops.SoftmaxCrossEntropy(), then(normal((2, 4, 3)), labels(3, (2, 4))), "sequences"),
        Case(ops.SoftmaxCrossEntropy(), normal((4, 3), (4, 3)), "targets that do not sum to 1"),
    ],
    ops.SparseMatch: [Case(ops.SparseMatch(), then(labels(3, (4,)), normal((4, 3))), derivative=False)],
    ops.SquaredError: [Case(ops.SquaredError(), normal((4, 3), (4, 3))), Case(ops.SquaredError(), normal((2, 3, 4), (2, 3, 4)))],
    ops.Step: [Case(ops.Step(), away_from_zero((4, 3)))],
    ops.TopKMask: [Case(ops.TopKMask(2), normal((4, 3)), derivative=False)],
    ops.WeightPenalty: [
        Case(ops.WeightPenalty(0.3, 0.2), away_from_zero((4, 3)), "both"),
        Case(ops.WeightPenalty(0.0, 0.01), normal((5,)), "squares"),
        Case(ops.WeightPenalty(0.5), away_from_zero((2, 3, 4)), "absolute values"),
        Case(ops.WeightPenalty(0.5, 0.5), normal((0, 3)), "of nothing"),
    ],
    ops.WeightedMean: [
        Case(ops.WeightedMean(), normal((4, 3), (4, 3))),
        Case(ops.WeightedMean(), normal((4, 3), (4, 1)), "one weight a sample"),
    ],
}
