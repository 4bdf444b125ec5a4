"""Zero padding: zeros around a line or an image."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.layers.image_layer import ImageLayer, channels_last


class _ZeroPadding(ImageLayer):
    """What both have in common."""

    def __init__(self, padding: Any, data_format: str | None, **layer: Any) -> None:
        super().__init__(**layer)
        self.padding = self.pairs("padding", padding)
        self.data_format = channels_last(type(self).__name__, data_format)

    def call(self, inputs: Tensor) -> Tensor:
        return self.given_back(ops.Pad(((0, 0), *self.as_two(self.padding), (0, 0)))(self.image(inputs)))

    def get_config(self) -> dict[str, Any]:
        padding = [list(pair) for pair in self.padding]
        return {
            **super().get_config(),
            "padding": padding if self.axes == 2 else padding[0],
            "data_format": self.data_format,
        }


class ZeroPadding2D(_ZeroPadding):
    """Zeros around each image.

    Shapes: (batch, height, width, channels) -> (batch, top + height + bottom, left + width + right, channels).

    Args:
        padding: n on all sides; (rows, columns) on both sides of each axis; or ((top, bottom), (left, right)).
        data_format: None or "channels_last".
        layer: see `Layer`.

    Raises:
        ArgumentError: padding is none of these.
        ShapeError: when called: the input is no image.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.ZeroPadding2D(((0, 0), (1, 2)))(np.ones((1, 2, 1, 1))).numpy()[0, :, :, 0]
    array([[0., 1., 0., 0.],
           [0., 1., 0., 0.]], dtype=float32)
    """

    def __init__(self, padding: Any = (1, 1), data_format: str | None = None, **layer: Any) -> None:
        super().__init__(padding, data_format, **layer)


class ZeroPadding1D(_ZeroPadding):
    """Zeros before and after each line.

    Shapes: (batch, length, channels) -> (batch, left + length + right, channels).

    Args:
        padding: n on both sides, or (left, right).
        data_format: None or "channels_last".
        layer: see `Layer`.

    Raises:
        ArgumentError: padding is none of these.
        ShapeError: when called: the input is no line.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.ZeroPadding1D((0, 2))(np.ones((1, 1, 1))).numpy().ravel()
    array([1., 0., 0.], dtype=float32)
    """

    axes = 1

    def __init__(self, padding: Any = 1, data_format: str | None = None, **layer: Any) -> None:
        super().__init__(padding, data_format, **layer)
