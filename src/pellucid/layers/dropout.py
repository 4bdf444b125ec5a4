"""Dropout: random silence, so that no unit relies on another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.layers.random_layer import RandomLayer, noise_shape_argument


class Dropout(RandomLayer):
    """While training, sets each value to 0 with probability ``rate`` and divides the others by 1 - rate; otherwise the identity.

    The division keeps the mean, so that prediction needs no scaling ("inverted" dropout). The mask depends on the seed, the
    layer's place in the model, the training step and the sample's place in the epoch; not on threads or on what ran before.
    Differs from Keras: a rate of 1, which would leave nothing, is refused.

    Args:
        rate: share of values to drop, 0 <= rate < 1.
        noise_shape: of the mask: 1 for an axis along which one decision serves all, else its length or None.
        seed: in place of the model's; None follows that.
        layer: see `Layer`.

    Raises:
        ArgumentError: rate is out of its range; when called: noise_shape does not fit.

    Source: Srivastava et al., "Dropout: A simple way to prevent neural networks from overfitting", 2014.

    >>> import numpy as np, pellucid as pl
    >>> y = pl.layers.Dropout(0.5, seed=1)(np.ones((1000, 2)), training=True).numpy()
    >>> sorted(set(y.ravel().tolist())), bool(0.45 < (y == 0).mean() < 0.55)
    ([0.0, 2.0], True)
    """

    supports_masking = True

    def __init__(
        self, rate: float, noise_shape: Sequence[int | None] | None = None, seed: int | None = None, **layer: Any
    ) -> None:
        super().__init__(seed, **layer)
        self.rate = real("Dropout", "rate", rate, at_least=0, below=1)
        self.noise_shape = noise_shape_argument("Dropout", noise_shape)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        if not training or self.rate == 0:
            return inputs
        if self.noise_shape is not None:
            mask = self.shared_mask(inputs, self.noise_shape, self.rate, "dropout")
            return inputs * ops.rescale(mask, 1 / (1 - self.rate))
        return ops.dropout(inputs, self.rate, *self.stream("dropout"))

    def get_config(self) -> dict[str, Any]:
        noise_shape = None if self.noise_shape is None else list(self.noise_shape)
        return {**super().get_config(), "rate": self.rate, "noise_shape": noise_shape}
