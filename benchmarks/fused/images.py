"""Rows of images: convolution, pooling, borders."""

from __future__ import annotations

import numpy as np

from benchmarks.fused.row import Array, Row, Sizes, by_python, composed, normal
from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.ops.pad import Crop, Pad

_SIDE, _CHANNELS = 14, 32


def rows() -> list[Row]:
    def fused(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
        return ops.rescale(ops.conv(x, w, b, padding="same", activation="relu"), 0.5)

    def plain(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
        return ops.rescale(ops.relu(ops.conv(x, w, b, padding="same")), 0.5)

    def same(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
        return ops.conv(x, w, b, padding="same")

    border = ((0, 0), (1, 1), (2, 2), (0, 0))
    return [
        by_python("Convolution, 3 x 3: Winograd, blocks of tiles in cache", same, lambda s: _layer(s, 3)),
        by_python("Convolution, 3 x 3, small images, many channels: Winograd, the kernel in panels", same, _many_channels),
        by_python("Convolution, 5 x 5, 6 to 16 channels: windows where they lie", same, _few_channels),
        by_python("Convolution, 3 x 3, each channel by itself", lambda x, w, b: ops.conv(x, w, b, groups=_CHANNELS), _depthwise),
        by_python("Convolution, 1 x 1: one product", same, lambda s: _layer(s, 1)),
        by_python("TransposedConvolution, 3 x 3, twice the size", ops.TransposedConvolution((2, 2)), lambda s: _layer(s, 3)),
        composed("Convolution with relu on rows still in cache", "Convolution, then relu", fused, plain, lambda s: _layer(s, 3)),
        by_python("MaxPooling, 2 x 2, the places kept for the way back", ops.MaxPooling(), _images),
        by_python("MaxPooling, 2 x 2, no way back", ops.MaxPooling(), inputs=_images),
        by_python("AveragePooling, 2 x 2", ops.AveragePooling(), _images),
        by_python("AffineSampling, turned images", ops.AffineSampling((_SIDE, _SIDE)), _images, _maps),
        by_python("Pad", Pad(border), _images),
        by_python("Crop", Crop(border), _images),
    ]


def _images(sizes: Sizes) -> list[Array]:
    return [normal(max(sizes.batch // 4, 2), _SIDE, _SIDE, _CHANNELS)]


def _few_channels(sizes: Sizes) -> list[Array]:
    return [normal(max(sizes.batch // 4, 2), _SIDE, _SIDE, 6), normal(5, 5, 6, 16, seed=6) / 10, normal(16, seed=7)]


def _depthwise(sizes: Sizes) -> list[Array]:
    return [*_images(sizes), normal(3, 3, 1, _CHANNELS, seed=6) / 3, normal(_CHANNELS, seed=7)]


def _many_channels(sizes: Sizes) -> list[Array]:
    channels = 4 * _CHANNELS
    return [normal(4, 4, 4, channels), normal(3, 3, channels, channels, seed=6) / 30, normal(channels, seed=7)]


def _maps(sizes: Sizes) -> list[Array]:
    """Each image turned a little, and moved."""
    near = np.array([0.9, 0.4, 0.3, -0.4, 0.9, 0.3], np.float32)
    return [near + normal(max(sizes.batch // 4, 2), 6) / 100]


def _layer(sizes: Sizes, side: int) -> list[Array]:
    return [*_images(sizes), normal(side, side, _CHANNELS, _CHANNELS, seed=6) / 10, normal(_CHANNELS, seed=7)]
