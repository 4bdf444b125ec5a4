"""Up-sampling: a line or an image made larger by whole factors."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.errors import unknown_name
from pellucid.layers.image_layer import ImageLayer, channels_last
from pellucid.ops.up_sampling import INTERPOLATIONS


class UpSampling2D(ImageLayer):
    """Each image made larger by whole factors; see `ops.UpSampling`.

    Shapes: (batch, height, width, channels) -> (batch, height * size[0], width * size[1], channels).

    Args:
        size: factors of height and width, or one number for both.
        data_format: None or "channels_last".
        interpolation: "nearest" repeats each place, "bilinear" goes evenly from one to the next.
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument breaks its rule.
        ShapeError: when called: the input is no image.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.UpSampling2D((1, 2))(np.array([[[[1.0], [3.0]]]])).numpy().ravel()
    array([1., 1., 3., 3.], dtype=float32)
    """

    def __init__(
        self,
        size: int | tuple[int, int] = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **layer: Any,
    ) -> None:
        super().__init__(**layer)
        self.size = self.numbers("size", size)
        self.data_format = channels_last("UpSampling2D", data_format)
        if interpolation not in INTERPOLATIONS:
            raise unknown_name("interpolation", interpolation, INTERPOLATIONS)
        self.interpolation = interpolation

    def call(self, inputs: Tensor) -> Tensor:
        return ops.UpSampling(self.as_pair(self.size), self.interpolation)(self.image(inputs))

    def get_config(self) -> dict[str, Any]:
        own = {"size": list(self.size), "data_format": self.data_format, "interpolation": self.interpolation}
        return {**super().get_config(), **own}


class UpSampling1D(ImageLayer):
    """Each place of a line repeated.

    Shapes: (batch, length, channels) -> (batch, length * size, channels).

    Args:
        size: how often.
        layer: see `Layer`.

    Raises:
        ArgumentError: size is no whole number of at least 1.
        ShapeError: when called: the input is no line.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.UpSampling1D()(np.array([[[1.0], [3.0]]])).numpy().ravel()
    array([1., 1., 3., 3.], dtype=float32)
    """

    axes = 1

    def __init__(self, size: int = 2, **layer: Any) -> None:
        super().__init__(**layer)
        (self.size,) = self.numbers("size", size)

    def call(self, inputs: Tensor) -> Tensor:
        return self.given_back(ops.UpSampling((1, self.size))(self.image(inputs)))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "size": self.size}
