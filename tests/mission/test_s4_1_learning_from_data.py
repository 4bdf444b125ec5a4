"""S4.1: the cost of a straight line, its curve, least squares, logistic regression."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.numerics import cost, gradient_descent, least_squares, logistic_regression

X = Y = [1.0, 2.0, 3.0]


def test_s4_1_the_three_costs():
    """((0 - 1)^2 + (0 - 2)^2 + (0 - 3)^2) / 3 = 14 / 3, and ((2 - 1)^2 + (4 - 2)^2 + (6 - 3)^2) / 3 the same."""
    assert cost(1, X, Y) == 0
    assert cost(0, X, Y) == cost(2, X, Y) == pytest.approx(14 / 3, rel=1e-15)
    assert f"{cost(0, X, Y):.2f}" == f"{cost(2, X, Y):.2f}" == "4.67"


def test_s4_1_the_curve_has_its_minimum_at_1():
    w = np.linspace(-3, 5, 81)
    curve = cost(w, X, Y)
    assert w[curve.argmin()] == pytest.approx(1)
    assert (np.diff(curve, 2) > 0).all()


def test_s4_1_least_squares_and_descent_find_it():
    assert least_squares(X, Y, bias=False).w[0] == pytest.approx(1)
    assert float(gradient_descent(lambda w: cost(float(w), X, Y), 5.0, lr=0.05, step_num=100).x) == pytest.approx(1)


def test_s4_1_logistic_regression_trains():
    """Hours studied and passed or not, as courses have it: between 3 and 4 hours the answer turns."""
    hours, passed = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [0, 0, 0, 1, 1, 1]
    fitted = logistic_regression(hours, passed, lr=0.5, step_num=2000)
    assert fitted.predict(hours).tolist() == passed
    assert 3 < -fitted.b / fitted.w[0] < 4
    assert fitted.descent.values[-1] < 0.2 * fitted.descent.values[0]
