"""Initializers that draw from a normal distribution of a given width."""

from __future__ import annotations

import numpy as np

from pellucid.arguments import real
from pellucid.initializers.initializer import Array, RandomInitializer, truncated_normal


class RandomNormal(RandomInitializer):
    """Normal values.

    Args:
        mean, stddev: of the distribution.
        seed: see `RandomInitializer`.

    >>> RandomNormal(stddev=0.01, seed=1)((784, 50)).std().round(3)
    np.float32(0.01)
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.mean = real("RandomNormal", "mean", mean)
        self.stddev = real("RandomNormal", "stddev", stddev, at_least=0)

    def sample(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        return generator.normal(self.mean, self.stddev, shape)


class TruncatedNormal(RandomInitializer):
    """Normal values, none further than two ``stddev`` from the mean; their own standard deviation is 0.88 ``stddev``.

    Args:
        mean, stddev: of the normal distribution before it is cut.
        seed: see `RandomInitializer`.
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.mean = real("TruncatedNormal", "mean", mean)
        self.stddev = real("TruncatedNormal", "stddev", stddev, at_least=0)

    def sample(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        return truncated_normal(shape, self.mean, self.stddev, generator)
