"""Conv2DTranspose: a convolution the other way round, from small images to large ones."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.arguments import integer
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ArgumentError
from pellucid.layers.convolution_layer import ConvolutionLayer
from pellucid.layers.fused import FUSED
from pellucid.ops.fused_activation import FusedActivation
from pellucid.ops.windows import Pair, span


class Conv2DTranspose(ConvolutionLayer):
    """Transposed convolution: what `Conv2D` does to gradients of its input; see `ops.TransposedConvolution`.

    Shapes: x (batch, height, width, channels), kernel (*kernel_size, filters, channels) -> (batch, rows, columns, filters) with

        valid   rows = (height - 1) strides + max(window, strides)        window = (kernel_size - 1) dilation + 1
        same    rows = height * strides

    and with ``output_padding`` o: (height - 1) strides + window + o, and for "same" (height - 1) strides + window % 2 + o.

    Args:
        filters: number of output channels, >= 1.
        kernel_size, strides, padding, data_format, dilation_rate: the windows, see `Conv2D`.
        output_padding: see above, less than strides; None as above without it.
        activation: f by name or as a function; None is linear.
        use_bias: whether there is a bias.
        kernel_initializer, bias_initializer: first values, by name or object.
        kernel_regularizer, bias_regularizer: penalties, by name or object.
        activity_regularizer: a penalty on the output, by name or object.
        kernel_constraint, bias_constraint: what weights are held to after each update, by name or object.
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument breaks its rule.
        ShapeError: when called: the input is no image, or has other channels.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.Conv2DTranspose(8, 3, strides=2, padding="same")(np.zeros((1, 7, 7, 4), "float32")).shape
    (1, 14, 14, 8)
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = (1, 1),
        padding: str = "valid",
        output_padding: int | tuple[int, int] | None = None,
        data_format: str | None = None,
        dilation_rate: int | tuple[int, int] = (1, 1),
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
        layer["activity_regularizer"] = activity_regularizer
        super().__init__(kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, **layer)
        self.filters = integer("Conv2DTranspose", "filters", filters, at_least=1)
        self.output_padding = None if output_padding is None else self.numbers("output_padding", output_padding, at_least=0)
        if self.output_padding is not None and any(o >= s for o, s in zip(self.output_padding, self.strides, strict=True)):
            raise ArgumentError(
                f"Conv2DTranspose: output_padding must be less than strides. Received {self.output_padding} and {self.strides}."
            )
        self.hold("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self.hold("bias", bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape: Shape) -> None:
        self.require_image(input_shape)
        self.kernel = self.weight("kernel", "kernel", (*self.kernel_size, self.filters, input_shape[-1]))
        self.add_bias(self.filters)

    def call(self, inputs: Tensor) -> Tensor:
        self.require_image(inputs.shape)
        self.require_channels(inputs.shape, self.kernel.shape[-1])
        cut, more = zip(*(self._border(axis) for axis in range(2)), strict=True)
        fused = FUSED.get(self.activation, FusedActivation.LINEAR)
        op = ops.TransposedConvolution(
            self.as_pair(self.strides), self.as_two(cut), self.as_pair(more), self.as_pair(self.dilation_rate), fused
        )
        return self.activated(op(inputs, self.kernel, self.bias_or_zeros(self.filters)), fused)

    def _border(self, axis: int) -> tuple[Pair, int]:
        """What is cut off before and after along an axis, and what is added after: with ceilings and signs as in Keras."""
        stride, window = self.strides[axis], span(self.kernel_size[axis], self.dilation_rate[axis])
        asked = None if self.output_padding is None else self.output_padding[axis]
        if self.padding == "valid":
            return (0, 0), max(stride - window, 0) if asked is None else asked
        # Of (height - 1) strides + window places, so many are too many; they are cut off evenly, the odd one after.
        wanted = stride if asked is None else window % 2 + asked
        before = window - 1 - min((window - 2 + wanted + 1) // 2, window - 1)
        after = window - wanted - before
        return (before, max(after, 0)), max(-after, 0)

    def get_config(self) -> dict[str, Any]:
        output_padding = None if self.output_padding is None else list(self.output_padding)
        return {**super().get_config(), "filters": self.filters, "output_padding": output_padding}
