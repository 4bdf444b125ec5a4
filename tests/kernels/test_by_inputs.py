"""Products of which each rank makes the part of its inputs: any sizes, any number of ranks, rows side by side or anywhere."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.kernels import library, processor
from pellucid.kernels.call import Call, Scratch, Share, reads, writes
from tests.support.twins import Placed, run

if library.mode() != "compiled":
    pytest.skip("kernels are not compiled here", allow_module_level=True)

ROUNDING = 1e-6  # of each number that is added
SIZES = [(1, 3, 17), (2, 40, 30), (5, 113, 64), (7, 230, 65), (13, 500, 100), (50, 421, 128), (6, 30, 129)]


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(shape).normal(size=shape).astype(np.float32)


def parts_of(size: int, ranks: int) -> Placed:
    """Full of what must not be seen."""
    scratch = Scratch(size)
    scratch.for_ranks(ranks)
    return Placed(np.full(scratch.shape, np.nan, np.float32), "parts")


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("ranks", [1, 2, 3, 5])
@pytest.mark.parametrize(("rows", "inputs", "outputs"), SIZES)
def test_parts_add_up_to_the_product(rows: int, inputs: int, outputs: int, ranks: int, in_place: bool) -> None:
    if in_place and (not processor.has_wide_vectors() or outputs > 128):
        pytest.skip("rows stay in place for register tiles alone: AVX-512, up to 128 columns")
    x, w, b = Placed(normal(rows, inputs), "x"), Placed(normal(inputs, outputs), "w", 4), Placed(normal(outputs), "b")
    y, parts = Placed(np.full((rows, outputs), np.nan, np.float32), "y", 4), parts_of(rows * outputs, ranks)
    product = [reads(x.buffer), reads(w.buffer, Share.ROWS), writes(parts.buffer)]
    placed, kernel = [x, w, b, y, parts], "linear.forward_by_inputs"
    if in_place:
        scattered = np.random.default_rng(1).permutation(rows)
        backwards = x.array[np.argsort(scattered)]  # row i lies at scattered[i]
        addresses = backwards.ctypes.data + backwards.strides[0] * scattered
        table = Placed(np.tile(addresses, (ranks, 1)), "rows of x")
        product[0] = reads(table.buffer, Share.ROWS)
        placed, kernel = [table, w, b, y, parts], "linear.forward_by_inputs_of_rows"
    sizes = (rows, 1, inputs, outputs)
    calls = [
        Call(kernel, *sizes, *product),
        Call("linear.add_parts", *sizes, 0, reads(parts.buffer), reads(b.buffer), writes(y.buffer)),
    ]
    for call in calls:
        run([call], placed, ranks)
    np.testing.assert_allclose(y.array, x.array.astype(np.float64) @ w.array + b.array, rtol=0, atol=ROUNDING * (inputs + 10))
