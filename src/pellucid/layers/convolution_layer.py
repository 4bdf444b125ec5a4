"""ConvolutionLayer: what the layers have in common that slide a kernel over an image."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from pellucid import activations, constraints, initializers, ops, regularizers
from pellucid.arguments import flag
from pellucid.autodiff import Parameter, Tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ShapeError
from pellucid.layers.fused import FUSED
from pellucid.layers.image_layer import ImageLayer, channels_last, padding_named
from pellucid.ops.fused_activation import FusedActivation
from pellucid.ops.windows import padding_for, windows


class ConvolutionLayer(ImageLayer):
    """Base of the layers with kernels: windows, bias, activation, and weights with their settings.

    A subclass calls `hold` for each kind of weight in its ``__init__``, then `weight` in ``build``.
    """

    paddings: ClassVar[tuple[str, ...]] = ()  # names of paddings beside "valid" and "same"

    def __init__(
        self,
        kernel_size: Any,
        strides: Any,
        padding: Any,
        data_format: Any,
        dilation_rate: Any,
        activation: Any,
        use_bias: Any,
        **layer: Any,
    ) -> None:
        super().__init__(**layer)
        owner = type(self).__name__
        self.kernel_size = self.numbers("kernel_size", kernel_size)
        self.strides = self.numbers("strides", strides)
        self.padding = padding_named(owner, padding, *self.paddings)
        self.data_format = channels_last(owner, data_format)
        self.dilation_rate = self.numbers("dilation_rate", dilation_rate)
        self.activation = activations.get(activation)
        self.use_bias = flag(owner, "use_bias", use_bias)
        self._held: list[str] = []

    def hold(self, kind: str, initializer: Any, regularizer: Any, constraint: Any) -> None:
        """Keep the settings of a kind of weight as attributes: ``kernel_initializer`` and so on."""
        self._held.append(kind)
        setattr(self, f"{kind}_initializer", initializers.get(initializer))
        setattr(self, f"{kind}_regularizer", regularizers.get(regularizer))
        setattr(self, f"{kind}_constraint", constraints.get(constraint))

    def weight(self, kind: str, name: str, shape: Shape, initializer: Any = None) -> Parameter:
        """A new parameter with the settings of its kind; ``initializer`` in place of its own."""
        initial, regularizer, constraint = (
            getattr(self, f"{kind}_{what}") for what in ("initializer", "regularizer", "constraint")
        )
        return self.add_weight(shape, initializer or initial, regularizer=regularizer, constraint=constraint, name=name)

    def add_bias(self, outputs: int) -> None:
        if self.use_bias:
            self.bias = self.weight("bias", "bias", (outputs,))

    def require_channels(self, shape: Shape, built_for: int) -> None:
        """Refuse an input of other channels than the kernel was built for."""
        if shape[-1] != built_for:
            form = "batch, height, width" if self.axes == 2 else "batch, length"
            raise ShapeError(
                f"{self.title}: the input has {shape[-1]} channels, but the kernel was built for {built_for}. Received shape "
                f"{shape}. Build a new layer, or bring the input to ({form}, {built_for})."
            )

    def bias_or_zeros(self, outputs: int) -> Any:
        """The bias, or zeros where there is none."""
        return self.bias if self.use_bias else np.zeros(outputs, self.dtype)

    def convolve(self, inputs: Tensor, kernel: Tensor, bias: Any, groups: int, last: bool = True) -> Tensor:
        """The convolution of images or lines, with this layer's windows; the activation after it where it is the ``last``."""
        sizes = inputs.shape[1:-1]
        try:
            pads = padding_for(self.title, self.padding, sizes, self.kernel_size, self.strides, self.dilation_rate)
            windows(sizes, self.kernel_size, self.strides, self.dilation_rate, pads)
        except ShapeError as error:
            raise ShapeError(f"{self.title}: {error}") from None
        fused = FUSED.get(self.activation, FusedActivation.LINEAR) if last else FusedActivation.LINEAR
        op = ops.Convolution(
            self.as_pair(self.strides), self.as_two(pads), self.as_pair(self.dilation_rate), groups, activation=fused
        )
        y = op(self.image(inputs), self.as_kernel(kernel), bias)
        return self.given_back(self.activated(y, fused) if last else y)

    def activated(self, y: Tensor, fused: FusedActivation) -> Tensor:
        """The activation, where the operation did not apply it."""
        return y if fused is not FusedActivation.LINEAR else self.activation(y)

    def as_kernel(self, kernel: Tensor) -> Tensor:
        """A kernel as that of images: of height 1 for lines."""
        return kernel if self.axes == 2 else ops.reshape(kernel, (1, *kernel.shape))

    def get_config(self) -> dict[str, Any]:
        held = {}
        for kind in self._held:
            held[f"{kind}_initializer"] = initializers.serialize(getattr(self, f"{kind}_initializer"))
            held[f"{kind}_regularizer"] = regularizers.serialize(getattr(self, f"{kind}_regularizer"))
            held[f"{kind}_constraint"] = constraints.serialize(getattr(self, f"{kind}_constraint"))
        return {
            **super().get_config(),
            "kernel_size": list(self.kernel_size),
            "strides": list(self.strides),
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": list(self.dilation_rate),
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            **held,
        }
