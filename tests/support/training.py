"""Small data and models to train, and comparisons of what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import pellucid as pl
from pellucid.losses import SparseCategoricalCrossentropy

Array = npt.NDArray[Any]

FEATURES, CLASSES = 4, 3


def clusters(count: int = 50, seed: int = 0) -> tuple[Array, Array]:
    """Points around a centre for each class, and the numbers of the classes."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, CLASSES, count)
    centres = 2 * np.eye(CLASSES, FEATURES)
    return (centres[labels] + rng.normal(size=(count, FEATURES))).astype(np.float32), labels


def classifier(optimizer: Any = "adam", *, dropout: float = 0.0, normalize: bool = False, l2: float = 0.0, **compile: Any) -> Any:
    """A compiled model for `clusters` with weights that are the same each time."""
    pl.utils.set_random_seed(7)
    penalty = pl.regularizers.L2(l2) if l2 else None
    layers: list[Any] = [pl.Input((FEATURES,)), pl.layers.Dense(8, activation="tanh", kernel_regularizer=penalty)]
    if normalize:
        layers.append(pl.layers.BatchNormalization())
    if dropout:
        layers.append(pl.layers.Dropout(dropout))
    model = pl.Sequential([*layers, pl.layers.Dense(CLASSES)])
    compile = {"metrics": ["accuracy"], **compile}
    model.compile(optimizer, SparseCategoricalCrossentropy(from_logits=True), **compile)
    return model


def slope(rate: float = 1.0, **compile: Any) -> Any:
    """y = w x with w = 0, and plain descent on the squared error, so that a step can be worked by hand:

    w <- w - rate * mean of (2 s x (w x - y)), s a sample's weight.
    """
    model = pl.Sequential([pl.layers.Dense(1, use_bias=False, kernel_initializer="zeros", input_dim=1)])
    model.compile(pl.optimizers.SGD(rate), "mse", **compile)
    return model


def assert_same_bits(one: Sequence[Array], other: Sequence[Array]) -> None:
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def assert_close(one: Sequence[Array], other: Sequence[Array], tolerance: float = 1e-4) -> None:
    """Equal up to what a few dozen float32 steps in another order of summation may round to."""
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance / 10)


def assert_differ(one: Sequence[Array], other: Sequence[Array]) -> None:
    assert any(not np.array_equal(a, b) for a, b in zip(one, other, strict=True))
