"""The gradient check: it passes what is right, and names the entry that is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.errors import ShapeError
from pellucid.numerics import gradient_check

X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def cubes(x):
    return (x**3).sum()


def test_the_right_derivative_passes_in_full_and_along_directions():
    for directions in (None, 3):
        check = gradient_check(cubes, lambda x: 3 * x**2, X, directions=directions)
        assert check
        assert check.worst < 1e-9


def test_a_wrong_entry_is_named_with_both_its_values():
    """3 x^2 at 6 is 108; 107 is off by 1/108 of the largest entry."""
    wrong = 3 * X**2
    wrong[1, 2] = 107
    check = gradient_check(cubes, wrong, X)
    assert not check.passed
    assert check.place == (1, 2)
    assert check.worst == pytest.approx(1 / 108, rel=1e-6)
    report = str(check)
    assert "DIFFER" in report
    assert "Worst at x[1, 2]: derivative 107, numerical 108" in report
    assert "derivative:\n[[  3.  12.  27.]" in report
    assert "numerical:\n" in report


def test_directions_find_a_wrong_entry_too():
    """The error e_(1,2) has a part along every random direction."""
    wrong = 3 * X**2
    wrong[1, 2] = 107
    check = gradient_check(cubes, wrong, X, directions=5)
    assert not check
    assert check.derivative.shape == (5,)
    assert "direction" in str(check)


def test_directions_cost_two_evaluations_each_however_large_x_is():
    calls = 0

    def f(x):
        nonlocal calls
        calls += 1
        return (x**2).sum()

    assert gradient_check(f, lambda x: 2 * x, np.ones(100_000), directions=3)
    assert calls == 6


def test_a_gradient_that_is_not_finite_fails():
    check = gradient_check(cubes, np.full(X.shape, np.nan), X)
    assert not check
    assert check.worst == np.inf


def test_x_is_left_as_it_was_whatever_the_function_does():
    x = X.copy()

    def rude(x):
        x += 1
        return x.sum()

    gradient_check(rude, np.ones(X.shape), x)
    np.testing.assert_array_equal(x, X)


def test_a_gradient_of_0_and_no_entries_at_all():
    assert gradient_check(lambda x: 5.0, np.zeros(2), [1.0, 2.0])
    empty = gradient_check(lambda x: 5.0, np.zeros((0, 2)), np.zeros((0, 2)))
    assert empty
    assert empty.place == ()
    assert "agree" in str(empty)


def test_another_shape_is_refused():
    with pytest.raises(ShapeError, match=r"shape of x, \(2, 3\)\. Received \(6,\)"):
        gradient_check(cubes, np.zeros(6), X)
