"""Every loss with example targets and predictions, and what SciPy or scikit-learn makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special
from scipy.spatial import distance
from sklearn import metrics

from pellucid import losses

Array = npt.NDArray[Any]
Draw = Callable[[np.random.Generator, tuple[int, ...]], tuple[Array, Array]]


@dataclass(frozen=True)
class LossCase:
    """A loss, how to draw (targets, predictions) of leading shape ``lead``, and the value of each sample by SciPy.

    ``activation`` brings a model's output into the loss's domain; ``extremes`` are predictions at its far ends.
    """

    label: str
    loss: losses.Loss
    draw: Draw
    expected: Callable[[Array, Array], Array]
    activation: str = "linear"
    extremes: tuple[float, ...] = (0.0, 1e-30, -1e-30, 1e18, -1e18)

    def __str__(self) -> str:
        return self.label


def _probabilities(rng: np.random.Generator, lead: tuple[int, ...]) -> Array:
    return special.softmax(rng.normal(size=(*lead, 4)), axis=-1)


def _labels(rng: np.random.Generator, lead: tuple[int, ...]) -> Array:
    return rng.integers(0, 4, lead)


def _bits(rng: np.random.Generator, lead: tuple[int, ...]) -> Array:
    return rng.integers(0, 2, (*lead, 3)).astype(float)


def _picked(log_p: Array, labels: Array) -> Array:
    return -np.take_along_axis(log_p, labels[..., np.newaxis], axis=-1)[..., 0]


def _by_row(function: Callable[[Array, Array], float]) -> Callable[[Array, Array], Array]:
    """A function of two vectors, applied along the last axis."""

    def apply(t: Array, y: Array) -> Array:
        values = [function(a, b) for a, b in zip(t.reshape(-1, t.shape[-1]), y.reshape(-1, y.shape[-1]), strict=True)]
        return np.array(values).reshape(y.shape[:-1])

    return apply


def _apart(rng: np.random.Generator, lead: tuple[int, ...]) -> tuple[Array, Array]:
    """Targets and predictions at least 0.2 apart, where an absolute value has no corner."""
    t = rng.normal(size=(*lead, 3))
    return t, t + rng.uniform(0.2, 2.0, t.shape) * rng.choice([-1.0, 1.0], t.shape)


def _positive(rng: np.random.Generator, lead: tuple[int, ...]) -> tuple[Array, Array]:
    return rng.uniform(0.2, 5.0, (*lead, 3)), rng.uniform(0.2, 5.0, (*lead, 3))


def _focal(t: Array, log_p: Array, log_not_p: Array, gamma: float) -> Array:
    """(1 - q)^gamma (-log q), q the probability given to what is so."""
    return np.where(t == 1, -np.exp(gamma * log_not_p) * log_p, -np.exp(gamma * log_p) * log_not_p).mean(-1)


PROBABILITIES = (0.0, 1.0, 1e-30, 0.5)
LOGITS = (0.0, 1e4, -1e4, 1e-30)
CERTAIN = (1e-4, 1.0)
"""For predictions that are divided by their sum: zeros alone have none."""

CASES = [
    LossCase(
        "mean squared error",
        losses.MeanSquaredError(),
        lambda rng, lead: (rng.normal(size=(*lead, 3)), rng.normal(size=(*lead, 3))),
        lambda t, y: np.linalg.norm(t - y, axis=-1) ** 2 / 3,
    ),
    LossCase(
        "mean absolute error",
        losses.MeanAbsoluteError(),
        _apart,
        lambda t, y: np.linalg.norm(t - y, ord=1, axis=-1) / 3,
    ),
    LossCase(
        "mean absolute percentage error",
        losses.MeanAbsolutePercentageError(),
        lambda rng, lead: (np.sign(rng.normal(size=(*lead, 3))) * 3, rng.uniform(-2, 2, (*lead, 3))),
        _by_row(lambda t, y: 100 * metrics.mean_absolute_percentage_error(t, y)),
    ),
    LossCase(
        "mean squared logarithmic error",
        losses.MeanSquaredLogarithmicError(),
        _positive,
        _by_row(metrics.mean_squared_log_error),
        "sigmoid",
    ),
    LossCase(
        "huber",
        losses.Huber(delta=0.7),
        _apart,
        lambda t, y: special.huber(0.7, y - t).mean(-1),
    ),
    LossCase(
        "log cosh",
        losses.LogCosh(),
        _apart,
        lambda t, y: np.log(np.cosh(y - t)).mean(-1),
    ),
    LossCase(
        "cosine similarity",
        losses.CosineSimilarity(),
        lambda rng, lead: (rng.normal(size=(*lead, 3)), rng.normal(size=(*lead, 3))),
        _by_row(lambda t, y: distance.cosine(t, y) - 1),
    ),
    LossCase(
        "KL divergence",
        losses.KLDivergence(),
        lambda rng, lead: (_probabilities(rng, lead), _probabilities(rng, lead)),
        lambda t, p: special.rel_entr(t, p).sum(-1),
        "softmax",
        PROBABILITIES,
    ),
    LossCase(
        "poisson",
        losses.Poisson(),
        lambda rng, lead: (rng.poisson(2.0, (*lead, 3)).astype(float), rng.uniform(0.2, 5.0, (*lead, 3))),
        lambda t, y: (y - special.xlogy(t, y + 1e-7)).mean(-1),
        "sigmoid",
        (0.0, 1e-30, 1e18),
    ),
    LossCase(
        "hinge",
        losses.Hinge(),
        lambda rng, lead: (2 * _bits(rng, lead) - 1, rng.uniform(-0.9, 3.0, (*lead, 3))),
        lambda t, y: np.linalg.norm(np.where(t == 1, np.fmax(1 - y, 0), np.fmax(1 + y, 0)), ord=1, axis=-1) / 3,
    ),
    LossCase(
        "squared hinge of 0 and 1",
        losses.SquaredHinge(),
        lambda rng, lead: (_bits(rng, lead), rng.uniform(-0.9, 3.0, (*lead, 3))),
        lambda t, y: np.linalg.norm(np.where(t == 1, np.fmax(1 - y, 0), np.fmax(1 + y, 0)), axis=-1) ** 2 / 3,
    ),
    LossCase(
        "categorical hinge",
        losses.CategoricalHinge(),
        lambda rng, lead: (np.eye(4)[_labels(rng, lead)], rng.uniform(0.1, 3.0, (*lead, 4))),
        _by_row(lambda t, y: metrics.hinge_loss([t.argmax()], [y], labels=[0, 1, 2, 3])),
        "sigmoid",
    ),
    LossCase(
        "binary, probabilities",
        losses.BinaryCrossentropy(),
        lambda rng, lead: (_bits(rng, lead), rng.uniform(0.01, 0.99, (*lead, 3))),
        lambda t, p: -(special.xlogy(t, p) + special.xlog1py(1 - t, -p)).mean(-1),
        "sigmoid",
        PROBABILITIES,
    ),
    LossCase(
        "binary, logits",
        losses.BinaryCrossentropy(from_logits=True),
        lambda rng, lead: (rng.uniform(size=(*lead, 3)), rng.normal(0, 5, (*lead, 3))),
        lambda t, z: -(t * special.log_expit(z) + (1 - t) * special.log_expit(-z)).mean(-1),
        extremes=LOGITS,
    ),
    LossCase(
        "binary focal, probabilities",
        losses.BinaryFocalCrossentropy(),
        lambda rng, lead: (_bits(rng, lead), rng.uniform(0.01, 0.99, (*lead, 3))),
        lambda t, p: _focal(t, np.log(p), np.log1p(-p), 2.0),
        "sigmoid",
        PROBABILITIES,
    ),
    LossCase(
        "binary focal, logits",
        losses.BinaryFocalCrossentropy(gamma=0.5, from_logits=True),
        lambda rng, lead: (_bits(rng, lead), rng.normal(0, 3, (*lead, 3))),
        lambda t, z: _focal(t, special.log_expit(z), special.log_expit(-z), 0.5),
        extremes=LOGITS,
    ),
    LossCase(
        "categorical, probabilities",
        losses.CategoricalCrossentropy(),
        lambda rng, lead: (np.eye(4)[_labels(rng, lead)], _probabilities(rng, lead)),
        lambda t, p: special.rel_entr(t, p).sum(-1),  # of a one-hot target, whose own entropy is 0
        "softmax",
        CERTAIN,
    ),
    LossCase(
        "categorical, logits",
        losses.CategoricalCrossentropy(from_logits=True),
        lambda rng, lead: (_probabilities(rng, lead), rng.normal(0, 5, (*lead, 4))),
        lambda t, z: -(t * special.log_softmax(z, axis=-1)).sum(-1),
        extremes=LOGITS,
    ),
    LossCase(
        "categorical focal, probabilities",
        losses.CategoricalFocalCrossentropy(),
        lambda rng, lead: (np.eye(4)[_labels(rng, lead)], _probabilities(rng, lead)),
        lambda t, p: (0.25 * (1 - p) ** 2 * special.rel_entr(t, p)).sum(-1),
        "softmax",
        CERTAIN,
    ),
    LossCase(
        "categorical focal, logits",
        losses.CategoricalFocalCrossentropy(alpha=1.0, gamma=3.0, from_logits=True),
        lambda rng, lead: (_probabilities(rng, lead), rng.normal(0, 3, (*lead, 4))),
        lambda t, z: -(t * (1 - special.softmax(z, axis=-1)) ** 3 * special.log_softmax(z, axis=-1)).sum(-1),
        extremes=LOGITS,
    ),
    LossCase(
        "sparse, probabilities",
        losses.SparseCategoricalCrossentropy(),
        lambda rng, lead: (_labels(rng, lead), _probabilities(rng, lead)),
        lambda c, p: _picked(np.log(p), c),
        "softmax",
        CERTAIN,
    ),
    LossCase(
        "sparse, logits",
        losses.SparseCategoricalCrossentropy(from_logits=True),
        lambda rng, lead: (_labels(rng, lead), rng.normal(0, 5, (*lead, 4))),
        lambda c, z: _picked(special.log_softmax(z, axis=-1), c),
        extremes=LOGITS,
    ),
]
