"""Initializers whose width follows from the layer's: Glorot and He, uniform and normal."""

from __future__ import annotations

from math import prod, sqrt

import numpy as np

from pellucid.initializers.initializer import Array, RandomInitializer, truncated_normal

# Standard deviation of a standard normal cut at -2 and 2: sqrt(1 - 4 phi(2) / (2 Phi(2) - 1)).
TRUNCATED_STANDARD_DEVIATION = 0.87962566103423978


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Inputs and outputs of one unit of a kernel (..., in, out); the axes before them are a receptive field.

    >>> fans((784, 100)), fans((3, 3, 16, 32)), fans((5,))
    ((784, 100), (144, 288), (5, 5))
    """
    if len(shape) < 2:
        n = prod(shape)
        return n, n
    field = prod(shape[:-2])
    return field * shape[-2], field * shape[-1]


class VarianceScaling(RandomInitializer):
    """Base: values of mean 0 and a variance that ``variance`` tells from the fans."""

    def variance(self, fan_in: int, fan_out: int) -> float:
        raise NotImplementedError


class _ScaledUniform(VarianceScaling):
    """Uniform on [-limit, limit], whose variance is limit^2 / 3."""

    def sample(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        limit = sqrt(3 * self.variance(*fans(shape)))
        return generator.uniform(-limit, limit, shape)


class _ScaledNormal(VarianceScaling):
    """Normal, cut at two standard deviations and widened again so that the variance is the one asked for (as in Keras)."""

    def sample(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        stddev = sqrt(self.variance(*fans(shape)))
        return truncated_normal(shape, 0.0, stddev / TRUNCATED_STANDARD_DEVIATION, generator)


class _Glorot(VarianceScaling):
    def variance(self, fan_in: int, fan_out: int) -> float:
        return 2 / max(1, fan_in + fan_out)


class _He(VarianceScaling):
    def variance(self, fan_in: int, fan_out: int) -> float:
        return 2 / max(1, fan_in)


class GlorotUniform(_Glorot, _ScaledUniform):
    """Uniform with variance 2 / (in + out), so that activations and gradients keep their size in a layer of tanh or sigmoid.

        limit = sqrt(6 / (in + out))

    The default of `Dense`. With gain 1 (Keras; PyTorch multiplies by a gain when asked).

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.

    >>> bool(abs(GlorotUniform()((3, 3))).max() <= 1)
    True
    """


class GlorotNormal(_Glorot, _ScaledNormal):
    """Truncated normal with variance 2 / (in + out).

    Source: Glorot and Bengio 2010; cut at two standard deviations as in Keras.
    """


class HeUniform(_He, _ScaledUniform):
    """Uniform with variance 2 / in, so that activations keep their size in layers of ReLU, which halves the variance.

        limit = sqrt(6 / in)

    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.
    """


class HeNormal(_He, _ScaledNormal):
    """Truncated normal with variance 2 / in, for layers of ReLU.

    Source: He et al. 2015; cut at two standard deviations as in Keras.
    """
