"""LeNet-5: the first convolutional network in wide use, as published in 1998 and as it is built today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.errors import ArgumentError
from pellucid.layers import AveragePooling2D, Conv2D, Dense, Flatten, Layer, Subsampling2D, TableConv2D
from pellucid.layers.input import InputLayer
from pellucid.models import Sequential
from pellucid.networks.build import register
from pellucid.networks.images import brought_to

CONNECTIONS = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)
"""Table I of the paper: the maps of S2 that each of the 16 maps of C3 sees: three in a row, four in a row, four apart, all."""

VARIANTS = ("original", "modern")


def lenet5(input_shape: Sequence[int] = (28, 28, 1), outputs: int = 10, variant: str = "original") -> Sequential:
    """LeNet-5 with a softmax on top.

        original   C1 6@28x28   S2 6@14x14   C3 16@10x10   S4 16@5x5   C5 120   F6 84, below the output 60,000 parameters:
                   156          12           1,516         32          48,120   10,164
        modern     the same sizes with ReLU, average pooling, and C3 connected to all: 61,706 parameters with 10 outputs

    The original has LeCun's tanh (`activations.scaled_tanh`), subsampling with a coefficient and a bias to learn, and C3
    connected by a table. Its output layer of distances to fixed bit patterns is a softmax layer here, as in all its successors.

    Args:
        input_shape: of one image, at most 32 x 32; smaller ones are brought to 32 x 32, see `networks.images.brought_to`.
        outputs: number of classes.
        variant: "original" or "modern".

    Raises:
        ArgumentError: an image is larger, or the variant is not known.

    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998.

    >>> lenet5().count_params()  # 60,000 + 84 * 10 + 10
    60850
    """
    layers = _layers(variant, input_shape)
    return Sequential([InputLayer(tuple(input_shape)), *layers, Dense(outputs, "softmax", name="output")], name="lenet5")


@register("lenet5", "lenet5:original")
def _below(text: str, input_shape: Sequence[int]) -> list[Layer]:
    return _layers(text or "modern", input_shape)


def _layers(variant: str, input_shape: Sequence[int]) -> list[Layer]:
    if variant not in VARIANTS:
        raise ArgumentError(f"The variant must be 'original' or 'modern'. Received {variant!r}.")
    return [*brought_to(32, input_shape), *(_original() if variant == "original" else _modern())]


def _original() -> list[Layer]:
    # "Uniform, +- 2.4 / inputs" of the paper is nearly LeCun's own later rule, variance 1 / inputs, which every layer can have.
    settings: dict[str, Any] = {"activation": "scaled_tanh", "kernel_initializer": "lecun_uniform"}
    return [
        Conv2D(6, 5, **settings, name="C1"),
        Subsampling2D(activation="scaled_tanh", name="S2"),
        TableConv2D(CONNECTIONS, 5, **settings, name="C3"),
        Subsampling2D(activation="scaled_tanh", name="S4"),
        Conv2D(120, 5, **settings, name="C5"),
        Flatten(name="flatten"),
        Dense(84, **settings, name="F6"),
    ]


def _modern() -> list[Layer]:
    settings: dict[str, Any] = {"activation": "relu", "kernel_initializer": "he_normal"}
    return [
        Conv2D(6, 5, **settings, name="C1"),
        AveragePooling2D(2, name="S2"),
        Conv2D(16, 5, **settings, name="C3"),
        AveragePooling2D(2, name="S4"),
        Conv2D(120, 5, **settings, name="C5"),
        Flatten(name="flatten"),
        Dense(84, **settings, name="F6"),
    ]
