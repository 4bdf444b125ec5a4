"""Logistic regression against scikit-learn and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, special
from sklearn.linear_model import LogisticRegression as SklearnLogisticRegression

from pellucid.errors import ArgumentError, DataError, ShapeError
from pellucid.numerics import Outcome, gradient_check, logistic_cost, logistic_regression


def overlapping(features: int = 2):
    """Two clouds that no straight line parts, so that the best weights are finite."""
    generator = np.random.default_rng(3)
    y = generator.integers(0, 2, 200)
    return generator.normal(size=(200, features)) + y[:, None], y


def test_it_ends_where_scikit_learn_does():
    """Without a penalty; scikit-learn's solver stops at a gradient of 1e-10."""
    x, y = overlapping()
    fitted = logistic_regression(x, y, lr=2.0, step_num=2000)
    peer = SklearnLogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(x, y)
    assert fitted.descent.outcome is Outcome.CONVERGED
    np.testing.assert_allclose(fitted.w, peer.coef_[0], rtol=1e-5)
    assert fitted.b == pytest.approx(peer.intercept_[0], rel=1e-5)
    np.testing.assert_allclose(fitted.predict_proba(x), peer.predict_proba(x)[:, 1], rtol=1e-5)
    np.testing.assert_array_equal(fitted.predict(x), peer.predict(x))


def test_with_the_lectures_squared_error_it_ends_where_scipy_does():
    x, y = overlapping(1)
    fitted = logistic_regression(x, y, lr=2.0, step_num=5000, cost="squared_error")
    theirs = optimize.minimize(lambda p: ((special.expit(x[:, 0] * p[0] + p[1]) - y) ** 2).mean(), np.zeros(2), tol=1e-10)
    np.testing.assert_allclose(fitted.descent.x, theirs.x, rtol=1e-4)


@pytest.mark.parametrize("cost", ["cross_entropy", "squared_error"])
def test_the_gradient_that_it_descends_is_that_of_the_cost(cost):
    """One step of length 1 from 0 is minus the gradient there."""
    x, y = overlapping()
    first_step = logistic_regression(x, y, lr=1.0, step_num=1, cost=cost).descent.x
    assert gradient_check(lambda p: logistic_cost(p[:-1], p[-1], x, y, cost), -first_step, np.zeros(3))


def test_through_a_sigmoid_the_squared_error_is_not_convex_and_cross_entropy_is():
    """A convex curve lies below its chords: its second differences are >= 0. One sample, x = 1, y = 1."""
    w = np.linspace(-8, 8, 161)
    second = {
        cost: np.diff([logistic_cost([v], 0.0, [1.0], [1], cost) for v in w], 2) for cost in ("cross_entropy", "squared_error")
    }
    assert second["cross_entropy"].min() > 0
    assert second["squared_error"].min() < -1e-4


def test_where_a_line_parts_the_classes_the_weights_keep_growing():
    x, y = [1.0, 2.0, 3.0, 4.0], [0, 0, 1, 1]
    shorter, longer = (logistic_regression(x, y, lr=1.0, step_num=n) for n in (500, 5000))
    assert longer.w[0] > shorter.w[0] > 0
    assert longer.predict(x).tolist() == y


def test_the_cost_of_weights_far_off_is_finite():
    """log(1 + e^1000) = 1000."""
    assert logistic_cost([1000.0], 0.0, [1.0], [0]) == 1000.0
    assert logistic_cost([-1000.0], 0.0, [1.0], [0]) == 0.0


def test_arguments_are_checked():
    with pytest.raises(DataError, match=r"labels must be 0 or 1\. Received \[1\.0, 2\.0\]"):
        logistic_regression([1.0, 2.0], [1, 2])
    with pytest.raises(ShapeError, match=r"Received \(2,\) and \(3,\)"):
        logistic_regression([1.0, 2.0], [0, 1, 0])
    with pytest.raises(ArgumentError, match="Did you mean 'squared_error'"):
        logistic_regression([1.0, 2.0], [0, 1], cost="squared_eror")  # type: ignore[arg-type]
