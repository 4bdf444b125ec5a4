"""S2.5: zero padding, stride, channels, feature maps: shapes right in every combination, the arithmetic in errors."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError, ShapeError


def fits(size: int, kernel: int, stride: int, dilation: int) -> list[int]:
    """Where windows begin, found by trying each place."""
    return [i for i in range(0, size, stride) if i + (kernel - 1) * dilation < size]


def test_s2_5_every_combination_has_the_size_that_counting_gives() -> None:
    for size, kernel, stride, dilation in itertools.product(range(1, 8), range(1, 5), range(1, 5), (1, 2)):
        x = np.zeros((1, size, size, 2), np.float32)
        settings: dict[str, Any] = {"strides": stride, "dilation_rate": dilation}
        same = pl.layers.Conv2D(3, kernel, padding="same", **settings)(x)
        assert same.shape == (1, math.ceil(size / stride), math.ceil(size / stride), 3)
        valid = pl.layers.Conv2D(3, kernel, **settings)
        if places := fits(size, kernel, stride, dilation):
            assert valid(x).shape == (1, len(places), len(places), 3)
        else:
            with pytest.raises(ShapeError, match="does not fit"):
                valid(x)


def test_s2_5_a_size_that_does_not_fit_is_explained() -> None:
    with pytest.raises(ShapeError) as caught:
        pl.layers.Conv2D(8, 7, name="edges")(np.zeros((1, 5, 9, 3)))
    assert 'Conv2D "edges": a window of 7x7 does not fit an input of 5x9' in str(caught.value)
    assert "along the height, 7 is more than 0 + 5 + 0 = 5 (padding before, input, padding after)" in str(caught.value)


def test_s2_5_channels_are_summed_into_each_feature_map() -> None:
    layer = pl.layers.Conv2D(2, 1, use_bias=False)
    layer.build((1, 2, 2, 3))
    layer.set_weights([np.array([[1.0, 0.0], [10.0, 0.0], [100.0, -1.0]]).reshape(1, 1, 3, 2)])
    x = np.arange(12.0).reshape(1, 2, 2, 3)
    maps = layer(x).numpy()
    assert maps[0, :, :, 0].tolist() == [[210, 543], [876, 1209]]  # 0 + 10 + 200, 3 + 40 + 500, ...
    assert maps[0, :, :, 1].tolist() == [[-2, -5], [-8, -11]]


def test_s2_5_channels_and_groups_that_do_not_fit() -> None:
    layer = pl.layers.Conv2D(8, 3)
    layer.build((1, 8, 8, 3))
    with pytest.raises(ShapeError, match="the input has 4 channels, but the kernel was built for 3"):
        layer(np.zeros((1, 8, 8, 4)))
    with pytest.raises(ArgumentError, match="groups must divide filters: 8 by 3 leaves 2"):
        pl.layers.Conv2D(8, 3, groups=3)
    with pytest.raises(ArgumentError, match="groups must divide the input's channels: 3 by 2 leaves 1"):
        pl.layers.Conv2D(8, 3, groups=2)(np.zeros((1, 8, 8, 3)))
    with pytest.raises(ShapeError, match=r"must be \(batch, height, width, channels\).*Reshape"):
        pl.layers.Conv2D(8, 3)(np.zeros((1, 28, 28)))
