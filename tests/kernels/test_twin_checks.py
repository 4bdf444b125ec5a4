"""The checks that twins pass would notice a call that does not do what it declares."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.kernels import library
from pellucid.kernels.call import Call, Share, reads, writes
from tests.support.twins import Placed, assert_near, run

if library.mode() != "compiled":
    pytest.skip("twins are compiled kernels, and PELLUCID_KERNELS=reference", allow_module_level=True)


def test_a_write_beyond_the_buffer_is_noticed() -> None:
    place = Placed(np.zeros((2, 3), np.float32), "x")
    with pytest.raises(AssertionError, match="wrote outside its share"):
        run([Call("arrays.fill", 3, 3, 1.0, writes(place.buffer))], [place], 1)


def test_a_write_to_anothers_share_is_noticed() -> None:
    place = Placed(np.zeros((6, 1), np.float32), "x")
    with pytest.raises(AssertionError, match="wrote outside its share"):
        run([Call("arrays.fill", 6, 1, 1.0, writes(place.buffer, Share.ONE))], [place], 2)


def test_a_write_that_is_not_declared_is_noticed() -> None:
    source, target = Placed(np.ones((2, 3), np.float32), "source"), Placed(np.zeros((2, 3), np.float32), "target")
    with pytest.raises(AssertionError, match="wrote outside its share"):
        run([Call("arrays.copy", 2, 3, reads(source.buffer), reads(target.buffer))], [source, target], 1)


def test_a_read_of_rows_that_are_not_declared_spoils_the_result() -> None:
    places = [Placed(np.ones(s, np.float32), "") for s in ((2, 4), (4, 4), (4,), (2, 4))]
    x, w, b, y = (p.buffer for p in places)
    by_rows, whole = reads(w, Share.ROWS), reads(w)
    for declared, is_right in ((by_rows, False), (whole, True)):
        run([Call("linear.forward", 2, 1, 4, 4, 0, reads(x, Share.ROWS), declared, reads(b), writes(y))], places, 2)
        assert np.isnan(places[-1].array).any() != is_right
    assert_near(places[-1].array, np.full((2, 4), 5.0), "1 * 1 four times, plus 1")
