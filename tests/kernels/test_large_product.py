"""Products in panels: every remainder of rows, columns and depth, any number of ranks, nothing touched beside the matrix."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.kernels import library
from pellucid.kernels.call import Call, Scratch, Share, reads, updates, writes
from pellucid.kernels.layout import PRODUCT_DEPTH, PRODUCT_ROOM, PRODUCT_ROWS
from tests.support.twins import Placed, run

if library.mode() != "compiled":
    pytest.skip("kernels are not compiled here", allow_module_level=True)

ROUNDING = 1e-6  # of each number that is added

# Rows, inputs and outputs: a tile's 6 rows, a vector's 16 numbers, a panel's 64 columns, and one beside; more than one round.
SIZES = [
    (1, 1, 1),
    (6, 16, 64),
    (5, 15, 63),
    (7, 17, 65),
    (16, 129, 33),
    (13, 40, 200),
    (PRODUCT_ROWS + 1, 3, 130),
    (2, PRODUCT_DEPTH + 1, 70),
    (2, 70, PRODUCT_DEPTH + 1),
    (PRODUCT_DEPTH + 1, PRODUCT_ROWS + 1, 18),
]


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(shape).normal(size=shape).astype(np.float32)


def room(ranks: int) -> Placed:
    """Full of what must not be seen."""
    scratch = Scratch(PRODUCT_ROOM)
    scratch.for_ranks(ranks)
    return Placed(np.full(scratch.shape, np.nan, np.float32), "room")


@pytest.mark.parametrize("ranks", [1, 3])
@pytest.mark.parametrize("offset", [0, 4])
@pytest.mark.parametrize(("rows", "inputs", "outputs"), SIZES)
def test_forward(rows: int, inputs: int, outputs: int, offset: int, ranks: int) -> None:
    x, w, b = Placed(normal(rows, inputs), "x"), Placed(normal(inputs, outputs), "w", offset), Placed(normal(outputs), "b")
    y, own = Placed(np.full((rows, outputs), np.nan, np.float32), "y", offset), room(ranks)
    accesses = [reads(x.buffer), reads(w.buffer), reads(b.buffer), writes(y.buffer, Share.PARTS), writes(own.buffer)]
    run([Call("linear.forward_by_columns", rows, 1, inputs, outputs, 0, *accesses)], [x, w, b, y, own], ranks)
    np.testing.assert_allclose(y.array, x.array.astype(np.float64) @ w.array + b.array, rtol=0, atol=ROUNDING * (inputs + 10))


@pytest.mark.parametrize("ranks", [1, 3])
@pytest.mark.parametrize("add", [False, True])
@pytest.mark.parametrize(("rows", "inputs", "outputs"), SIZES)
def test_input_gradient(rows: int, inputs: int, outputs: int, add: bool, ranks: int) -> None:
    grad, w, before = Placed(normal(rows, outputs), "grad"), Placed(normal(inputs, outputs), "w"), normal(rows, inputs)
    dx, own = Placed(before, "dx", 4), room(ranks)
    target = updates(dx.buffer, Share.PARTS) if add else writes(dx.buffer, Share.PARTS)
    accesses = [reads(grad.buffer), reads(w.buffer), target, writes(own.buffer)]
    run([Call("linear.input_gradient_by_columns", rows, 1, inputs, outputs, add, *accesses)], [grad, w, dx, own], ranks)
    expected = grad.array.astype(np.float64) @ w.array.T + (before if add else 0)
    np.testing.assert_allclose(dx.array, expected, rtol=0, atol=ROUNDING * (outputs + 10))


@pytest.mark.parametrize("ranks", [1, 3])
@pytest.mark.parametrize("add", [False, True])
@pytest.mark.parametrize(("rows", "inputs", "outputs"), SIZES)
def test_weight_gradient(rows: int, inputs: int, outputs: int, add: bool, ranks: int) -> None:
    x, grad, before = Placed(normal(rows, inputs), "x"), Placed(normal(rows, outputs), "grad"), normal(inputs, outputs)
    dw, own = Placed(before, "dw", 4), room(ranks)
    accesses = [reads(x.buffer), reads(grad.buffer), writes(own.buffer), updates(dw.buffer) if add else writes(dw.buffer)]
    run([Call("linear.weight_gradient_in_panels", rows, 1, inputs, outputs, add, *accesses)], [x, grad, own, dw], ranks)
    expected = x.array.T.astype(np.float64) @ grad.array + (before if add else 0)
    np.testing.assert_allclose(dw.array, expected, rtol=0, atol=ROUNDING * (rows + 10))


def test_descent_is_the_gradient_taken_off() -> None:
    x, grad, before = Placed(normal(33, 130), "x"), Placed(normal(33, 300), "grad"), normal(130, 300)
    w, own, rate = Placed(before, "w"), room(2), Placed(np.array([0.25]), "rate")
    accesses = [reads(x.buffer), reads(grad.buffer), writes(own.buffer), updates(w.buffer), reads(rate.buffer)]
    run([Call("linear.weight_gradient_in_panels_sgd", 33, 1, 130, 300, *accesses)], [x, grad, own, w, rate], 2)
    expected = before - 0.25 * (x.array.T.astype(np.float64) @ grad.array)
    np.testing.assert_allclose(w.array, expected, rtol=0, atol=ROUNDING * 43)
