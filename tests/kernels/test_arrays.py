"""Arrays as a whole: fill, copy, add, the sum of squares."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.kernels import library
from pellucid.kernels.call import Buffer, Call, Share, reads, updates, writes
from tests.support.calls import run_calls
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


@pytest.mark.parametrize("ranks", [1, 2, 3, 7])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 16, 34])
def test_a_value_that_is_not_finite_is_found_wherever_it_is(ranks: int, value: float, place: int) -> None:
    x = np.full((5, 7), np.finfo(np.float32).max, np.float32)
    call = Call("arrays.check_finite", *x.shape, reads(Buffer.around(x), Share.ROWS))
    run_calls([call], ranks)
    x.flat[place] = value
    with pytest.raises(AssertionError, match="reported status"):
        run_calls([call], ranks)
