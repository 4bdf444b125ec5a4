"""augmentation: layers that show images in another way at each step, by a few names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pellucid.errors import ArgumentError, unknown_name
from pellucid.layers import Layer, RandomFlip, RandomRotation, RandomTranslation, RandomZoom
from pellucid.networks.images import image_shape, with_channels

_LAYERS: dict[str, Callable[[], Layer]] = {
    "flip": lambda: RandomFlip("horizontal", name="flip"),
    "shift": lambda: RandomTranslation(0.1, 0.1, "constant", name="shift"),
    "turn": lambda: RandomRotation(0.03, "constant", name="turn"),
    "zoom": lambda: RandomZoom(0.1, fill_mode="constant", name="zoom"),
}


def augmentation(text: str, input_shape: Sequence[int]) -> list[Layer]:
    """The layers for names with commas between; a grey image gets its axis of one channel before them.

        flip    left and right exchanged in every second image, on average: for things that have no left and right
        shift   up to a tenth of the image in each direction
        turn    up to 11 degrees
        zoom    up to a tenth larger or smaller

    What comes in from outside of the image is 0. In prediction they hand images on as they are.

    Args:
        text: such as ``flip,shift``.
        input_shape: of one sample.

    Raises:
        ArgumentError: a name is not known, or samples are no images.

    >>> [layer.name for layer in augmentation("flip,shift", (28, 28))]
    ['channels', 'flip', 'shift']
    """
    names = [name.strip().lower() for name in text.split(",")]
    for name in names:
        if name not in _LAYERS:
            raise unknown_name("augment", name, _LAYERS)
    if len({*names}) < len(names):
        raise ArgumentError(f"augment: each name once. Received {text!r}.")
    try:
        image_shape(input_shape)
    except ArgumentError as error:
        raise ArgumentError(f"augment: {error}") from None
    return [*with_channels(input_shape), *(_LAYERS[name]() for name in names)]
