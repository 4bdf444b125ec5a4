"""Twins of convolutions and poolings against their references over generated geometries, adding and overwriting."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import ops
from pellucid.autodiff import Op
from pellucid.errors import ArgumentError
from pellucid.kernels import library
from pellucid.ops.fused_activation import FusedActivation
from tests.support.twins import check_backward, check_forward

if library.mode() != "compiled":
    pytest.skip("twins are compiled kernels, and PELLUCID_KERNELS=reference", allow_module_level=True)

COUNT = 75
FUSED = list(FusedActivation)


def pair(rng: np.random.Generator, least: int, most: int) -> tuple[int, int]:
    first, second = (int(n) for n in rng.integers(least, most + 1, 2))
    return first, second


def pads(rng: np.random.Generator) -> tuple[tuple[int, int], tuple[int, int]]:
    return pair(rng, 0, 2), pair(rng, 0, 2)


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.normal(size=shape).astype(np.float32)


def compare(op: Op, *arrays: np.ndarray, add: bool) -> bool:
    """Hold both twins against the reference; False where the geometry is none (a window does not fit)."""
    try:
        op(*arrays)
    except ArgumentError:
        return False
    for ranks in (1, 3):
        check_forward(op, arrays, ranks)
        check_backward(op, arrays, ranks, wanted=[True] * len(arrays), accumulate=add)
    return True


@pytest.mark.parametrize("add", [False, True])
def test_convolution(add: bool) -> None:
    rng = np.random.default_rng(10 + add)
    done = 0
    while done < COUNT:
        groups, (seen, made) = int(rng.integers(1, 4)), pair(rng, 1, 3)
        made *= int(rng.choice([1, 1, 6]))  # with one group, products of 18 columns run in register tiles
        op = ops.Convolution(pair(rng, 1, 4), pads(rng), pair(rng, 1, 2), groups, FUSED[done % len(FUSED)])
        x = normal(rng, int(rng.integers(1, 5)), *pair(rng, 1, 8), seen * groups)
        w = normal(rng, *pair(rng, 1, 4), seen, made * groups)
        done += compare(op, x, w / np.float32(np.sqrt(w[..., 0].size)), normal(rng, made * groups), add=add)


@pytest.mark.parametrize("add", [False, True])
def test_depthwise_convolution(add: bool) -> None:
    rng = np.random.default_rng(40 + add)
    done = 0
    while done < COUNT // 3:
        channels = int(rng.integers(2, 36))
        op = ops.Convolution(pair(rng, 1, 4), pads(rng), pair(rng, 1, 2), channels, FUSED[done % len(FUSED)])
        x, w = normal(rng, int(rng.integers(1, 5)), *pair(rng, 1, 8), channels), normal(rng, *pair(rng, 1, 4), 1, channels)
        done += compare(op, x, w / np.float32(np.sqrt(w[..., 0].size)), normal(rng, channels), add=add)


@pytest.mark.parametrize("add", [False, True])
def test_convolution_of_few_channels(add: bool) -> None:
    """Windows enough for register tiles, several of them beside each other in one vector."""
    rng = np.random.default_rng(50 + add)
    done = 0
    while done < COUNT // 3:
        op = ops.Convolution(pair(rng, 1, 2), pads(rng), activation=FUSED[done % len(FUSED)])
        x = normal(rng, int(rng.integers(1, 4)), *pair(rng, 5, 14), int(rng.integers(1, 8)))
        w = normal(rng, *pair(rng, 2, 5), x.shape[3], int(rng.choice([1, 3, 6, 16, 17, 30, 50])))
        done += compare(op, x, w / np.float32(np.sqrt(w[..., 0].size)), normal(rng, w.shape[3]), add=add)


@pytest.mark.parametrize("add", [False, True])
def test_transposed_convolution(add: bool) -> None:
    rng = np.random.default_rng(20 + add)
    done = 0
    while done < COUNT:
        seen, made = pair(rng, 1, 4)
        strides = pair(rng, 1, 4)
        more = (int(rng.integers(strides[0])), int(rng.integers(strides[1])))
        op = ops.TransposedConvolution(strides, pads(rng), more, pair(rng, 1, 2), FUSED[done % len(FUSED)])
        x = normal(rng, int(rng.integers(1, 5)), *pair(rng, 1, 4), seen)
        w = normal(rng, *pair(rng, 1, 4), made, seen)
        done += compare(op, x, w / np.float32(np.sqrt(w[..., 0, :].size)), normal(rng, made), add=add)


@pytest.mark.parametrize("add", [False, True])
@pytest.mark.parametrize("cls", [ops.MaxPooling, ops.AveragePooling])
def test_pooling(cls: type[ops.MaxPooling | ops.AveragePooling], add: bool) -> None:
    rng = np.random.default_rng(30 + add)
    done = 0
    while done < COUNT:
        op = cls(pair(rng, 1, 4), pair(rng, 1, 4), pads(rng))
        shape = (int(rng.integers(1, 5)), *pair(rng, 1, 8), int(rng.integers(1, 20)))
        x = rng.permutation(int(np.prod(shape))).reshape(shape).astype(np.float32) / 10
        done += compare(op, x, add=add)
