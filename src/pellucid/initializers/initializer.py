"""Initializer: how a parameter gets its first values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer
from pellucid.configurable import Configurable
from pellucid.random.seed import next_generator

Array = npt.NDArray[Any]


class Initializer(Configurable, ABC):
    """Base of all initializers: called with a shape, gives an array.

    A subclass writes ``sample``. Numbers are drawn in float64 and rounded to the dtype asked for, so that a float64 twin of
    a float32 network starts at the same place.
    """

    def __call__(
        self, shape: Sequence[int], dtype: npt.DTypeLike = "float32", generator: np.random.Generator | None = None
    ) -> Array:
        """First values of this shape.

        Args:
            shape: of the parameter; layers' kernels are (in, out).
            dtype: of the result.
            generator: where random numbers come from; the library's own stream, which `pellucid.utils.set_random_seed` starts
                anew, where absent.
        """
        drawn = self.sample(tuple(int(n) for n in shape), self._generator(generator))
        return np.asarray(drawn, dtype, order="C")

    @abstractmethod
    def sample(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        """Values of this shape in float64."""

    def _generator(self, generator: np.random.Generator | None) -> np.random.Generator:
        return generator if generator is not None else next_generator()


class RandomInitializer(Initializer):
    """Base of the initializers that draw.

    Args:
        seed: an integer makes every call of the same shape give the same values, whatever else was drawn; None draws on.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.seed = None if seed is None else integer(type(self).__name__, "seed", seed, at_least=0)

    def _generator(self, generator: np.random.Generator | None) -> np.random.Generator:
        return super()._generator(generator) if self.seed is None else np.random.default_rng(self.seed)


def truncated_normal(shape: tuple[int, ...], mean: float, stddev: float, generator: np.random.Generator) -> Array:
    """Normal values; those further than two standard deviations from the mean are drawn again."""
    values = generator.standard_normal(shape)
    flat = values.reshape(-1)
    while (outside := np.flatnonzero(np.abs(flat) > 2)).size:
        flat[outside] = generator.standard_normal(outside.size)
    return mean + stddev * values
