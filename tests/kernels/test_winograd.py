"""Winograd's convolution: its twins against the reference, and its rounding against what its transforms predict."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import ops
from pellucid.kernels import library, processor
from pellucid.ops.convolution_ways import Geometry, Way, Winograd
from pellucid.ops.fused_activation import FusedActivation
from tests.support.twins import Placed, check_backward, check_forward, poison, run, with_scratch

if library.mode() != "compiled" or not processor.has_wide_vectors():
    pytest.skip("Winograd's kernels are compiled, for AVX-512", allow_module_level=True)

# Lavin & Gray, section 4.3
B = np.array(
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ]
)
G = np.array([[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]]) / 24
A = np.array([[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]])


def amplification() -> float:
    """How much larger than the result the numbers are that it is summed from: of random ones, the root of the mean square.

    A relative error of each product, of one rounding, makes one so much larger of the result.
    """
    products = (B**2).sum(1) * (G**2).sum(1)  # their variance, for numbers of variance 1
    along_an_axis = ((A**2) @ products).mean() / 3  # beside that of a sum of 3 products
    return float(along_an_axis)  # both axes, under the root


ROUNDINGS = 1e-5  # what other twins are held to: some tens of roundings, relative to the greatest value


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.normal(size=shape).astype(np.float32)


def arrays(seed: int, images: int, height: int, width: int, channels: int, outputs: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    w = normal(rng, 3, 3, channels, outputs) / np.float32(np.sqrt(9 * channels))
    return [normal(rng, images, height, width, channels), w, normal(rng, outputs)]


def way_of(op: ops.Convolution, x: np.ndarray, w: np.ndarray) -> Winograd:
    y = op(x, w, np.zeros(w.shape[3], np.float32)).shape
    (top, _), (left, _) = op.padding
    geometry = Geometry(x.shape, w.shape, y, op.strides, op.dilation, op.groups, top, left)
    assert geometry.way is Way.WINOGRAD
    return Winograd(geometry)


SHAPES = [  # images, height, width, channels, outputs, padding
    (3, 13, 10, 32, 32, 1),
    (2, 22, 17, 37, 33, 0),
    (9, 7, 12, 40, 68, 2),
    (1, 1, 1, 32, 70, 1),
    (2, 4, 4, 32, 64, 1),
    (1, 9, 6, 66, 130, 0),
    (5, 2, 3, 65, 32, 2),
]


@pytest.mark.parametrize(("number", "shape"), list(enumerate(SHAPES)))
def test_twins(number: int, shape: tuple[int, ...]) -> None:
    *sizes, padding = shape
    op = ops.Convolution(padding=((padding, padding), (padding, padding)), activation=list(FusedActivation)[number % 4])
    inputs = arrays(number, *sizes)
    assert way_of(op, *inputs[:2]).by_images == (number < 3)
    for ranks in (1, 3):
        tolerance = ROUNDINGS * amplification()
        check_forward(op, inputs, ranks, tolerance)
        check_backward(op, inputs, ranks, wanted=[True] * 3, accumulate=ranks == 3, tolerance=tolerance)
    check_backward(op, inputs, 2, wanted=[False, True, True], accumulate=False, tolerance=tolerance)


@pytest.mark.parametrize("side", [24, 4])
def test_rounding_is_what_the_transforms_predict(side: int) -> None:
    """In norm about 2e-6 of the result: eleven times what as many plain products round.

    Each sum over C channels rounds C times and its terms some 20 times on their way, by at most 2^-24, in random directions.
    """
    channels = 64
    x, w, b = arrays(1, 2, side, side, channels, 64)
    op = ops.Convolution(padding=((1, 1), (1, 1)))
    inputs = [Placed(a, name) for a, name in zip((x, w, b), "xwb", strict=True)]
    y = Placed(poison(np.dtype(np.float32), x.size).reshape(x.shape), "y")
    calls = op.bind_forward(*(p.buffer for p in inputs), y=y.buffer)
    assert calls is not None
    assert {c.kernel.partition(".")[0] for c in calls} == {"winograd"}
    run(calls, with_scratch(calls, [*inputs, y], 1), 1)
    exact = op(*(a.astype(np.float64) for a in (x, w, b))).numpy()
    error = np.linalg.norm(y.array - exact) / np.linalg.norm(exact)
    assert 0 < error < amplification() * 2.0**-24 * np.sqrt(20 + channels)
