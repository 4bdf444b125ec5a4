"""Spatial dropout: whole channels are silenced, since neighbouring places of one channel say nearly the same."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.layers.image_layer import ImageLayer, channels_last
from pellucid.layers.random_layer import RandomLayer


class _SpatialDropout(RandomLayer, ImageLayer):
    """What both have in common."""

    supports_masking = True

    def __init__(self, rate: float, seed: int | None, **layer: Any) -> None:
        super().__init__(seed, **layer)
        self.rate = real(type(self).__name__, "rate", rate, at_least=0, below=1)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        self.require_image(inputs.shape)
        if not training or self.rate == 0:
            return inputs
        mask = self.shared_mask(inputs, (None, *(1,) * self.axes, None), self.rate, "dropout")
        return inputs * ops.rescale(mask, 1 / (1 - self.rate))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate}


class SpatialDropout2D(_SpatialDropout):
    """While training, sets each channel of each image to 0 with probability ``rate`` and divides the others by 1 - rate.

    Shapes: (batch, height, width, channels) -> the same.

    Args:
        rate: share of channels to drop, 0 <= rate < 1.
        data_format: None or "channels_last".
        seed: in place of the model's; None follows that.
        name, dtype: see `Layer`.
        layer: see `Layer`.

    Raises:
        ArgumentError: rate is out of its range.
        ShapeError: when called: the input is no image.

    Source: Tompson et al., "Efficient object localization using convolutional networks", 2015.

    >>> import numpy as np, pellucid as pl
    >>> y = pl.layers.SpatialDropout2D(0.5, seed=1)(np.ones((50, 3, 3, 2)), training=True).numpy()
    >>> sorted(set(y.sum(axis=(1, 2)).ravel().tolist()))
    [0.0, 18.0]
    """

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
        **layer: Any,
    ) -> None:
        super().__init__(rate, seed, name=name, dtype=dtype or "float32", **layer)
        self.data_format = channels_last("SpatialDropout2D", data_format)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "data_format": self.data_format}


class SpatialDropout1D(_SpatialDropout):
    """While training, sets each channel of each line to 0 with probability ``rate`` and divides the others by 1 - rate.

    Shapes: (batch, length, channels) -> the same. Arguments and errors as `SpatialDropout2D`, without ``data_format``.

    >>> import numpy as np, pellucid as pl
    >>> y = pl.layers.SpatialDropout1D(0.5, seed=1)(np.ones((50, 3, 2)), training=True).numpy()
    >>> sorted(set(y.sum(axis=1).ravel().tolist()))
    [0.0, 6.0]
    """

    axes = 1

    def __init__(self, rate: float, seed: int | None = None, name: str | None = None, dtype: Any = None, **layer: Any) -> None:
        super().__init__(rate, seed, name=name, dtype=dtype or "float32", **layer)
