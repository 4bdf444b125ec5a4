"""Dropout: random silence, so that no unit relies on another."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.arguments import integer, real
from pellucid.autodiff import Tensor, current_context
from pellucid.layers.layer import Layer
from pellucid.random.streams import stream_key


class Dropout(Layer):
    """While training, sets each value to 0 with probability ``rate`` and divides the others by 1 - rate; otherwise the identity.

    The division keeps the mean, so that prediction needs no scaling ("inverted" dropout). The mask depends on the seed, the
    layer's place in the model, the training step and the sample's place in the epoch; not on threads or on what ran before.

    Args:
        rate: share of values to drop, 0 <= rate < 1.
        seed: in place of the model's; None follows that.
        layer: see `Layer`.

    Raises:
        ArgumentError: rate is out of its range.

    Source: Srivastava et al., "Dropout: A simple way to prevent neural networks from overfitting", 2014.

    >>> import numpy as np, pellucid as pl
    >>> y = pl.layers.Dropout(0.5, seed=1)(np.ones((1000, 2)), training=True).numpy()
    >>> sorted(set(y.ravel().tolist())), bool(0.45 < (y == 0).mean() < 0.55)
    ([0.0, 2.0], True)
    """

    def __init__(self, rate: float, seed: int | None = None, **layer: Any) -> None:
        super().__init__(**layer)
        self.rate = real("Dropout", "rate", rate, at_least=0, below=1)
        self.seed = None if seed is None else integer("Dropout", "seed", seed, at_least=0)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        context = current_context()
        if not training or self.rate == 0:
            return inputs
        assert context is not None  # a layer always runs in one
        key = stream_key(context.seed if self.seed is None else self.seed, "dropout", *context.path)
        return ops.dropout(inputs, self.rate, key, context.clock)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
