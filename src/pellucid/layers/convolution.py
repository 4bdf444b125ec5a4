"""Conv1D and Conv2D: one kernel slides over every place of a line or an image."""

from __future__ import annotations

from typing import Any

from pellucid.arguments import integer
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ArgumentError
from pellucid.layers.convolution_layer import ConvolutionLayer


class _Conv(ConvolutionLayer):
    """What both have in common."""

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any,
        padding: str,
        data_format: str | None,
        dilation_rate: Any,
        groups: int,
        activation: Any,
        use_bias: bool,
        kernel_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        bias_regularizer: Any,
        activity_regularizer: Any,
        kernel_constraint: Any,
        bias_constraint: Any,
        **layer: Any,
    ) -> None:
        layer["activity_regularizer"] = activity_regularizer
        super().__init__(kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, **layer)
        owner = type(self).__name__
        self.filters = integer(owner, "filters", filters, at_least=1)
        self.groups = integer(owner, "groups", groups, at_least=1)
        if self.filters % self.groups:
            left = self.filters % self.groups
            raise ArgumentError(f"{owner}: groups must divide filters: {self.filters} by {self.groups} leaves {left}.")
        self.hold("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self.hold("bias", bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape: Shape) -> None:
        self.require_image(input_shape)
        channels = input_shape[-1]
        if channels % self.groups:
            raise ArgumentError(
                f"{self.title}: groups must divide the input's channels: {channels} by {self.groups} leaves "
                f"{channels % self.groups}. Received shape {input_shape}."
            )
        self.kernel = self.weight("kernel", "kernel", (*self.kernel_size, channels // self.groups, self.filters))
        self.add_bias(self.filters)

    def call(self, inputs: Tensor) -> Tensor:
        self.require_image(inputs.shape)
        self.require_channels(inputs.shape, self.kernel.shape[-2] * self.groups)
        return self.convolve(inputs, self.kernel, self.bias_or_zeros(self.filters), self.groups)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "filters": self.filters, "groups": self.groups}


class Conv2D(_Conv):
    """2-D convolution of images, channels last; see `ops.Convolution`.

        y[n, i, j, k] = f(bias[k] + sum over u, v, c of  x[n, s i + d u - p, s j + d v - p, c] kernel[u, v, c, k])

    Shapes: x (batch, height, width, channels), kernel (*kernel_size, channels / groups, filters), bias (filters,)
    -> (batch, rows, columns, filters) with rows = (height + padding - (kernel_size - 1) dilation - 1) // stride + 1.

    Args:
        filters: number of output channels, >= 1.
        kernel_size: height and width of the kernel, or one number for both.
        strides: places from one window to the next.
        padding: "valid" adds none; "same" as many zeros as make ceil(size / stride) windows, the odd one after.
        data_format: None or "channels_last".
        dilation_rate: places from one entry of the kernel to the next; 1 leaves no gaps.
        groups: parts of the channels that see each other alone; divides channels and filters.
        activation: f by name or as a function; None is linear.
        use_bias: whether there is a bias.
        kernel_initializer, bias_initializer: first values, by name or object.
        kernel_regularizer, bias_regularizer: penalties, by name or object.
        activity_regularizer: a penalty on the output, by name or object.
        kernel_constraint, bias_constraint: what weights are held to after each update, by name or object.
        layer: see `Layer`; ``input_shape`` among it.

    Raises:
        ArgumentError: an argument breaks its rule, or groups do not divide.
        ShapeError: when called: the input is no image, has other channels, or is smaller than the kernel.

    >>> import numpy as np, pellucid as pl
    >>> layer = pl.layers.Conv2D(6, 5, activation="relu")
    >>> layer(np.zeros((1, 32, 32, 1), "float32")).shape
    (1, 28, 28, 6)
    >>> layer.count_params()  # 5 * 5 * 1 * 6 + 6
    156
    """

    axes = 2

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | tuple[int, int] = (1, 1),
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **layer: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            groups,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **layer,
        )


class Conv1D(_Conv):
    """1-D convolution of lines, such as sequences, channels last: that of images of height 1.

    Shapes: x (batch, length, channels), kernel (kernel_size, channels / groups, filters) -> (batch, steps, filters).

    Arguments and errors are those of `Conv2D`, with one number in place of two, and ``padding="causal"``: all zeros before, so
    that no output sees what comes after it.

    >>> import numpy as np, pellucid as pl
    >>> layer = pl.layers.Conv1D(1, 2, padding="causal", kernel_initializer="ones")
    >>> layer(np.array([[[1.0], [2.0], [4.0]]])).numpy().ravel()  # each number and the one before it
    array([1., 3., 6.], dtype=float32)
    """

    axes = 1
    paddings = ("causal",)

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int],
        strides: int | tuple[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | tuple[int] = 1,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **layer: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            groups,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **layer,
        )
