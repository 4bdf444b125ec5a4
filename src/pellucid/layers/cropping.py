"""Cropping: a line or an image without its border."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.layers.image_layer import ImageLayer, channels_last


class _Cropping(ImageLayer):
    """What both have in common."""

    def __init__(self, cropping: Any, **layer: Any) -> None:
        super().__init__(**layer)
        self.cropping = self.pairs("cropping", cropping)

    def call(self, inputs: Tensor) -> Tensor:
        return self.given_back(ops.Crop(((0, 0), *self.as_two(self.cropping), (0, 0)))(self.image(inputs)))

    def get_config(self) -> dict[str, Any]:
        cropping = [list(pair) for pair in self.cropping]
        return {**super().get_config(), "cropping": cropping if self.axes == 2 else cropping[0]}


class Cropping2D(_Cropping):
    """Each image without its border.

    Shapes: (batch, height, width, channels) -> (batch, height - top - bottom, width - left - right, channels).

    Args:
        cropping: n on all sides; (rows, columns) on both sides of each axis; or ((top, bottom), (left, right)).
        data_format: None or "channels_last".
        layer: see `Layer`.

    Raises:
        ArgumentError: cropping is none of these.
        ShapeError: when called: the input is no image, or nothing is left of it.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.Cropping2D(1)(np.arange(9.0).reshape(1, 3, 3, 1)).numpy().ravel()
    array([4.], dtype=float32)
    """

    def __init__(self, cropping: Any = ((0, 0), (0, 0)), data_format: str | None = None, **layer: Any) -> None:
        super().__init__(cropping, **layer)
        self.data_format = channels_last("Cropping2D", data_format)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "data_format": self.data_format}


class Cropping1D(_Cropping):
    """Each line without its ends.

    Shapes: (batch, length, channels) -> (batch, length - left - right, channels).

    Args:
        cropping: n at both ends, or (left, right).
        layer: see `Layer`.

    Raises:
        ArgumentError: cropping is none of these.
        ShapeError: when called: the input is no line, or nothing is left of it.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.Cropping1D((0, 2))(np.arange(3.0).reshape(1, 3, 1)).numpy().ravel()
    array([0.], dtype=float32)
    """

    axes = 1

    def __init__(self, cropping: Any = (1, 1), **layer: Any) -> None:
        super().__init__(cropping, **layer)
