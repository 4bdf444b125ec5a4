"""Subsampling2D: the pooling of the first convolutional networks, with a coefficient and a bias to learn."""

from __future__ import annotations

from math import prod
from typing import Any

from pellucid import activations, initializers, ops
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ShapeError
from pellucid.layers.image_layer import ImageLayer
from pellucid.ops.windows import windows


class Subsampling2D(ImageLayer):
    """The sum of each window, times a coefficient, plus a bias, both trained, one of each a channel: LeNet-5's S2 and S4.

        y[n, i, j, c] = f(coefficient[c] * sum over u, v of  x[n, s i + u, s j + v, c]  + bias[c])

    Shapes: (batch, height, width, channels) -> (batch, height // s, width // s, channels). Parameters: 2 * channels.

    Args:
        pool_size: s, height and width of the window, or one number for both; windows do not overlap.
        activation: f by name or as a function; None is linear.
        coefficient_initializer: first values; None is 1 / places of a window, so that it begins as the mean.
        bias_initializer: first values.
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument breaks its rule.
        ShapeError: when called: the input is no image, has other channels, or is smaller than the window.

    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998.

    >>> import numpy as np, pellucid as pl
    >>> layer = pl.layers.Subsampling2D()
    >>> layer(np.arange(16.0).reshape(1, 4, 4, 1)).numpy()[0, :, :, 0], layer.count_params()
    (array([[ 2.5,  4.5],
           [10.5, 12.5]], dtype=float32), 2)
    """

    def __init__(
        self,
        pool_size: int | tuple[int, int] = (2, 2),
        activation: Any = None,
        coefficient_initializer: Any = None,
        bias_initializer: Any = "zeros",
        **layer: Any,
    ) -> None:
        super().__init__(**layer)
        self.pool_size = self.numbers("pool_size", pool_size)
        self.activation = activations.get(activation)
        mean = initializers.Constant(1 / prod(self.pool_size))
        self.coefficient_initializer = mean if coefficient_initializer is None else initializers.get(coefficient_initializer)
        self.bias_initializer = initializers.get(bias_initializer)

    def build(self, input_shape: Shape) -> None:
        self.require_image(input_shape)
        self.coefficient = self.add_weight((input_shape[-1],), self.coefficient_initializer, name="coefficient")
        self.bias = self.add_weight((input_shape[-1],), self.bias_initializer, name="bias")

    def call(self, inputs: Tensor) -> Tensor:
        image, size = self.image(inputs), self.as_pair(self.pool_size)
        if image.shape[-1] != self.bias.shape[0]:
            raise ShapeError(
                f"{self.title}: the input has {image.shape[-1]} channels, but it was built for {self.bias.shape[0]}. "
                f"Received shape {image.shape}."
            )
        try:
            windows(image.shape[1:3], size, size, (1, 1), ((0, 0), (0, 0)))
        except ShapeError as error:
            raise ShapeError(f"{self.title}: {error}") from None
        sums = ops.rescale(ops.AveragePooling(size, size)(image), float(prod(size)))
        return self.activation(sums * self.coefficient + self.bias)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "pool_size": list(self.pool_size),
            "activation": activations.serialize(self.activation),
            "coefficient_initializer": initializers.serialize(self.coefficient_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
        }
