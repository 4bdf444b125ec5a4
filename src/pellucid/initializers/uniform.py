"""RandomUniform: values from an interval, all equally likely."""

from __future__ import annotations

import numpy as np

from pellucid.arguments import real
from pellucid.errors import ArgumentError
from pellucid.initializers.initializer import Array, RandomInitializer


class RandomUniform(RandomInitializer):
    """Values from [minval, maxval), all equally likely.

    Args:
        minval, maxval: ends of the interval.
        seed: see `RandomInitializer`.

    Raises:
        ArgumentError: minval is greater than maxval.
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.minval = real("RandomUniform", "minval", minval)
        self.maxval = real("RandomUniform", "maxval", maxval)
        if self.minval > self.maxval:
            raise ArgumentError(f"RandomUniform: minval must not exceed maxval. Received {minval!r} and {maxval!r}.")

    def sample(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        return generator.uniform(self.minval, self.maxval, shape)
