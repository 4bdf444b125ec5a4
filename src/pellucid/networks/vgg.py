"""VGG nets: nothing but convolutions of 3 x 3 and pooling, from 11 to 19 layers, all from one description."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.errors import ArgumentError
from pellucid.layers import Activation, BatchNormalization, Conv2D, Dense, Dropout, Flatten, Layer, MaxPooling2D
from pellucid.layers.input import InputLayer
from pellucid.models import Sequential
from pellucid.networks.build import register
from pellucid.networks.images import image_shape, with_channels

WIDTHS = (64, 128, 256, 512, 512)
"""Channels of each block; a block ends in a pooling that halves the image."""

CONVOLUTIONS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
"""Convolutions of each block, by the number of layers with weights: the columns A, B, D and E of the paper's table 1."""


def vgg(
    depth: int = 16,
    input_shape: Sequence[int] = (224, 224, 3),
    outputs: int = 1000,
    batch_normalization: bool = False,
    dense: Sequence[int] = (4096, 4096),
) -> Sequential:
    """VGG net of 11, 13, 16 or 19 layers with weights, with a softmax on top.

    Parameters at 224 x 224 x 3 and 1000 classes: 132,863,336, 133,047,848, 138,357,544 and 143,667,240.

    Args:
        depth: 11, 13, 16 or 19.
        input_shape: of one image.
        outputs: number of classes.
        batch_normalization: whether each convolution is followed by one, before its ReLU; not in the paper, but usual since
            (momentum 0.9 and epsilon 1e-5, as torchvision's).
        dense: widths of the dense layers before the last, each with dropout 1/2.

    Raises:
        ArgumentError: the depth is another, or a sample is no image.

    Source: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", 2015.

    >>> vgg(11, (32, 32, 3), 10, dense=()).count_params()
    9225610
    """
    if depth not in CONVOLUTIONS:
        raise ArgumentError(f"vgg: depth must be one of {', '.join(map(str, CONVOLUTIONS))}. Received {depth!r}.")
    blocks = _blocks(CONVOLUTIONS[depth], WIDTHS, batch_normalization)
    return Sequential(
        [
            InputLayer(tuple(input_shape)),
            *with_channels(input_shape),
            *blocks,
            *_head(dense, dropout=True),
            Dense(outputs, "softmax", name="output"),
        ],
        name=f"vgg{depth}",
    )


def vgg11(input_shape: Sequence[int] = (224, 224, 3), outputs: int = 1000, **settings: Any) -> Sequential:
    """`vgg` of 11 layers, the paper's A."""
    return vgg(11, input_shape, outputs, **settings)


def vgg13(input_shape: Sequence[int] = (224, 224, 3), outputs: int = 1000, **settings: Any) -> Sequential:
    """`vgg` of 13 layers, the paper's B."""
    return vgg(13, input_shape, outputs, **settings)


def vgg16(input_shape: Sequence[int] = (224, 224, 3), outputs: int = 1000, **settings: Any) -> Sequential:
    """`vgg` of 16 layers, the paper's D."""
    return vgg(16, input_shape, outputs, **settings)


def vgg19(input_shape: Sequence[int] = (224, 224, 3), outputs: int = 1000, **settings: Any) -> Sequential:
    """`vgg` of 19 layers, the paper's E."""
    return vgg(19, input_shape, outputs, **settings)


@register("vgg-small", "vgg-small:64,128,256,512")
def _small(text: str, input_shape: Sequence[int]) -> list[Layer]:
    """Two convolutions a block of these widths, then one dense layer of 256; with ``,bn`` at the end, each normalized."""
    widths = [width.strip() for width in text.split(",")] if text else ["64", "128", "256", "512"]
    normalized = widths[-1].lower() == "bn"
    widths = (widths[:-1] or ["64", "128", "256", "512"]) if normalized else widths
    if not all(width.isascii() and width.isdigit() and int(width) > 0 for width in widths):
        raise ArgumentError(
            "Widths of blocks must be positive integers with commas between; 'bn' at the end is for batch normalization. "
            f"Received {text!r}."
        )
    image_shape(input_shape)
    blocks = _blocks([2] * len(widths), [int(width) for width in widths], normalized)
    return [*with_channels(input_shape), *blocks, *_head([256], dropout=False)]


def _blocks(convolutions: Sequence[int], widths: Sequence[int], normalized: bool) -> list[Layer]:
    layers: list[Layer] = []
    for block, (count, width) in enumerate(zip(convolutions, widths, strict=True), 1):
        for number in range(1, count + 1):
            name = f"convolution_{block}_{number}"
            activation = None if normalized else "relu"
            layers.append(Conv2D(width, 3, padding="same", activation=activation, kernel_initializer="he_normal", name=name))
            if normalized:
                layers.append(BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"normalization_{block}_{number}"))
                layers.append(Activation("relu", name=f"relu_{block}_{number}"))
        # "same" halves an even side, and keeps the last place of an odd one, so that no small image vanishes.
        layers.append(MaxPooling2D(padding="same", name=f"pooling_{block}"))
    return layers


def _head(dense: Sequence[int], dropout: bool) -> list[Layer]:
    layers: list[Layer] = [Flatten(name="flatten")]
    for number, width in enumerate(dense, 1):
        layers.append(Dense(width, "relu", kernel_initializer="he_normal", name=f"dense_{number}"))
        if dropout:
            layers.append(Dropout(0.5, name=f"dropout_{number}"))
    return layers
