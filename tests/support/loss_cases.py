"""Every loss with example targets and predictions, and what SciPy makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from pellucid import losses

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class LossCase:
    """A loss, how to draw (targets, predictions) of leading shape ``lead``, and the value of each sample by SciPy."""

    label: str
    loss: losses.Loss
    draw: Callable[[np.random.Generator, tuple[int, ...]], tuple[Array, Array]]
    expected: Callable[[Array, Array], Array]

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


CASES = [
    LossCase(
        "mean squared error",
        losses.MeanSquaredError(),
        lambda rng, lead: (rng.normal(size=(*lead, 3)), rng.normal(size=(*lead, 3))),
        lambda t, y: np.linalg.norm(t - y, axis=-1) ** 2 / 3,
    ),
    LossCase(
        "binary, probabilities",
        losses.BinaryCrossentropy(),
        lambda rng, lead: (_bits(rng, lead), rng.uniform(0.01, 0.99, (*lead, 3))),
        lambda t, p: -(special.xlogy(t, p) + special.xlog1py(1 - t, -p)).mean(-1),
    ),
    LossCase(
        "binary, logits",
        losses.BinaryCrossentropy(from_logits=True),
        lambda rng, lead: (rng.uniform(size=(*lead, 3)), rng.normal(0, 5, (*lead, 3))),
        lambda t, z: -(t * special.log_expit(z) + (1 - t) * special.log_expit(-z)).mean(-1),
    ),
    LossCase(
        "categorical, probabilities",
        losses.CategoricalCrossentropy(),
        lambda rng, lead: (np.eye(4)[_labels(rng, lead)], _probabilities(rng, lead)),
        lambda t, p: special.rel_entr(t, p).sum(-1),  # of a one-hot target, whose own entropy is 0
    ),
    LossCase(
        "categorical, logits",
        losses.CategoricalCrossentropy(from_logits=True),
        lambda rng, lead: (_probabilities(rng, lead), rng.normal(0, 5, (*lead, 4))),
        lambda t, z: -(t * special.log_softmax(z, axis=-1)).sum(-1),
    ),
    LossCase(
        "sparse, probabilities",
        losses.SparseCategoricalCrossentropy(),
        lambda rng, lead: (_labels(rng, lead), _probabilities(rng, lead)),
        lambda c, p: _picked(np.log(p), c),
    ),
    LossCase(
        "sparse, logits",
        losses.SparseCategoricalCrossentropy(from_logits=True),
        lambda rng, lead: (_labels(rng, lead), rng.normal(0, 5, (*lead, 4))),
        lambda c, z: _picked(special.log_softmax(z, axis=-1), c),
    ),
]
