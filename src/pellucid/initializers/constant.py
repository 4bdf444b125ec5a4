"""Initializers that draw nothing: zeros, ones, any constant."""

from __future__ import annotations

import numpy as np

from pellucid.arguments import real
from pellucid.initializers.initializer import Array, Initializer


class Zeros(Initializer):
    """All 0: biases, and the centre of a normalization.

    >>> Zeros()((2,))
    array([0., 0.], dtype=float32)
    """

    def sample(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        return np.zeros(shape)


class Ones(Initializer):
    """All 1: the scale of a normalization.

    >>> Ones()((2,))
    array([1., 1.], dtype=float32)
    """

    def sample(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        return np.ones(shape)


class Constant(Initializer):
    """All one number.

    >>> Constant(0.1)((2,))
    array([0.1, 0.1], dtype=float32)
    """

    def __init__(self, value: float = 0.0) -> None:
        self.value = real("Constant", "value", value)

    def sample(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        return np.full(shape, self.value)
