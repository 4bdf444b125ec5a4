"""RandomCrop and CenterCrop: windows of a fixed size, cut from images at a random place or in the middle."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid import ops
from pellucid.arguments import integer
from pellucid.autodiff import Tensor
from pellucid.layers.augmentation import Augmentation, joined
from pellucid.layers.image_layer import ImageLayer, channels_last


class RandomCrop(Augmentation):
    """While training, a window of the image at a random place; otherwise the whole image, brought to the window's size.

    At prediction, and for images that are not larger than the window, it is the largest part in the middle of the image with the
    window's proportions, brought to its size by bilinear interpolation. Differs from Keras: each image of a batch has a place of
    its own.

    Shapes: (batch, any height, any width, channels) -> (batch, height, width, channels).

    Args:
        height, width: of the window.
        seed: in place of the model's; None follows that.
        data_format: None or "channels_last".
        name: for messages and summaries.
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument breaks its rule.
        ShapeError: when called: the input is no image.

    >>> import numpy as np, pellucid as pl
    >>> x = np.tile(np.arange(5.0).reshape(1, 1, 5, 1), (100, 5, 1, 1))
    >>> y = pl.layers.RandomCrop(3, 2, seed=1)(x, training=True).numpy()
    >>> y.shape, sorted({tuple(row) for row in y[:, 0, :, 0].tolist()})
    ((100, 3, 2, 1), [(0.0, 1.0), (1.0, 2.0), (2.0, 3.0), (3.0, 4.0)])
    """

    def __init__(
        self,
        height: int,
        width: int,
        seed: int | None = None,
        data_format: str | None = None,
        name: str | None = None,
        **layer: Any,
    ) -> None:
        super().__init__(seed, name=name, **layer)
        self.height = integer("RandomCrop", "height", height, at_least=1)
        self.width = integer("RandomCrop", "width", width, at_least=1)
        self.data_format = channels_last("RandomCrop", data_format)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        self.require_image(inputs.shape)
        _, height, width, _ = inputs.shape
        if training and height >= self.height and width >= self.width:
            return self.changed(inputs)
        return largest_window(inputs, self.height, self.width)

    def changed(self, images: Tensor) -> Tensor:
        _, height, width, _ = images.shape
        top = self.draw("crop_rows", images, 0, height - self.height + 1, whole=True)
        left = self.draw("crop_columns", images, 0, width - self.width + 1, whole=True)
        maps = joined(images, 1.0, 0.0, top, 0.0, 1.0, left)
        return ops.affine_sample(images, maps, (self.height, self.width), "nearest", "nearest")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "height": self.height, "width": self.width, "data_format": self.data_format}


class CenterCrop(ImageLayer):
    """The window in the middle of an image, in training and in prediction.

    Where the image is smaller than the window, the largest part in its middle with the window's proportions, brought to the
    window's size by bilinear interpolation, as in Keras.

    Shapes: (batch, any height, any width, channels) -> (batch, height, width, channels).

    Args:
        height, width: of the window.
        data_format: None or "channels_last".
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument breaks its rule.
        ShapeError: when called: the input is no image.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.CenterCrop(1, 2)(np.arange(12.0).reshape(1, 3, 4, 1)).numpy().ravel()
    array([5., 6.], dtype=float32)
    """

    def __init__(self, height: int, width: int, data_format: str | None = None, **layer: Any) -> None:
        super().__init__(**layer)
        self.height = integer("CenterCrop", "height", height, at_least=1)
        self.width = integer("CenterCrop", "width", width, at_least=1)
        self.data_format = channels_last("CenterCrop", data_format)

    def call(self, inputs: Tensor) -> Tensor:
        self.require_image(inputs.shape)
        over, beside = inputs.shape[1] - self.height, inputs.shape[2] - self.width
        if over < 0 or beside < 0:
            return largest_window(inputs, self.height, self.width)
        top, left = over // 2, beside // 2
        return ops.crop(inputs, ((0, 0), (top, over - top), (left, beside - left), (0, 0)))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "height": self.height, "width": self.width, "data_format": self.data_format}


def largest_window(images: Tensor, height: int, width: int) -> Tensor:
    """The largest part in the middle with the proportions of height and width, brought to that size.

    Places are thought of as squares, whose middles lie at 1/2, 3/2, ..., as Keras' ``resize`` has it.
    """
    _, rows, columns, _ = images.shape
    tall = max(min(rows, columns * height // width), 1)
    wide = max(min(columns, rows * width // height), 1)
    if (tall, wide) == (height, width) == (rows, columns):
        return images
    top, left, down, right = (rows - tall) // 2, (columns - wide) // 2, tall / height, wide / width
    part = ops.crop(images, ((0, 0), (top, rows - tall - top), (left, columns - wide - left), (0, 0)))
    places = np.array([down, 0.0, (down - 1) / 2, 0.0, right, (right - 1) / 2], part.dtype)
    return ops.affine_sample(part, places, (height, width), "nearest", "bilinear")
