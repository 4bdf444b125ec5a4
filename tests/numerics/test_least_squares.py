"""Least squares against worked arithmetic and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from pellucid.errors import ShapeError
from pellucid.numerics import cost, cost_gradient, gradient_check, gradient_descent, least_squares


def test_cost_on_points_off_the_line():
    """(1, 2) and (3, 1) with w = 1: ((1 - 2)^2 + (3 - 1)^2) / 2."""
    assert cost(1, [1, 3], [2, 1]) == 2.5


def test_the_curve_is_a_parabola_around_its_minimum():
    """cost(w) = 14/3 (w - 1)^2 on the three points."""
    w = np.linspace(-3, 5, 17)
    np.testing.assert_allclose(cost(w), 14 / 3 * (w - 1) ** 2, atol=1e-12)
    np.testing.assert_allclose(cost_gradient(w), 28 / 3 * (w - 1), atol=1e-12)


def test_the_slope_is_that_of_the_cost():
    x, y = [1.0, 3.0, -2.0], [2.0, 1.0, 0.5]
    assert gradient_check(lambda w: cost(float(w), x, y), lambda w: np.asarray(cost_gradient(float(w), x, y)), 0.7)


def test_descent_on_the_cost_ends_where_least_squares_does():
    x, y = [1.0, 2.0, 3.0], [1.1, 1.9, 3.2]
    descended = gradient_descent(lambda w: cost(float(w), x, y), 5.0, lr=0.1, step_num=100)
    assert float(descended.x) == pytest.approx(float(least_squares(x, y, bias=False).w[0]), rel=1e-8)


def test_a_line_with_a_bias_as_scipy_fits_it():
    generator = np.random.default_rng(0)
    x = generator.normal(size=50)
    y = 3 * x - 2 + generator.normal(size=50)
    ours, theirs = least_squares(x, y), stats.linregress(x, y)
    assert ours.w[0] == pytest.approx(theirs.slope, rel=1e-12)
    assert ours.b == pytest.approx(theirs.intercept, rel=1e-12)
    np.testing.assert_allclose(ours.predict(x), theirs.slope * x + theirs.intercept, rtol=1e-10)
    assert ours.cost == pytest.approx(((ours.predict(x) - y) ** 2).mean())


def test_several_features_as_scipy_minimises_them():
    generator = np.random.default_rng(1)
    x, y = generator.normal(size=(30, 3)), generator.normal(size=30)
    ours = least_squares(x, y, bias=False)
    theirs = optimize.minimize(lambda w: ((x @ w - y) ** 2).mean(), np.zeros(3), tol=1e-12)
    np.testing.assert_allclose(ours.w, theirs.x, rtol=1e-5)
    assert ours.b == 0


def test_of_equally_good_weights_the_shortest():
    """One sample, two features: w1 + w2 = 2 is met best by (1, 1)."""
    np.testing.assert_allclose(least_squares([[1.0, 1.0]], [2.0], bias=False).w, [1, 1])


def test_lengths_that_differ_are_refused():
    with pytest.raises(ShapeError, match="of one length"):
        cost(1, [1, 2], [1])
    with pytest.raises(ShapeError, match="not empty"):
        least_squares([], [])
    with pytest.raises(ShapeError, match=r"Received \(2,\) and \(3,\)"):
        least_squares([1.0, 2.0], [1.0, 2.0, 3.0])
