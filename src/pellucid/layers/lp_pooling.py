"""LpPooling1D and LpPooling2D: the p-norm of each window."""

from __future__ import annotations

from typing import Any

from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.layers.pooling import PoolingLayer
from pellucid.ops.lp_pooling import LpPooling


class LpPooling2D(PoolingLayer):
    """The p-norm of each window, each channel by itself; see `ops.LpPooling`.

        y = (sum of |x|^p)^(1/p)

    p = 1 is the sum of the window, and towards infinity it comes to the maximum.

    Shapes: (batch, height, width, channels) -> (batch, rows, columns, channels).

    Args:
        norm: p, >= 1. PyTorch's ``norm_type``.
        pool_size: height and width of the window, or one number for both.
        strides: places from one window to the next; None is pool_size.
        padding: "valid" or "same", where what lies outside counts as 0.
        data_format: None or "channels_last".
        name: for messages and summaries.
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument breaks its rule.
        ShapeError: when called: the input is no image, or smaller than the window.

    Source: Sermanet, Chintala and LeCun, "Convolutional neural networks applied to house numbers digit classification", 2012.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.LpPooling2D(2)(np.array([3.0, 4.0, 0.0, 0.0]).reshape(1, 2, 2, 1)).item()
    5.0
    """

    op = LpPooling

    def __init__(
        self,
        norm: float = 2.0,
        pool_size: int | tuple[int, ...] = 2,
        strides: int | tuple[int, ...] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **layer: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **layer)
        self.norm = real(type(self).__name__, "norm", norm, at_least=1)

    def call(self, inputs: Tensor) -> Tensor:
        return self.given_back(LpPooling(*self.windows_over(inputs), norm=self.norm)(self.image(inputs)))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "norm": self.norm}


class LpPooling1D(LpPooling2D):
    """The p-norm of each window of a line, each channel by itself.

    Shapes: (batch, length, channels) -> (batch, steps, channels). Arguments and errors as `LpPooling2D`, with one number in
    place of two.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.LpPooling1D(1)(np.array([[[1.0], [-3.0], [2.0], [0.0]]])).numpy().ravel()
    array([4., 2.], dtype=float32)
    """

    axes = 1
