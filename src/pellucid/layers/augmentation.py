"""What layers of augmentation have in common: each image is shown in another way every time, so that what stays is learned."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError, unknown_name
from pellucid.layers.image_layer import ImageLayer, channels_last
from pellucid.layers.random_layer import RandomLayer
from pellucid.ops.affine_sampling import FILL_MODES, INTERPOLATIONS

Terms = tuple[Any, Any, Any, Any, Any, Any]
"""The six numbers of an affine map, each a float or a tensor (batch, 1)."""


class Augmentation(RandomLayer, ImageLayer):
    """Base of the layers that change images by chance while a model trains, and hand them on as they are otherwise.

    What happens to an image depends on the seed, the layer's place in the model, the training step and the image's place in the
    epoch: not on threads, nor on whether the run was interrupted and resumed.

    Args:
        seed: in place of the model's; None follows that.
        layer: see `Layer`.
    """

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        self.require_image(inputs.shape)
        return self.changed(inputs) if training else inputs

    @abstractmethod
    def changed(self, images: Tensor) -> Tensor:
        """The images as they are shown in this step."""

    def draw(self, kind: str, images: Tensor, low: float, high: float, whole: bool = False) -> Tensor:
        """One number for each image, (batch, 1), uniform from low to high; whole numbers below high where asked for."""
        key, clock = self.stream(kind)
        return ops.uniform_rows(images, 1, low, high, key, clock, whole)


class AffineAugmentation(Augmentation):
    """Base of those that move the places of an image by an affine map; see `ops.AffineSampling`.

    Args:
        fill_mode: what lies outside of the image: "reflect", "constant", "wrap" or "nearest".
        interpolation: what lies between places: "bilinear" or "nearest".
        seed: in place of the model's; None follows that.
        fill_value: for the fill mode "constant".
        data_format: None or "channels_last".
        layer: see `Layer`.
    """

    def __init__(
        self, fill_mode: str, interpolation: str, seed: int | None, fill_value: float, data_format: str | None, **layer: Any
    ) -> None:
        super().__init__(seed, **layer)
        for name, value, known in (("fill_mode", fill_mode, FILL_MODES), ("interpolation", interpolation, INTERPOLATIONS)):
            if value not in known:
                raise unknown_name(name, value, known)
        self.fill_mode, self.interpolation = fill_mode, interpolation
        self.fill_value = real(type(self).__name__, "fill_value", fill_value)
        self.data_format = channels_last(type(self).__name__, data_format)

    def changed(self, images: Tensor) -> Tensor:
        maps = about_the_middle(images, *self.turn(images))
        return ops.affine_sample(images, maps, None, self.fill_mode, self.interpolation, self.fill_value)

    @abstractmethod
    def turn(self, images: Tensor) -> Terms:
        """From a place of the new image to one of the old, both counted from the middle: (a, b, down, d, e, right)."""

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "fill_mode": self.fill_mode,
            "interpolation": self.interpolation,
            "fill_value": self.fill_value,
            "data_format": self.data_format,
        }


def about_the_middle(images: Tensor, a: Any, b: Any, down: Any, d: Any, e: Any, right: Any) -> Tensor:
    """Maps whose places are counted from the image's middle as maps whose places are counted from its first, (batch, 6)."""
    row, column = (images.shape[1] - 1) / 2, (images.shape[2] - 1) / 2
    return joined(images, a, b, row + down - a * row - b * column, d, e, column + right - d * row - e * column)


def joined(images: Tensor, *terms: Any) -> Tensor:
    """Six terms, each a number or (batch, 1), as one map an image."""
    dtype = images.dtype if images.spec.is_float else np.dtype(np.float32)
    columns = [t if isinstance(t, Tensor) else np.full((images.shape[0], 1), t, dtype) for t in terms]
    return ops.concatenate(columns, axis=1)


def factor_range(owner: str, name: str, factor: Any, at_least: float, at_most: float) -> tuple[float, float]:
    """A ``factor`` as its two ends: f is (-|f|, |f|), a pair is sorted.

    Raises:
        ArgumentError: it is something else, or an end lies outside of the bounds.

    >>> factor_range("RandomRotation", "factor", 0.1, -1, 1)
    (-0.1, 0.1)
    """
    ends = tuple(factor) if isinstance(factor, list | tuple) else (factor,)
    if len(ends) not in (1, 2):
        raise ArgumentError(f"{owner}: {name} must be a number, or two, the least and the greatest. Received {factor!r}.")
    ends = tuple(real(owner, name, end, at_least=at_least, at_most=at_most) for end in ends)
    low, high = (-abs(ends[0]), abs(ends[0])) if len(ends) == 1 else sorted(ends)
    return low, high
