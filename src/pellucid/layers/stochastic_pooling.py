"""StochasticPooling2D: while training one number of each window by chance, otherwise their weighted mean."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.layers.pooling import PoolingLayer
from pellucid.layers.random_layer import RandomLayer
from pellucid.ops.stochastic_pooling import StochasticPooling, WeightedPooling


class StochasticPooling2D(RandomLayer, PoolingLayer):
    """While training, one number of each window, drawn with a probability proportional to it; otherwise their mean so weighted.

        training: x_k with P(k) = x_k / sum of x        prediction: sum of x^2 / sum of x

    Put it after a ReLU: what is negative counts as 0. See `ops.StochasticPooling`.

    Shapes: (batch, height, width, channels) -> (batch, rows, columns, channels).

    Args:
        pool_size: height and width of the window, or one number for both.
        strides: places from one window to the next; None is pool_size.
        padding: "valid" or "same", where what lies outside is never drawn.
        data_format: None or "channels_last".
        seed: in place of the model's; None follows that.
        name: for messages and summaries.
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument breaks its rule.
        ShapeError: when called: the input is no image, or smaller than the window.

    Source: Zeiler and Fergus, "Stochastic pooling for regularization of deep convolutional neural networks", 2013.

    >>> import numpy as np, pellucid as pl
    >>> layer, x = pl.layers.StochasticPooling2D(seed=1), np.tile(np.reshape([0.0, 1.0, 3.0, 0.0], (1, 2, 2, 1)), (1000, 1, 1, 1))
    >>> y = layer(x, training=True).numpy()
    >>> sorted(set(y.ravel().tolist())), bool(0.7 < (y == 3).mean() < 0.8), layer(x).numpy()[0].item()
    ([1.0, 3.0], True, 2.5)
    """

    def __init__(
        self,
        pool_size: int | tuple[int, int] = (2, 2),
        strides: int | tuple[int, int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        seed: int | None = None,
        name: str | None = None,
        **layer: Any,
    ) -> None:
        super().__init__(seed, pool_size=pool_size, strides=strides, padding=padding, data_format=data_format, name=name, **layer)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        settings, image = self.windows_over(inputs), self.image(inputs)
        if not training:
            return WeightedPooling(*settings)(image)
        key, clock = self.stream("stochastic_pooling")
        return StochasticPooling(*settings, key=key)(image, clock)
