"""Products of a single row: every number of columns, every place of a line, nothing touched beside the matrix."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.kernels import library, processor
from pellucid.kernels.call import Call, Share, reads, updates, writes
from tests.support.twins import Placed, run

if library.mode() != "compiled" or not processor.has_wide_vectors():
    pytest.skip("made for AVX-512", allow_module_level=True)

ROUNDING = 1e-6  # of each number that is added


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.normal(size=shape).astype(np.float32)


def check_product(columns: int, depth: int, offset: int) -> None:
    rng = np.random.default_rng(columns)
    x, w = Placed(normal(rng, 1, depth), "x"), Placed(normal(rng, depth, columns), "w", offset)
    b = Placed(normal(rng, columns), "b")
    y = Placed(np.full((1, columns), np.nan, np.float32), "y", offset // 2 * 4 % 64)
    accesses = [reads(x.buffer, Share.ROWS), reads(w.buffer), reads(b.buffer), writes(y.buffer)]
    run([Call("linear.forward", 1, 1, depth, columns, 0, *accesses)], [x, w, b, y], 1)
    np.testing.assert_allclose(y.array, x.array.astype(np.float64) @ w.array + b.array, rtol=0, atol=ROUNDING * depth)


@pytest.mark.parametrize("columns", range(17, 129))
def test_product(columns: int) -> None:
    check_product(columns, depth=1 + columns % 37, offset=4 * (columns % 16))


def test_product_with_a_matrix_larger_than_the_cache() -> None:
    check_product(100, depth=3000, offset=16)


def check_outer_product(columns: int, inputs: int, add: bool, ranks: int) -> None:
    rng = np.random.default_rng(columns)
    x, grad = Placed(normal(rng, 1, inputs), "x"), Placed(normal(rng, 1, columns), "grad")
    before = normal(rng, inputs, columns)
    dw = Placed(before, "dw", 4 * (columns % 16))
    target = updates(dw.buffer) if add else writes(dw.buffer)
    call = Call("linear.weight_gradient", 1, 1, inputs, columns, add, reads(x.buffer), reads(grad.buffer), target)
    run([call], [x, grad, dw], ranks)
    np.testing.assert_allclose(dw.array, x.array.T * grad.array + (before if add else 0), rtol=1e-5, atol=1e-6)
    grad.array[0, 0] = np.inf  # a number that must not be seen by the columns beside it, not even times zero
    run([call], [x, grad, dw], ranks)
    assert np.isfinite(dw.array[:, 1:]).all()


@pytest.mark.parametrize("ranks", [1, 3])
@pytest.mark.parametrize("add", [False, True])
@pytest.mark.parametrize("columns", [1, 2, 9, 10, 16, 17, 31, 50, 64, 100, 127, 128, 129, 300])
def test_outer_product(columns: int, add: bool, ranks: int) -> None:
    check_outer_product(columns, 45, add, ranks)


def test_outer_product_larger_than_the_cache() -> None:
    check_outer_product(100, 3000, add=True, ranks=2)
