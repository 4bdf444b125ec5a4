"""Pooling layers: one number for each window of a line or an image, each channel by itself."""

from __future__ import annotations

from typing import Any, ClassVar

from pellucid.autodiff import Tensor
from pellucid.errors import ShapeError
from pellucid.layers.image_layer import ImageLayer, channels_last, padding_named
from pellucid.ops.pooling import AveragePooling, MaxPooling, Pooling
from pellucid.ops.windows import Pair, padding_for, windows


class PoolingLayer(ImageLayer):
    """Base of the layers that pool: windows, the places between them, and what is added around the image."""

    op: ClassVar[type[Pooling]]

    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **layer: Any,
    ) -> None:
        super().__init__(name=name, **layer)
        self.pool_size = self.numbers("pool_size", pool_size)
        self.strides = self.pool_size if strides is None else self.numbers("strides", strides)
        self.padding = padding_named(type(self).__name__, padding)
        self.data_format = channels_last(type(self).__name__, data_format)

    def call(self, inputs: Tensor) -> Tensor:
        return self.given_back(self.op(*self.windows_over(inputs))(self.image(inputs)))

    def windows_over(self, inputs: Tensor) -> tuple[Pair, Pair, tuple[Pair, Pair]]:
        """The settings of the operation: size, strides, places added around.

        Raises:
            ShapeError: the input is no image, or smaller than the window.
        """
        self.require_image(inputs.shape)
        sizes, gaps = inputs.shape[1:-1], (1,) * self.axes
        pads = padding_for(self.title, self.padding, sizes, self.pool_size, self.strides, gaps)
        try:
            windows(sizes, self.pool_size, self.strides, gaps, pads)
        except ShapeError as error:
            raise ShapeError(f"{self.title}: {error}") from None
        return self.as_pair(self.pool_size), self.as_pair(self.strides), self.as_two(pads)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "pool_size": list(self.pool_size),
            "strides": list(self.strides),
            "padding": self.padding,
            "data_format": self.data_format,
        }


class MaxPooling2D(PoolingLayer):
    """The greatest number of each window; see `ops.MaxPooling`. Of equal ones the first counts.

    Shapes: (batch, height, width, channels) -> (batch, rows, columns, channels) with
    rows = (height + padding - pool_size) // stride + 1.

    Args:
        pool_size: height and width of the window, or one number for both.
        strides: places from one window to the next; None is pool_size, so that windows do not overlap.
        padding: "valid": windows lie inside the image; "same": ceil(size / stride) windows, what lies outside never counts.
        data_format: None or "channels_last".
        name: for messages and summaries.
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument breaks its rule.
        ShapeError: when called: the input is no image, or smaller than the window.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.MaxPooling2D()(np.arange(16.0).reshape(1, 4, 4, 1)).numpy()[0, :, :, 0]
    array([[ 5.,  7.],
           [13., 15.]], dtype=float32)
    """

    op = MaxPooling

    def __init__(
        self,
        pool_size: int | tuple[int, int] = (2, 2),
        strides: int | tuple[int, int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **layer: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **layer)


class AveragePooling2D(PoolingLayer):
    """The mean of each window, of its places inside the image; see `ops.AveragePooling`.

    Shapes, arguments and errors as `MaxPooling2D`; ``pool_size`` has no default.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.AveragePooling2D(2)(np.arange(16.0).reshape(1, 4, 4, 1)).numpy()[0, :, :, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]], dtype=float32)
    """

    op = AveragePooling


class MaxPooling1D(PoolingLayer):
    """The greatest number of each window of a line, each channel by itself.

    Shapes: (batch, length, channels) -> (batch, steps, channels). Arguments and errors as `MaxPooling2D`, with one number in
    place of two.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.MaxPooling1D(2)(np.array([[[1.0], [3.0], [2.0], [0.0]]])).numpy().ravel()
    array([3., 2.], dtype=float32)
    """

    axes, op = 1, MaxPooling

    def __init__(
        self,
        pool_size: int | tuple[int] = 2,
        strides: int | tuple[int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **layer: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **layer)


class AveragePooling1D(PoolingLayer):
    """The mean of each window of a line, each channel by itself.

    Shapes: (batch, length, channels) -> (batch, steps, channels). Arguments and errors as `MaxPooling2D`, with one number in
    place of two.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.AveragePooling1D(2)(np.array([[[1.0], [3.0], [2.0], [0.0]]])).numpy().ravel()
    array([2., 1.], dtype=float32)
    """

    axes, op = 1, AveragePooling
