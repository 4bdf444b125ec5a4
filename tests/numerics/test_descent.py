"""Gradient descent on functions whose path is known from their equation."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.errors import ArgumentError, ShapeError
from pellucid.numerics import Outcome, gradient_descent


def bowl(x):
    return x[0] ** 2 + x[1] ** 2


def test_the_path_on_a_bowl_shrinks_by_the_same_factor_each_step():
    """x - lr 2x = (1 - 2 lr) x."""
    descent = gradient_descent(bowl, [-3.0, 4.0], lr=0.1, step_num=20)
    np.testing.assert_allclose(descent.path, np.outer(0.8 ** np.arange(21), [-3, 4]), rtol=1e-7)
    np.testing.assert_allclose(descent.values, 25 * 0.64 ** np.arange(21), rtol=1e-7)
    np.testing.assert_allclose(descent.gradient_norms, 10 * 0.8 ** np.arange(21), rtol=1e-7)
    assert descent.steps == 20


def test_it_unpacks_into_the_point_and_the_path():
    x, path = gradient_descent(bowl, [-3.0, 4.0], lr=0.1, step_num=5)
    np.testing.assert_array_equal(path[0], [-3, 4])
    np.testing.assert_array_equal(path[-1], x)


def test_the_first_point_is_left_as_it_was():
    start = np.array([-3.0, 4.0])
    gradient_descent(bowl, start, lr=0.1, step_num=5)
    assert start.tolist() == [-3.0, 4.0]


def test_a_gradient_of_ones_own_is_used_instead_of_differences():
    """f is called once a point, for its value alone: 11 points."""
    calls = 0

    def f(x):
        nonlocal calls
        calls += 1
        return bowl(x)

    descent = gradient_descent(f, [-3.0, 4.0], lr=0.1, step_num=10, gradient=lambda x: 2 * x)
    np.testing.assert_allclose(descent.x, 0.8**10 * np.array([-3, 4]), rtol=1e-14)
    assert calls == 11


@pytest.mark.parametrize(
    ("lr", "outcome"),
    [(0.1, Outcome.CONVERGED), (1e-10, Outcome.STILL_MOVING), (1.0, Outcome.STILL_MOVING), (1.1, Outcome.DIVERGED)],
)
def test_the_outcome_by_the_learning_rate(lr: float, outcome: Outcome):
    """On the bowl the factor is 1 - 2 lr: within (-1, 1) it converges, at -1 it hops for ever, beyond it flies away."""
    descent = gradient_descent(bowl, [-3.0, 4.0], lr=lr, step_num=100, gradient=lambda x: 2 * x)
    assert descent.outcome is outcome
    assert str(descent).startswith(outcome.value)


def test_what_flew_so_far_that_its_numerical_gradient_is_0_has_still_diverged():
    """At 1e13 x + 1e-4 is x: the differences are 0, and the descent stands still."""
    descent = gradient_descent(bowl, [-3.0, 4.0], lr=10.0, step_num=100)
    assert descent.gradient_norms[-1] == 0
    assert descent.outcome is Outcome.DIVERGED


def test_it_ends_where_values_overflow_without_a_warning():
    descent = gradient_descent(lambda x: (x**4).sum(), [10.0], lr=1.0, step_num=100, gradient=lambda x: 4 * x**3)
    assert descent.steps < 100
    assert not np.isfinite(descent.values[-1])
    assert descent.outcome is Outcome.DIVERGED


def test_a_saddle_point_looks_like_a_minimum_to_a_gradient():
    """x^2 - y^2 from (1, 0): y's slope is 0 all the way, so it ends at the saddle."""
    descent = gradient_descent(lambda x: x[0] ** 2 - x[1] ** 2, [1.0, 0.0], lr=0.1, step_num=100)
    np.testing.assert_allclose(descent.x, 0, atol=1e-9)
    assert descent.outcome is Outcome.CONVERGED
    assert "saddle" in str(descent)


def test_any_shape_and_one_number():
    whole = gradient_descent(lambda x: (x**2).sum(), np.ones((2, 3)), lr=0.25, step_num=3)
    assert whole.path.shape == (4, 2, 3)
    alone = gradient_descent(lambda x: float(x) ** 2, 1.0, lr=0.25, step_num=3)
    np.testing.assert_allclose(alone.path, [1, 0.5, 0.25, 0.125], rtol=1e-9)


def test_no_step_is_a_path_of_one_point():
    descent = gradient_descent(bowl, [1.0, 1.0], step_num=0)
    assert descent.path.shape == (1, 2)
    assert descent.values.tolist() == [2.0]


def test_arguments_are_checked():
    with pytest.raises(ArgumentError, match="lr must be a number >= 0"):
        gradient_descent(bowl, [1.0, 1.0], lr=-0.1)
    with pytest.raises(ArgumentError, match="step_num must be an integer >= 0"):
        gradient_descent(bowl, [1.0, 1.0], step_num=1.5)  # type: ignore[arg-type]
    with pytest.raises(ShapeError, match=r"shape of x, \(2,\)\. Received \(3,\)"):
        gradient_descent(bowl, [1.0, 1.0], gradient=lambda x: np.zeros(3))
