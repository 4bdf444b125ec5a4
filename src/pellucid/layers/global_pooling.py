"""Global pooling: each channel of a line or an image to one number."""

from __future__ import annotations

from typing import Any, ClassVar

from pellucid import ops
from pellucid.arguments import flag
from pellucid.autodiff import Tensor
from pellucid.layers.image_layer import ImageLayer, channels_last
from pellucid.ops.pooling import AveragePooling, MaxPooling


class _GlobalPooling(ImageLayer):
    """What they have in common: a window as large as the input."""

    op: ClassVar[type[AveragePooling | MaxPooling]]

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **layer: Any) -> None:
        super().__init__(**layer)
        self.data_format = channels_last(type(self).__name__, data_format)
        self.keepdims = flag(type(self).__name__, "keepdims", keepdims)

    def call(self, inputs: Tensor) -> Tensor:
        image = self.image(inputs)
        whole = (image.shape[1], image.shape[2])
        y = self.op(whole, whole)(image)
        kept = (1,) * self.axes if self.keepdims else ()
        return ops.reshape(y, (y.shape[0], *kept, y.shape[3]))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "data_format": self.data_format, "keepdims": self.keepdims}


class GlobalAveragePooling2D(_GlobalPooling):
    """The mean of each channel.

    Shapes: (batch, height, width, channels) -> (batch, channels), or (batch, 1, 1, channels) with ``keepdims``.

    Args:
        data_format: None or "channels_last".
        keepdims: whether the axes stay, of length 1.
        layer: see `Layer`.

    Raises:
        ShapeError: when called: the input is no image.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.GlobalAveragePooling2D()(np.arange(8.0).reshape(1, 2, 2, 2)).numpy()
    array([[3., 4.]], dtype=float32)
    """

    op = AveragePooling


class GlobalMaxPooling2D(_GlobalPooling):
    """The greatest number of each channel. Of equal ones the first gets the gradient.

    Shapes, arguments and errors as `GlobalAveragePooling2D`.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.GlobalMaxPooling2D()(np.arange(8.0).reshape(1, 2, 2, 2)).numpy()
    array([[6., 7.]], dtype=float32)
    """

    op = MaxPooling


class GlobalAveragePooling1D(_GlobalPooling):
    """The mean of each channel of a line: (batch, length, channels) -> (batch, channels); see `GlobalAveragePooling2D`.

    Of a sequence with a mask, the mean over the steps that are there; 0 where there is none (Keras: NaN).

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.GlobalAveragePooling1D()(np.arange(6.0).reshape(1, 3, 2)).numpy()
    array([[2., 3.]], dtype=float32)
    """

    axes, op = 1, AveragePooling

    def call(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is None or mask.shape != inputs.shape[:2]:
            return super().call(inputs)
        there = ops.cast(mask, inputs.dtype)
        weights = there / ops.maximum(ops.sum(there, axis=1, keepdims=True), 1.0)
        mean = ops.matmul(ops.expand_dims(weights, 1), inputs)
        return mean if self.keepdims else ops.reshape(mean, (mean.shape[0], mean.shape[2]))


class GlobalMaxPooling1D(_GlobalPooling):
    """The greatest number of each channel of a line: (batch, length, channels) -> (batch, channels); see `GlobalMaxPooling2D`.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.GlobalMaxPooling1D()(np.arange(6.0).reshape(1, 3, 2)).numpy()
    array([[4., 5.]], dtype=float32)
    """

    axes, op = 1, MaxPooling
