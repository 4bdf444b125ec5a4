"""AlexNet: the network that won ImageNet's contest in 2012, in two groups of channels as on its two GPUs, or in one tower."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.errors import ArgumentError
from pellucid.layers import Conv2D, Dense, Dropout, Flatten, Layer, LocalResponseNormalization, MaxPooling2D
from pellucid.layers.input import InputLayer
from pellucid.models import Sequential
from pellucid.networks.images import image_shape, with_channels

WIDTHS = (96, 256, 384, 384, 256)
"""Channels of the five convolutions."""


def alexnet(
    input_shape: Sequence[int] = (227, 227, 3),
    outputs: int = 1000,
    groups: int = 2,
    widths: Sequence[int] = WIDTHS,
    dense: Sequence[int] = (4096, 4096),
) -> Sequential:
    """AlexNet with a softmax on top.

        convolution   96 of 11x11, strides 4      normalization   pooling 3x3, strides 2
        convolution  256 of 5x5, in two groups    normalization   pooling
        convolution  384 of 3x3, sees all: here alone the groups exchange
        convolution  384 of 3x3, in two groups
        convolution  256 of 3x3, in two groups                    pooling
        dense 4096, dropout, dense 4096, dropout, dense

    60,965,224 parameters in two groups, 62,378,344 in one tower (at 227 x 227 x 3 and 1000 classes). The paper says 224 x 224,
    with which its own numbers do not work out; 227 is what they mean.

    Args:
        input_shape: of one image; below 63 x 63 the first convolution is 3 x 3 with strides 1, and padded, so that there is
            something left to pool.
        outputs: number of classes.
        groups: 2 is the original, 1 one tower of the same widths.
        widths: channels of the five convolutions; even numbers where there are two groups.
        dense: widths of the dense layers before the last, each with dropout 1/2.

    Raises:
        ArgumentError: groups is neither 1 nor 2, there are not five widths, or the image is smaller than 15 x 15.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012.
    """
    if groups not in (1, 2):
        raise ArgumentError(f"alexnet: groups must be 2, the original, or 1, one tower. Received {groups!r}.")
    if len(widths) != 5:
        raise ArgumentError(f"alexnet: widths must be five numbers of channels. Received {widths!r}.")
    small = min(image_shape(input_shape)[:2]) < 63
    if min(image_shape(input_shape)[:2]) < 15:
        raise ArgumentError(f"alexnet: it takes images of at least 15 x 15. Received samples of {tuple(input_shape)}.")

    def convolution(number: int, size: int, **settings: Any) -> Layer:
        # Weights of the paper: normal of deviation 0.01, which deep nets without pretrained weights now draw by He's rule.
        named: dict[str, Any] = {"activation": "relu", "kernel_initializer": "he_normal", "name": f"convolution_{number}"}
        return Conv2D(widths[number - 1], size, **named, **settings)

    def pooling(number: int) -> Layer:
        return MaxPooling2D(3, 2, name=f"pooling_{number}")

    first: dict[str, Any] = {"padding": "same"} if small else {"strides": 4}
    layers = [
        InputLayer(tuple(input_shape)),
        *with_channels(input_shape),
        convolution(1, 3 if small else 11, **first),
        LocalResponseNormalization(name="normalization_1"),
        pooling(1),
        convolution(2, 5, padding="same", groups=groups),
        LocalResponseNormalization(name="normalization_2"),
        pooling(2),
        convolution(3, 3, padding="same"),
        convolution(4, 3, padding="same", groups=groups),
        convolution(5, 3, padding="same", groups=groups),
        pooling(3),
        Flatten(name="flatten"),
    ]
    for number, width in enumerate(dense, 1):
        layers.append(Dense(width, "relu", kernel_initializer="he_normal", name=f"dense_{number}"))
        layers.append(Dropout(0.5, name=f"dropout_{number}"))
    return Sequential([*layers, Dense(outputs, "softmax", name="output")], name="alexnet")
