"""SeparableConv2D: places first, channels second, with far fewer weights than both at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid import ops
from pellucid.arguments import integer
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.layers.convolution_layer import ConvolutionLayer
from pellucid.layers.depthwise_convolution import by_channels
from pellucid.layers.fused import FUSED
from pellucid.ops.fused_activation import FusedActivation


class SeparableConv2D(ConvolutionLayer):
    """A depthwise convolution, then one of 1x1 that mixes the channels.

        z = depthwise(x)        y[n, i, j, k] = f(bias[k] + sum over c of  z[n, i, j, c] pointwise[0, 0, c, k])

    Shapes: x (batch, height, width, channels), depthwise kernel (*kernel_size, channels, depth_multiplier), pointwise kernel
    (1, 1, channels * depth_multiplier, filters) -> (batch, rows, columns, filters).

    Args:
        filters: number of output channels, >= 1.
        kernel_size, strides, padding, data_format, dilation_rate: the windows, see `Conv2D`.
        depth_multiplier: number of depthwise kernels of each channel.
        activation: f by name or as a function; None is linear.
        use_bias: whether there is a bias.
        depthwise_initializer, pointwise_initializer, bias_initializer: first values, by name or object.
        depthwise_regularizer, pointwise_regularizer, bias_regularizer: penalties, by name or object.
        activity_regularizer: a penalty on the output, by name or object.
        depthwise_constraint, pointwise_constraint, bias_constraint: what weights are held to, by name or object.
        layer: see `Layer`.

    Raises:
        ArgumentError, ShapeError: as `Conv2D`.

    Source: Chollet, "Xception: Deep learning with depthwise separable convolutions", 2017.

    >>> import numpy as np, pellucid as pl
    >>> layer = pl.layers.SeparableConv2D(32, 3, padding="same")
    >>> layer(np.zeros((1, 8, 8, 16), "float32")).shape, layer.count_params()  # 3 * 3 * 16 + 16 * 32 + 32
    ((1, 8, 8, 32), 688)
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | tuple[int, int] = (1, 1),
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **layer: Any,
    ) -> None:
        layer["activity_regularizer"] = activity_regularizer
        super().__init__(kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, **layer)
        self.filters = integer("SeparableConv2D", "filters", filters, at_least=1)
        self.depth_multiplier = integer("SeparableConv2D", "depth_multiplier", depth_multiplier, at_least=1)
        self.hold("depthwise", depthwise_initializer, depthwise_regularizer, depthwise_constraint)
        self.hold("pointwise", pointwise_initializer, pointwise_regularizer, pointwise_constraint)
        self.hold("bias", bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape: Shape) -> None:
        self.require_image(input_shape)
        channels, m = input_shape[-1], self.depth_multiplier
        self.depthwise_kernel = self.weight("depthwise", "depthwise_kernel", (*self.kernel_size, channels, m))
        self.pointwise_kernel = self.weight("pointwise", "pointwise_kernel", (1, 1, channels * m, self.filters))
        self.add_bias(self.filters)

    def call(self, inputs: Tensor) -> Tensor:
        self.require_image(inputs.shape)
        channels = self.depthwise_kernel.shape[-2]
        self.require_channels(inputs.shape, channels)
        kernel = by_channels(self.depthwise_kernel)
        z = self.convolve(inputs, kernel, np.zeros(kernel.shape[-1], self.dtype), channels, last=False)
        fused = FUSED.get(self.activation, FusedActivation.LINEAR)
        bias = self.bias_or_zeros(self.filters)
        return self.activated(ops.Convolution(activation=fused)(z, self.pointwise_kernel, bias), fused)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "filters": self.filters, "depth_multiplier": self.depth_multiplier}
