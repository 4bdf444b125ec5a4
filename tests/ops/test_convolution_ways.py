"""Which way a convolution goes: by its shape alone, and each way once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pellucid import ops
from pellucid.kernels.call import Buffer
from pellucid.ops import convolution_ways
from pellucid.ops.convolution_ways import Direct, Geometry, Way, Winograd

PLAIN = Geometry((8, 16, 16, 64), (3, 3, 64, 64), (8, 16, 16, 64), (1, 1), (1, 1), 1, 1, 1)


@pytest.fixture(autouse=True)
def wide_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a processor that has them."""
    monkeypatch.setattr(convolution_ways, "has_wide_vectors", lambda: True)


@pytest.mark.parametrize(
    ("geometry", "way"),
    [
        (PLAIN, Way.WINOGRAD),
        (replace(PLAIN, w=(3, 3, 64, 16), y=(8, 16, 16, 16)), Way.DIRECT),
        (replace(PLAIN, w=(3, 3, 64, 64), strides=(2, 2), y=(8, 8, 8, 64)), Way.PATCHES),
        (replace(PLAIN, dilation=(2, 2)), Way.PATCHES),
        (replace(PLAIN, w=(3, 3, 32, 64), groups=2), Way.PATCHES),
        (replace(PLAIN, w=(3, 3, 1, 64), groups=64), Way.DEPTHWISE),
        (replace(PLAIN, w=(1, 1, 64, 64)), Way.PATCHES),
        (Geometry((128, 32, 32, 1), (5, 5, 1, 6), (128, 28, 28, 6), (1, 1), (1, 1), 1, 0, 0), Way.DIRECT),
        (Geometry((8, 227, 227, 3), (11, 11, 3, 64), (8, 55, 55, 64), (4, 4), (1, 1), 1, 0, 0), Way.DIRECT),
        (Geometry((128, 5, 5, 16), (5, 5, 16, 120), (128, 1, 1, 120), (1, 1), (1, 1), 1, 0, 0), Way.PATCHES),  # one window
    ],
)
def test_the_way_follows_from_the_shape(geometry: Geometry, way: Way) -> None:
    assert geometry.way is way


def test_without_wide_vectors_there_are_patches_and_the_depthwise_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convolution_ways, "has_wide_vectors", lambda: False)
    assert PLAIN.way is Way.PATCHES
    assert replace(PLAIN, w=(3, 3, 1, 64), groups=64).way is Way.DEPTHWISE


def test_many_tiles_go_by_images_and_large_kernels_by_panels() -> None:
    """What is smaller stays whole: 128 tiles of 64 channels beside 64 x 64 kernels, 8 tiles of 512 beside 512 x 512."""
    assert Winograd(PLAIN).by_images
    assert not Winograd(Geometry((8, 4, 4, 512), (3, 3, 512, 512), (8, 4, 4, 512), (1, 1), (1, 1), 1, 1, 1)).by_images


def test_windows_beside_each_other_divide_a_line_and_fill_vectors() -> None:
    """6 channels fill less than half of a vector: 4 of 28 windows beside each other fill one and a half."""
    few = Geometry((1, 32, 32, 1), (5, 5, 1, 6), (1, 28, 28, 6), (1, 1), (1, 1), 1, 0, 0)
    assert Direct(few).side == 4
    for columns in range(1, 30):
        side = Direct(replace(few, x=(1, 32, columns + 4, 1), y=(1, 28, columns, 6))).side
        assert columns % side == 0
        assert side * 6 <= 48
    assert Direct(replace(few, w=(5, 5, 1, 48), y=(1, 28, 28, 48))).side == 1


@pytest.mark.parametrize(("size", "kernels"), [(3, {"winograd.forward"}), (1, {"convolution.forward"})])
def test_a_plan_shows_the_way_by_the_names_of_its_kernels(size: int, kernels: set[str]) -> None:
    x, w, b, y = (Buffer(s, np.float32) for s in ((8, 16, 16, 64), (size, size, 64, 64), (64,), (8, 16, 16, 64)))
    padding = (size // 2, size // 2)
    calls = ops.Convolution(padding=(padding, padding)).bind_forward(x, w, b, y=y)
    assert calls is not None
    assert {call.kernel for call in calls} == kernels
