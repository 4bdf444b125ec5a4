"""Activations and losses of plain arrays."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from pellucid.errors import DataError, ShapeError
from pellucid.scratch import (
    cross_entropy_error,
    identity_function,
    mean_squared_error,
    relu,
    sigmoid,
    softmax,
    step_function,
)

X = np.array([-2.0, -0.0, 0.0, 0.5, 3.0])


def test_activations_against_scipy_and_by_hand():
    assert step_function(X).tolist() == [0, 0, 0, 1, 1]
    assert step_function(X).dtype.kind == "i"
    assert relu(X).tolist() == [0, 0, 0, 0.5, 3]
    np.testing.assert_allclose(sigmoid(X), special.expit(X), rtol=1e-15)
    np.testing.assert_allclose(softmax(X), special.softmax(X), rtol=1e-14)
    assert identity_function(X) is X


@pytest.mark.parametrize("function", [sigmoid, relu])
def test_numbers_lists_and_integers_are_computed_in_float64_and_float32_stays(function):
    assert isinstance(function(0.3), np.float64)
    assert function([1, 2]).dtype == np.float64
    assert function(np.array([1.0], np.float32)).dtype == np.float32
    assert function(np.zeros((2, 3))).shape == (2, 3)


def test_softmax_takes_each_row_of_a_batch_by_itself():
    rows = softmax(np.array([[0.0, 0.0], [1000.0, 0.0]]))
    np.testing.assert_array_equal(rows, [[0.5, 0.5], [1, 0]])


def test_one_hot_targets_and_labels_give_the_same_in_a_batch():
    """-(log 0.25 + log 0.5) / 2 = (3 log 2) / 2, but for 1e-7."""
    y, labels = np.array([[0.25, 0.75], [0.5, 0.5]]), np.array([0, 1])
    expected = pytest.approx(1.5 * np.log(2), abs=1e-6)
    assert cross_entropy_error(y, labels) == expected
    for dtype in (int, float):
        assert cross_entropy_error(y, np.eye(2, dtype=dtype)[labels]) == cross_entropy_error(y, labels)


def test_targets_that_are_shares_count_by_their_share():
    """1/2 and 1/2 of two classes: the mean of both logarithms."""
    y = np.array([0.25, 0.75])
    assert cross_entropy_error(y, [0.5, 0.5]) == pytest.approx(-0.5 * np.log(0.25 * 0.75), abs=1e-6)


def test_the_logarithm_of_0_is_that_of_1e_7():
    assert cross_entropy_error(np.array([0.0, 1.0]), 0) == pytest.approx(16.11809565, abs=1e-8)


def test_what_does_not_fit_is_refused():
    with pytest.raises(DataError, match=r"labels must be 0 to 1\. Received 0 to 2"):
        cross_entropy_error(np.full((2, 2), 0.5), np.array([0, 2]))
    with pytest.raises(ShapeError, match=r"one-hot, of the shape of y, \(2, 2\).*Received int64 \(3,\)"):
        cross_entropy_error(np.full((2, 2), 0.5), np.array([0, 1, 1]))
    with pytest.raises(ShapeError, match=r"shape of y, \(2,\)\. Received \(3,\)"):
        mean_squared_error([1.0, 2.0], [1, 2, 3])
