"""Running sums in float64."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.kernels import library
from pellucid.kernels.call import Call, Share, reads, updates
from tests.support.twins import Placed, run

if library.mode() != "compiled":
    pytest.skip("these are compiled kernels, and PELLUCID_KERNELS=reference", allow_module_level=True)


def test_add_sum_in_float64() -> None:
    """Ten million and a thousand small numbers: in float32 the small ones would be lost one by one."""
    values = Placed(np.array([1e7, *[0.125] * 1000], np.float32), "values")
    totals = Placed(np.array([1.0, 2.0, 3.0]), "totals")
    call = Call("totals.add_sum", 1001, reads(values.buffer, Share.ONE), updates(totals.buffer, Share.ONE), 1)
    run([call, call], [values, totals], 3)
    assert totals.array.tolist() == [1.0, 2.0 + 2 * (1e7 + 125), 3.0]


def test_add_scaled() -> None:
    value, totals = Placed(np.array(0.5, np.float32), "value"), Placed(np.array([1.0, 2.0]), "totals")
    call = Call("totals.add_scaled", reads(value.buffer, Share.ONE), 128.0, updates(totals.buffer, Share.ONE), 0)
    run([call], [value, totals], 2)
    assert totals.array.tolist() == [65.0, 2.0]


def test_no_values_add_nothing() -> None:
    values, totals = Placed(np.zeros(0, np.float32), "values"), Placed(np.array([1.5]), "totals")
    run([Call("totals.add_sum", 0, reads(values.buffer, Share.ONE), updates(totals.buffer, Share.ONE), 0)], [values, totals], 2)
    assert totals.array.tolist() == [1.5]


def test_add_rows() -> None:
    """Sums of columns, worked by hand."""
    values = Placed(np.array([[[1.0, 2.0]], [[10.0, 20.0]], [[1e8, 0.5]]], np.float32), "values")
    totals = Placed(np.array([[0.5, 0.0]]), "totals")
    run([Call("totals.add_rows", 3, 2, reads(values.buffer, Share.ONE), updates(totals.buffer, Share.ONE))], [values, totals], 2)
    assert totals.array.tolist() == [[0.5 + 11 + 1e8, 22.5]]
