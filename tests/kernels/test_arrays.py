"""Arrays as a whole: fill, copy, add, the sum of squares."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.kernels import library
from pellucid.kernels.call import Call, Share, reads, updates, writes
from tests.support.twins import Placed, run

if library.mode() != "compiled":
    pytest.skip("these are compiled kernels, and PELLUCID_KERNELS=reference", allow_module_level=True)

SHAPES = [(1, 1), (3, 7), (128, 10), (2, 3, 5), (0, 4), (4, 0)]
RANKS = [1, 2, 4]


def normal(shape: tuple[int, ...], name: str, seed: int = 0) -> Placed:
    return Placed(np.random.default_rng(seed).normal(size=shape).astype(np.float32), name)


@pytest.mark.parametrize("ranks", RANKS)
@pytest.mark.parametrize("shape", SHAPES)
def test_fill_copy_and_add(shape: tuple[int, ...], ranks: int) -> None:
    source, target = normal(shape, "source"), normal(shape, "target", 1)
    before = target.array.copy()
    sizes = (source.buffer.rows, source.buffer.row_size)
    by_rows = reads(source.buffer, Share.ROWS)
    run([Call("arrays.add_into", *sizes, by_rows, updates(target.buffer))], [source, target], ranks)
    np.testing.assert_array_equal(target.array, before + source.array)
    run([Call("arrays.copy", *sizes, by_rows, writes(target.buffer))], [source, target], ranks)
    np.testing.assert_array_equal(target.array, source.array)
    run([Call("arrays.fill", *sizes, -2.5, writes(target.buffer))], [target], ranks)
    assert (target.array == -2.5).all()


@pytest.mark.parametrize("ranks", RANKS)
def test_sum_squares_and_its_derivative(ranks: int) -> None:
    """0.1 * (1 + 4 + 9 + 16) = 3, and with dL/dy = 10: 2 * 0.1 * x * 10 = 2x."""
    x = Placed(np.array([[1.0, -2.0], [3.0, 4.0]], np.float32), "x")
    penalty = Placed(np.array(np.nan, np.float32), "penalty")
    run([Call("arrays.sum_squares", 4, 0.1, reads(x.buffer, Share.ONE), writes(penalty.buffer, Share.ONE))], [x, penalty], ranks)
    np.testing.assert_allclose(penalty.array, 3.0, rtol=1e-7)
    grad, dx = Placed(np.array(10.0, np.float32), "grad"), Placed(np.full((2, 2), np.nan, np.float32), "dx")
    for add, expected in ((False, 2 * x.array), (True, 4 * x.array)):
        access = updates(dx.buffer) if add else writes(dx.buffer)
        accesses = (reads(grad.buffer), reads(x.buffer, Share.ROWS), access)
        run([Call("arrays.add_multiple", 2, 2, 0.2, add, *accesses)], [x, grad, dx], ranks)
        np.testing.assert_allclose(dx.array, expected, rtol=1e-6)
