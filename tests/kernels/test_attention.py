"""The kernels of attention against references: any ranks, any sizes, all masks, blocks of queries, adding and overwriting."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from pellucid import ops
from pellucid.kernels import library
from tests.support.attention_cases import Sizes, attention_inputs
from tests.support.twins import check_backward, check_forward

if library.mode() != "compiled":
    pytest.skip("twins are compiled kernels, and PELLUCID_KERNELS=reference", allow_module_level=True)

SIZES: list[Sizes] = [(1, 1, 1, 1, 1), (3, 5, 7, 3, 20), (5, 2, 1, 17, 2), (2, 70, 33, 50, 40), (2, 30, 601, 2, 65)]
"""Batch, queries, keys, size, values: tiles of each width, not full; the last is of two blocks of queries."""
MASKS = ["", "q", "k", "p", "s", "r", "qkp"]
FLOATS = [True, True, True, False, False, False, False]


def inputs(sizes: Sizes, heads: int, masks: str) -> list[Any]:
    drawn = attention_inputs(sizes, heads, masks)(np.random.default_rng(2))
    return [a.astype(np.float32) if a.dtype.kind == "f" else a for a in drawn]


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_all_masks(causal: bool, rate: float) -> None:
    op = ops.ScaledDotProductAttention(2, 0.5, causal, rate, 2**40 + 7)
    for masks, ranks in itertools.product(MASKS, (1, 2, 4)):
        arrays = inputs((3, 5, 7, 3, 2), 2, masks)
        check_forward(op, arrays, ranks)
        check_backward(op, arrays, ranks, wanted=FLOATS, accumulate=False)
        check_backward(op, arrays, ranks, wanted=FLOATS, accumulate=True)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("causal", [False, True])
def test_all_sizes(sizes: Sizes, causal: bool) -> None:
    for heads, rate in ((1, 0.0), (3, 0.3)):
        op = ops.ScaledDotProductAttention(heads, 0.3, causal, rate, 5)
        arrays = inputs(sizes, heads, "k")
        check_forward(op, arrays, 3)
        for accumulate in (False, True):
            check_backward(op, arrays, 3, wanted=FLOATS, accumulate=accumulate, tolerance=2e-5)


def test_gradients_that_nobody_asks_for() -> None:
    op = ops.ScaledDotProductAttention(2, causal=True)
    arrays = inputs((5, 3, 4, 2, 3), 2, "q")
    for wanted in itertools.product((False, True), repeat=3):
        for accumulate in (False, True):
            check_backward(op, arrays, 2, wanted=[*wanted, *[False] * 4], accumulate=accumulate)


@pytest.mark.parametrize("add", [False, True])
def test_positions(add: bool) -> None:
    for shape, places in (((1, 1, 1), 1), ((3, 4, 5), 4), ((2, 3, 17), 9), ((0, 2, 3), 2)):
        arrays = [np.random.default_rng(1).normal(size=s).astype(np.float32) for s in (shape, (places, shape[2]))]
        for ranks in (1, 2, 3, 7):
            check_forward(ops.Positions(add), arrays, ranks)
            for accumulate in (False, True):
                check_backward(ops.Positions(add), arrays, ranks, wanted=[add, True], accumulate=accumulate)


def test_masked_means() -> None:
    rng = np.random.default_rng(2)
    for shape, weights, mask in (
        ((3, 4), (3, 1), (3, 4)),
        ((5, 2, 3), (1, 1, 1), (5, 2)),
        ((1, 1), (1, 1), (1, 1)),
        ((4,), (4,), (4,)),
    ):
        for shown in (0.5, 2.0):
            arrays = [rng.normal(size=shape), rng.normal(size=weights), rng.uniform(size=mask) > shown]
            arrays = [a.astype(np.float32) if a.dtype.kind == "f" else a for a in arrays]
            for ranks in (1, 2, 7):
                check_forward(ops.MaskedMean(), arrays, ranks)
                for accumulate in (False, True):
                    check_backward(ops.MaskedMean(), arrays, ranks, wanted=[True, False, False], accumulate=accumulate)


def test_booleans() -> None:
    ids = np.random.default_rng(1).integers(0, 3, (5, 4))
    floats, mask = ids.astype(np.float32), ids > 1
    for ranks in (1, 2, 7):
        check_forward(ops.NotEqual(), [ids, np.array(0)], ranks)
        check_forward(ops.NotEqual(), [floats, np.array(1, np.float32)], ranks)
        check_forward(ops.LogicalAnd(), [mask, mask[::-1].copy()], ranks)
        check_forward(ops.Cast(np.dtype(np.float32)), [mask], ranks)
