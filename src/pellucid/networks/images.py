"""What image networks begin with: any image brought to the size and the axes that they expect."""

from __future__ import annotations

from collections.abc import Sequence

from pellucid.arguments import is_integer
from pellucid.errors import ArgumentError
from pellucid.layers import Layer, Reshape, UpSampling2D, ZeroPadding2D

ImageShape = tuple[int, int, int]


def image_shape(shape: Sequence[int]) -> ImageShape:
    """Height, width and channels of a sample; a grey image has one channel.

    Raises:
        ArgumentError: a sample of this shape is no image.

    >>> image_shape((28, 28))
    (28, 28, 1)
    """
    if not isinstance(shape, Sequence) or len(shape) not in (2, 3) or not all(is_integer(n, at_least=1) for n in shape):
        received = shape if isinstance(shape, str) or not isinstance(shape, Sequence) else tuple(shape)
        raise ArgumentError(
            f"It takes images (height, width) or (height, width, channels). Received samples of shape {received!r}."
        )
    height, width, *channels = (int(n) for n in shape)
    return height, width, channels[0] if channels else 1


def with_channels(shape: Sequence[int]) -> list[Layer]:
    """The layer that gives a grey image its axis of one channel; none where there is one."""
    whole = image_shape(shape)
    return [Reshape(whole, name="channels")] if len(shape) == 2 else []


def brought_to(size: int, shape: Sequence[int]) -> list[Layer]:
    """Layers that make an image ``size`` places high and wide: each place repeated as often as fits, then zeros.

    LeNet-5's images of 28 x 28 come to 32 x 32 by two zeros on each side, as in the paper.

    Raises:
        ArgumentError: the image is larger.

    >>> [layer.name for layer in brought_to(32, (28, 28))], [layer.name for layer in brought_to(32, (8, 8))]
    (['channels', 'border'], ['channels', 'enlarged'])
    """
    height, width, _ = image_shape(shape)
    if max(height, width) > size:
        raise ArgumentError(f"It takes images of at most {size} x {size}. Received samples of {height} x {width}.")
    factor = size // max(height, width)
    missing = [size - n * factor for n in (height, width)]
    layers = with_channels(shape)
    if factor > 1:
        layers.append(UpSampling2D(factor, name="enlarged"))
    if any(missing):
        layers.append(ZeroPadding2D(tuple((n // 2, n - n // 2) for n in missing), name="border"))
    return layers
