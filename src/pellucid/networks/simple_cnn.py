"""The simple convolutional network of a well-known course: one convolution, one pooling, two dense layers."""

from __future__ import annotations

from collections.abc import Sequence

from pellucid.errors import ArgumentError
from pellucid.layers import Conv2D, Dense, Flatten, Layer, MaxPooling2D
from pellucid.layers.input import InputLayer
from pellucid.models import Sequential
from pellucid.networks.build import register
from pellucid.networks.images import image_shape, with_channels


def simple_cnn(input_shape: Sequence[int] = (28, 28, 1), outputs: int = 10) -> Sequential:
    """Convolution of 30 filters 5 x 5 - ReLU - max pooling 2 x 2 - dense 100 - ReLU - dense - softmax.

    Args:
        input_shape: of one image, 6 x 6 or larger.
        outputs: number of classes.

    Raises:
        ArgumentError: the image is smaller.

    Source: Saito, "Deep Learning from Scratch", 2016, section 7.5.

    >>> simple_cnn().count_params()  # 5 * 5 * 30 + 30 + 12 * 12 * 30 * 100 + 100 + 100 * 10 + 10
    433890
    """
    layers = _below("", input_shape)
    return Sequential([InputLayer(tuple(input_shape)), *layers, Dense(outputs, "softmax", name="output")], name="simple-cnn")


@register("simple-cnn", "simple-cnn")
def _below(text: str, input_shape: Sequence[int]) -> list[Layer]:
    if text:
        raise ArgumentError(f"It takes nothing after its name. Received {text!r}.")
    height, width, _ = image_shape(input_shape)
    if min(height, width) < 6:
        raise ArgumentError(
            f"It takes images of at least 6 x 6: 5 for the filter, 2 windows for the pooling. Received {height} x {width}."
        )
    return [
        *with_channels(input_shape),
        Conv2D(30, 5, activation="relu", kernel_initializer="he_normal", name="convolution"),
        MaxPooling2D(name="pooling"),
        Flatten(name="flatten"),
        Dense(100, "relu", kernel_initializer="he_normal", name="hidden"),
    ]
