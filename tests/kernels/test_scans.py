"""The recurrent cells' kernels against their references: any ranks, any sizes, masks, both directions."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from pellucid import ops
from pellucid.autodiff import Op
from pellucid.kernels import library
from pellucid.ops.fused_activation import FusedActivation
from tests.support.scan_cases import GATES, scan_inputs
from tests.support.twins import check_backward, check_forward

if library.mode() != "compiled":
    pytest.skip("twins are compiled kernels, and PELLUCID_KERNELS=reference", allow_module_level=True)

OPS = [
    *(ops.SimpleRnn(activation=activation) for activation in FusedActivation),
    ops.SimpleRnn(go_backwards=True),
    ops.SimpleRnn(sequences=False),
    ops.Lstm(),
    ops.Lstm(go_backwards=True, with_cells=True),
    ops.Lstm(sequences=False),
    ops.Lstm(go_backwards=True, sequences=False, with_cells=True),
    ops.Gru(),
    ops.Gru(go_backwards=True, sequences=False),
    ops.Gru(reset_after=False),
    ops.Gru(go_backwards=True, sequences=False, reset_after=False),
]
SIZES = [(1, 1, 1, 1), (2, 1, 5, 3), (5, 4, 1, 2), (3, 3, 17, 70), (2, 4, 65, 6), (131, 2, 20, 5), (7, 3, 128, 130)]
"""Batch, time, units, features: one panel and more, a panel that is not full, more samples than are taken together."""


def inputs(op: Op, sizes: tuple[int, int, int, int], **settings: bool) -> list[Any]:
    drawn = scan_inputs(op, *sizes, **settings)(np.random.default_rng(2))
    return [a.astype(np.float32) if a.dtype.kind == "f" else a for a in drawn]


@pytest.mark.parametrize("op", OPS, ids=str)
@pytest.mark.parametrize("ranks", [1, 2, 3, 4])
def test_forward(op: Op, ranks: int) -> None:
    for sizes, masked, shared in itertools.product(SIZES, (False, True), (False, True)):
        check_forward(op, inputs(op, sizes, masked=masked, shared=shared), ranks)


@pytest.mark.parametrize("op", OPS, ids=str)
@pytest.mark.parametrize("ranks", [1, 2, 3, 4])
def test_backward(op: Op, ranks: int) -> None:
    for sizes, masked in itertools.product(SIZES, (False, True)):
        arrays = inputs(op, sizes, masked=masked)
        check_backward(op, arrays, ranks, wanted=[a.dtype.kind == "f" for a in arrays], accumulate=False, tolerance=2e-5)


@pytest.mark.parametrize("op", OPS, ids=str)
def test_gradients_that_nobody_asks_for(op: Op) -> None:
    arrays = inputs(op, (5, 3, 4, 2), masked=True)
    for wanted in range(len(arrays) - 1):
        check_backward(op, arrays, 2, wanted=[i == wanted for i in range(len(arrays))], accumulate=False)


def test_an_initial_state_that_all_share_has_a_twin_only_where_its_gradient_is_not_asked_for() -> None:
    """Its gradient is a sum over samples, which ranks share: the reference adds it up."""
    for op in OPS:
        arrays = inputs(op, (4, 3, 2, 5), shared=True)
        states = range(1, 1 + GATES[type(op)][1])
        wanted = [a.dtype.kind == "f" and i not in states for i, a in enumerate(arrays)]
        check_backward(op, arrays, 2, wanted=wanted, accumulate=False)
        with pytest.raises(AssertionError, match="has no twin of its derivative"):
            check_backward(op, arrays, 2, wanted=[a.dtype.kind == "f" for a in arrays], accumulate=False)
