"""Initializers whose width follows from the layer's: Glorot, He and LeCun, uniform and normal."""

from __future__ import annotations

from math import prod, sqrt

import numpy as np

from pellucid.arguments import real
from pellucid.errors import ArgumentError
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


_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")


class VarianceScaling(RandomInitializer):
    """Values of mean 0 and a variance that follows from the layer's width, so that signals keep their size through layers.

        variance = scale / n        n = inputs, outputs, or the mean of both

    Args:
        scale: > 0.
        mode: what n is: "fan_in", "fan_out" or "fan_avg".
        distribution: "uniform" on [-limit, limit] with limit = sqrt(3 variance); "untruncated_normal"; or "truncated_normal",
            cut at two standard deviations and widened again so that the variance is the one asked for (as in Keras).
        seed: see `RandomInitializer`.

    Raises:
        ArgumentError: an argument breaks its rule.

    >>> bool(abs(VarianceScaling(3.0, "fan_in", "uniform")((9, 2))).max() <= 1)
    True
    """

    def __init__(
        self, scale: float = 1.0, mode: str = "fan_in", distribution: str = "truncated_normal", seed: int | None = None
    ) -> None:
        super().__init__(seed)
        self.scale = real("VarianceScaling", "scale", scale, above=0)
        for name, value, known in (("mode", mode, _MODES), ("distribution", distribution, _DISTRIBUTIONS)):
            if value not in known:
                raise ArgumentError(f"VarianceScaling: {name} must be one of {', '.join(known)}. Received {value!r}.")
        self.mode = mode
        self.distribution = distribution

    def sample(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        fan_in, fan_out = fans(shape)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1, n)
        if self.distribution == "uniform":
            limit = sqrt(3 * variance)
            return generator.uniform(-limit, limit, shape)
        if self.distribution == "untruncated_normal":
            return generator.normal(0.0, sqrt(variance), shape)
        return truncated_normal(shape, 0.0, sqrt(variance) / TRUNCATED_STANDARD_DEVIATION, generator)


class GlorotUniform(VarianceScaling):
    """Uniform with variance 2 / (in + out), so that activations and gradients keep their size in a layer of tanh or sigmoid.

        limit = sqrt(6 / (in + out))

    The default of `Dense`. With gain 1 (Keras; PyTorch multiplies by a gain when asked).

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.

    >>> bool(abs(GlorotUniform()((3, 3))).max() <= 1)
    True
    """

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(1.0, "fan_avg", "uniform", seed)


class GlorotNormal(VarianceScaling):
    """Truncated normal with variance 2 / (in + out).

    Source: Glorot and Bengio 2010; cut at two standard deviations as in Keras.
    """

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal", seed)


class HeUniform(VarianceScaling):
    """Uniform with variance 2 / in, so that activations keep their size in layers of ReLU, which halves the variance.

        limit = sqrt(6 / in)

    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.
    """

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(2.0, "fan_in", "uniform", seed)


class HeNormal(VarianceScaling):
    """Truncated normal with variance 2 / in, for layers of ReLU.

    Source: He et al. 2015; cut at two standard deviations as in Keras.
    """

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(2.0, "fan_in", "truncated_normal", seed)


class LecunUniform(VarianceScaling):
    """Uniform with variance 1 / in, so that a linear layer keeps the size of its input.

        limit = sqrt(3 / in)

    Source: LeCun, Bottou, Orr and Müller, "Efficient backprop", 1998.
    """

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(1.0, "fan_in", "uniform", seed)


class LecunNormal(VarianceScaling):
    """Truncated normal with variance 1 / in; the one for SELU (Klambauer et al. 2017).

    Source: LeCun et al. 1998; cut at two standard deviations as in Keras.
    """

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(1.0, "fan_in", "truncated_normal", seed)
