"""The numerical gradient: slopes known from the calculus, and an array left as it was."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.numerics.differentiation import numerical_gradient


def test_a_quadratic_has_its_own_slope_but_for_rounding():
    """x0^2 + 3 x0 x1 at (2, -1): d/dx0 = 2 * 2 + 3 * (-1) = 1, d/dx1 = 3 * 2 = 6. Central differences have no error there."""
    x = np.array([2.0, -1.0])
    np.testing.assert_allclose(numerical_gradient(lambda _: float(x[0] ** 2 + 3 * x[0] * x[1]), x), [1.0, 6.0], rtol=1e-10)


def test_the_error_of_a_cube_is_the_square_of_the_step():
    """((x + h)^3 - (x - h)^3) / 2h = 3 x^2 + h^2: with h = 1/8 and x = 1 that is 3 + 1/64, exactly in binary."""
    x = np.array(1.0)
    assert numerical_gradient(lambda _: float(x**3), x, h=0.125) == 3 + 1 / 64


def test_an_entry_a_place_in_the_shape_of_x():
    """f = sum of i * x_i: the slope at the i-th place is i."""
    x, weights = np.zeros((2, 3)), np.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(numerical_gradient(lambda _: float((weights * x).sum()), x), weights, rtol=1e-12)
    assert numerical_gradient(lambda _: 1.0, np.zeros((0, 3))).shape == (0, 3)


def test_the_slope_at_a_kink_is_that_of_both_sides_together():
    """|x| at 0: (h - h) / 2h = 0."""
    x = np.array([0.0])
    assert numerical_gradient(lambda _: float(abs(x[0])), x) == [0.0]


def test_x_is_left_as_it_was_to_the_bit():
    x = np.array([0.1, 1e20, -3.0])
    before = x.tobytes()
    numerical_gradient(lambda _: float(x.sum()), x)
    assert x.tobytes() == before


@pytest.mark.parametrize("evaluation", [1, 2, 3, 4])
def test_x_is_left_as_it_was_also_where_the_function_raises(evaluation: int):
    x = np.array([0.1, 0.7])
    evaluations = 0

    def failing(_) -> float:
        nonlocal evaluations
        evaluations += 1
        if evaluations == evaluation:
            raise ZeroDivisionError
        return 0.0

    with pytest.raises(ZeroDivisionError):
        numerical_gradient(failing, x)
    assert x.tolist() == [0.1, 0.7]
