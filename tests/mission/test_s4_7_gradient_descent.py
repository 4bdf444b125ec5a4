"""S4.7: gradient descent; the learning rate too large and too small; saddle points and plateaus."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.numerics import Outcome, gradient_descent
from tests.mission.test_s4_6_gradient_as_a_vector_field import function_2

START = np.array([-3.0, 4.0])


@pytest.mark.parametrize(
    ("lr", "outcome", "printed"),
    [
        (0.1, Outcome.CONVERGED, "[-6.11110793e-10  8.14814391e-10]"),
        (10.0, Outcome.DIVERGED, "[-2.58983747e+13 -1.29524862e+12]"),
        (1e-10, Outcome.STILL_MOVING, "[-2.99999994  3.99999992]"),
    ],
)
def test_s4_7_a_right_a_too_large_and_a_too_small_learning_rate(lr: float, outcome: Outcome, printed: str):
    """100 steps from (-3, 4); the printed points are those of Saito, Deep Learning from Scratch, section 4.4.1."""
    descent = gradient_descent(function_2, START, lr=lr, step_num=100)
    assert str(descent.x) == printed
    assert descent.outcome is outcome
    assert descent.path.shape == (101, 2)


def test_s4_7_divergence_is_named():
    assert str(gradient_descent(function_2, START, lr=10.0, step_num=100)).startswith("diverged after 100 steps")
    assert "smaller learning rate" in str(gradient_descent(function_2, START, lr=10.0, step_num=100))


def test_s4_7_a_saddle_point_holds_a_descent_that_does_not_leave_its_ridge():
    """x0^2 - x1^2 falls without end along x1. From x1 = 0 descent stops at the saddle; the least push off, and it goes on."""

    def saddle(x):
        return x[0] ** 2 - x[1] ** 2

    on_the_ridge = gradient_descent(saddle, [1.0, 0.0], lr=0.1, step_num=100)
    beside_it = gradient_descent(saddle, [1.0, 1e-6], lr=0.1, step_num=100)
    assert on_the_ridge.outcome is Outcome.CONVERGED
    np.testing.assert_allclose(on_the_ridge.x, 0, atol=1e-8)
    assert beside_it.values[-1] < -1


def test_s4_7_on_a_plateau_the_same_rate_and_steps_hardly_move():
    """1 - e^(-x^2): at 0.5 steep, at 3 the slope is 6 e^-9 = 0.0007."""

    def plain(x):
        return 1 - np.exp(-(x[0] ** 2))

    near = gradient_descent(plain, [0.5], lr=0.1, step_num=100)
    far = gradient_descent(plain, [3.0], lr=0.1, step_num=100)
    assert abs(near.x[0]) < 1e-6
    assert 2.9 < far.x[0] < 3.0
    assert far.outcome is Outcome.STILL_MOVING
