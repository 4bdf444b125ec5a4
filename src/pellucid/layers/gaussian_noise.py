"""Noise on activations while a model trains: added, or multiplied with."""

from __future__ import annotations

import math
from typing import Any

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.layers.random_layer import RandomLayer


class GaussianNoise(RandomLayer):
    """While training, adds normal noise of mean 0: samples that were never seen, much like those that were.

        y = x + stddev n        otherwise y = x

    Shapes: any -> the same. The noise depends on the seed, the layer's place in the model, the training step and the sample's
    place in the epoch. Differs from Keras: stddev may be greater than 1.

    Args:
        stddev: the noise's standard deviation, >= 0.
        seed: in place of the model's; None follows that.
        layer: see `Layer`.

    Raises:
        ArgumentError: stddev is negative or no number.

    >>> import numpy as np, pellucid as pl
    >>> y = pl.layers.GaussianNoise(0.5, seed=1)(np.zeros((1000, 2)), training=True).numpy()
    >>> bool(0.48 < y.std() < 0.52)
    True
    """

    supports_masking = True

    def __init__(self, stddev: float, seed: int | None = None, **layer: Any) -> None:
        super().__init__(seed, **layer)
        self.stddev = real("GaussianNoise", "stddev", stddev, at_least=0)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        if not training or self.stddev == 0:
            return inputs
        return inputs + ops.normal_like(inputs, 0.0, self.stddev, *self.stream("gaussian_noise"))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "stddev": self.stddev}


class GaussianDropout(RandomLayer):
    """While training, multiplies each value by normal noise around 1, of the variance that dropout's noise has.

        y = x (1 + sqrt(rate / (1 - rate)) n)        otherwise y = x

    Shapes: any -> the same. See `GaussianNoise` for what the noise depends on. Differs from Keras: a rate of 1, whose noise would
    be infinite, is refused.

    Args:
        rate: as of `Dropout`, 0 <= rate < 1.
        seed: in place of the model's; None follows that.
        layer: see `Layer`.

    Raises:
        ArgumentError: rate is out of its range.

    Source: Srivastava et al. 2014, section 10.

    >>> import numpy as np, pellucid as pl
    >>> y = pl.layers.GaussianDropout(0.2, seed=1)(np.ones((1000, 2)), training=True).numpy()
    >>> bool(0.48 < y.std() < 0.52)
    True
    """

    supports_masking = True

    def __init__(self, rate: float, seed: int | None = None, **layer: Any) -> None:
        super().__init__(seed, **layer)
        self.rate = real("GaussianDropout", "rate", rate, at_least=0, below=1)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        if not training or self.rate == 0:
            return inputs
        stddev = math.sqrt(self.rate / (1 - self.rate))
        return inputs * ops.normal_like(inputs, 1.0, stddev, *self.stream("gaussian_dropout"))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate}
