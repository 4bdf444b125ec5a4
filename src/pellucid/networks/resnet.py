"""ResNet: blocks that learn what to add to their input, so that a deep net is no harder to train than a shallow one."""

from __future__ import annotations

from collections.abc import Sequence

from pellucid.arguments import integer
from pellucid.errors import ArgumentError
from pellucid.layers import Activation, Add, BatchNormalization, Conv2D, Dense, GlobalAveragePooling2D, Layer
from pellucid.layers.input import Input, InputLayer
from pellucid.models import Model, Sequential
from pellucid.networks.build import register
from pellucid.networks.images import ImageShape, image_shape, with_channels

BLOCKS = (2, 2, 2, 2)
"""Blocks of each stage: 1 + 2 * 8 + 1 = 18 layers with weights."""


def resnet18(input_shape: Sequence[int] = (32, 32, 3), outputs: int = 10, width: int = 64) -> Sequential:
    """ResNet-18 at the scale of small images, with a softmax on top.

        stem      convolution of 3x3 to ``width`` channels, batch normalization, ReLU
        stages    four of two residual blocks, of 1, 2, 4 and 8 times ``width`` channels; each but the first halves the image
        head      mean over all places, dense

    Small images have no room for the 7x7 stem of strides 2 and the pooling that the paper has for ImageNet's, so the stem is the
    one of its nets for CIFAR-10. Convolutions have no bias, since the normalization after each has one. Its momentum of 0.9 and
    epsilon of 1e-5 are those of the paper's own code; Keras' default of 0.99 follows slowly where an epoch has few steps.

    11,173,962 parameters that are trained, at 32 x 32 x 3 and 10 classes.

    Args:
        input_shape: of one image, of any size; an odd side of n is halved to (n + 1) / 2.
        outputs: number of classes.
        width: channels of the first stage, 64 in the paper. A quarter of it is a sixteenth of the work.

    Raises:
        ArgumentError: a sample is no image, or the width is not a positive integer.

    Source: He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2016.

    >>> sum(p.size for p in resnet18((8, 8), width=4).trainable_weights)
    44550
    """
    layers = _layers(integer("resnet18", "width", width, at_least=1), input_shape)
    return Sequential([InputLayer(tuple(input_shape)), *layers, Dense(outputs, "softmax", name="output")], name="resnet18")


@register("resnet18", "resnet18:64")
def _below(text: str, input_shape: Sequence[int]) -> list[Layer]:
    """``16`` is a first stage of 16 channels."""
    width = text.strip() or "64"
    if not (width.isascii() and width.isdigit() and int(width) > 0):
        raise ArgumentError(f"The width must be a positive integer. Received {text!r}.")
    return _layers(int(width), input_shape)


def _layers(width: int, input_shape: Sequence[int]) -> list[Layer]:
    height, columns, _ = image_shape(input_shape)
    layers = [
        *with_channels(input_shape),
        *_normalized(width, 3, 1, "stem", "stem_normalization"),
        Activation("relu", name="stem_relu"),
    ]
    shape: ImageShape = (height, columns, width)
    for stage, count in enumerate(BLOCKS):
        for number in range(count):
            block = residual_block(
                shape, width * 2**stage, strides=2 if stage and not number else 1, name=f"block_{stage + 1}_{number + 1}"
            )
            layers.append(block)
            shape = image_shape(block.outputs[0].shape[1:])
    return [*layers, GlobalAveragePooling2D(name="mean")]


def residual_block(shape: ImageShape, width: int, strides: int = 1, name: str | None = None) -> Model:
    """y = ReLU(x + f(x)), f two convolutions of 3x3, each normalized, a ReLU between.

    Where strides or the number of channels change the shape, a normalized convolution of 1x1 brings x to it (the paper's
    option B); elsewhere x goes on as it is, and so does the gradient.

    Args:
        shape: of the images (height, width, channels).
        width: output channels.
        strides: of the first convolution.
        name: of the block; its layers' names begin with it.

    >>> block = residual_block((8, 8, 4), 8, strides=2, name="block")
    >>> block.outputs[0].shape
    (None, 4, 4, 8)
    >>> [layer.name for layer in block.layers if layer.weights][-2:]
    ['block_shortcut', 'block_normalization_3']
    """
    prefix = f"{name or 'block'}_"
    x = shortcut = Input(shape)
    y = x
    for layer in (
        *_normalized(width, 3, strides, f"{prefix}convolution_1", f"{prefix}normalization_1"),
        Activation("relu", name=f"{prefix}relu_1"),
        *_normalized(width, 3, 1, f"{prefix}convolution_2", f"{prefix}normalization_2"),
    ):
        y = layer(y)
    if strides != 1 or shape[-1] != width:
        for layer in _normalized(width, 1, strides, f"{prefix}shortcut", f"{prefix}normalization_3"):
            shortcut = layer(shortcut)
    return Model(x, Activation("relu", name=f"{prefix}relu_2")(Add(name=f"{prefix}sum")([shortcut, y])), name=name)


def _normalized(width: int, size: int, strides: int, name: str, normalization: str) -> list[Layer]:
    return [
        Conv2D(width, size, strides, "same", use_bias=False, kernel_initializer="he_normal", name=name),
        BatchNormalization(momentum=0.9, epsilon=1e-5, name=normalization),
    ]
