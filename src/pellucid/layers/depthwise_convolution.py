"""DepthwiseConv2D: each channel is filtered by itself."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.arguments import integer
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.layers.convolution_layer import ConvolutionLayer


class DepthwiseConv2D(ConvolutionLayer):
    """2-D convolution of each channel with kernels of its own: as many groups as channels.

        y[n, i, j, c m + k] = f(bias[c m + k] + sum over u, v of  x[n, s i + d u - p, s j + d v - p, c] kernel[u, v, c, k])

    Shapes: x (batch, height, width, channels), kernel (*kernel_size, channels, depth_multiplier)
    -> (batch, rows, columns, channels * depth_multiplier).

    Args:
        kernel_size, strides, padding, data_format, dilation_rate: the windows, see `Conv2D`.
        depth_multiplier: m, the number of kernels of each channel.
        activation: f by name or as a function; None is linear.
        use_bias: whether there is a bias.
        depthwise_initializer, bias_initializer: first values, by name or object.
        depthwise_regularizer, bias_regularizer: penalties, by name or object.
        activity_regularizer: a penalty on the output, by name or object.
        depthwise_constraint, bias_constraint: what weights are held to after each update, by name or object.
        layer: see `Layer`.

    Raises:
        ArgumentError, ShapeError: as `Conv2D`.

    >>> import numpy as np, pellucid as pl
    >>> layer = pl.layers.DepthwiseConv2D(3, padding="same")
    >>> layer(np.zeros((1, 8, 8, 16), "float32")).shape, layer.count_params()  # 3 * 3 * 16 + 16
    ((1, 8, 8, 16), 160)
    """

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = (1, 1),
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: int | tuple[int, int] = (1, 1),
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **layer: Any,
    ) -> None:
        layer["activity_regularizer"] = activity_regularizer
        super().__init__(kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, **layer)
        self.depth_multiplier = integer("DepthwiseConv2D", "depth_multiplier", depth_multiplier, at_least=1)
        self.hold("depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint)
        self.hold("bias", bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape: Shape) -> None:
        self.require_image(input_shape)
        channels = input_shape[-1]
        self.kernel = self.weight("depthwise", "kernel", (*self.kernel_size, channels, self.depth_multiplier))
        self.add_bias(channels * self.depth_multiplier)

    def call(self, inputs: Tensor) -> Tensor:
        self.require_image(inputs.shape)
        channels = self.kernel.shape[-2]
        self.require_channels(inputs.shape, channels)
        bias = self.bias_or_zeros(channels * self.depth_multiplier)
        return self.convolve(inputs, by_channels(self.kernel), bias, channels)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "depth_multiplier": self.depth_multiplier}


def by_channels(kernel: Tensor) -> Tensor:
    """A kernel (height, width, channels, m) as that of a convolution with a group for each channel."""
    height, width, channels, multiplier = kernel.shape
    return ops.reshape(kernel, (height, width, 1, channels * multiplier))
