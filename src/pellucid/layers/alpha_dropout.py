"""AlphaDropout: dropout for networks of SELU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.layers.random_layer import RandomLayer, noise_shape_argument


class AlphaDropout(RandomLayer):
    """While training, sets values to SELU's lowest with probability ``rate``, and keeps mean 0 and variance 1 by an affine map.

    See `ops.AlphaDropout` for the equation. Otherwise the identity. Differs from Keras: a rate of 1, which would leave nothing,
    is refused.

    Args:
        rate: share of values to drop, 0 <= rate < 1.
        noise_shape: of the mask: 1 for an axis along which one decision serves all, else its length or None.
        seed: in place of the model's; None follows that.
        layer: see `Layer`.

    Raises:
        ArgumentError: rate is out of its range; when called: noise_shape does not fit.

    Source: Klambauer et al., "Self-normalizing neural networks", 2017.

    >>> import numpy as np, pellucid as pl
    >>> x = np.random.default_rng(0).normal(size=(1000, 10))
    >>> y = pl.layers.AlphaDropout(0.3, seed=1)(x, training=True).numpy()
    >>> bool(abs(y.mean()) < 0.05 and abs(y.std() - 1) < 0.05)
    True
    """

    supports_masking = True

    def __init__(
        self, rate: float, noise_shape: Sequence[int | None] | None = None, seed: int | None = None, **layer: Any
    ) -> None:
        super().__init__(seed, **layer)
        self.rate = real("AlphaDropout", "rate", rate, at_least=0, below=1)
        self.noise_shape = noise_shape_argument("AlphaDropout", noise_shape)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        if not training or self.rate == 0:
            return inputs
        key, clock = self.stream("alpha_dropout")
        if self.noise_shape is None:
            return ops.alpha_dropout(inputs, self.rate, key, clock)
        mask = self.shared_mask(inputs, self.noise_shape, self.rate, "alpha_dropout")
        a, b, lowest = ops.AlphaDropout(self.rate, key).line
        return (inputs * mask + ops.rescale(mask, -lowest, lowest)) * a + b

    def get_config(self) -> dict[str, Any]:
        noise_shape = None if self.noise_shape is None else list(self.noise_shape)
        return {**super().get_config(), "rate": self.rate, "noise_shape": noise_shape}
