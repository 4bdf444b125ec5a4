"""The numerical gradient: slopes known from the calculus, and an array left as it was."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.errors import ArgumentError, ShapeError
from pellucid.numerics import difference_errors, numerical_diff, numerical_gradient, tangent


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


def test_the_argument_is_the_array_itself_so_that_a_function_may_read_it_from_elsewhere():
    """As the loss of a network reads its weights: f ignores its argument."""
    weights = np.array([[1.0, 2.0], [3.0, 4.0]])
    by_argument = numerical_gradient(lambda w: (w**3).sum(), weights)
    from_elsewhere = numerical_gradient(lambda _: (weights**3).sum(), weights)
    np.testing.assert_array_equal(by_argument, from_elsewhere)
    np.testing.assert_allclose(by_argument, 3 * weights**2, rtol=1e-8)


def test_x_is_left_as_it_was_also_where_the_function_changes_it():
    x = np.array([1.0, 2.0])

    def rude(x):
        x *= 3
        return x.sum()

    numerical_gradient(rude, x)
    assert x.tolist() == [1.0, 2.0]


def test_numbers_that_are_not_an_array_are_copied_to_float64():
    """d(x^2 + y^2) at (3, 4), from integers, which a step of 1e-4 could not change."""
    gradient = numerical_gradient(lambda x: x[0] ** 2 + x[1] ** 2, [3, 4])
    np.testing.assert_allclose(gradient, [6, 8], rtol=1e-9)
    assert gradient.dtype == np.float64


def test_in_float32_the_step_that_was_stored_counts():
    """At 1000 the neighbours in float32 are 6e-5 apart: 1000 + 1e-4 is stored as 1000.00012. The slope of x is 1 for all that."""
    x = np.array([1000.0], np.float32)
    assert numerical_gradient(lambda x: float(x[0]), x) == [1.0]
    assert numerical_gradient(lambda x: float(x[0]), np.array([1e9], np.float32)) == [0.0]  # no step is left at all


@pytest.mark.parametrize(
    ("x", "what"), [(np.array([3, 4]), "an array of int64"), (np.broadcast_to(1.0, (2,)), "a read-only array")]
)
def test_an_array_that_cannot_be_moved_in_place_is_refused(x, what: str):
    with pytest.raises(ArgumentError, match=rf"floats that may be changed.*{what}.*x\.astype"):
        numerical_gradient(lambda x: 0.0, x)


def test_a_function_of_many_values_is_refused_and_x_restored():
    x = np.array([1.0, 2.0])
    with pytest.raises(ShapeError, match=r"must return one number\. Received shape \(2,\)"):
        numerical_gradient(lambda x: x**2, x)
    assert x.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("h", [0, -1e-4, float("nan"), "small"])
def test_the_step_is_positive(h):
    for differentiate in (numerical_diff, numerical_gradient):
        with pytest.raises(ArgumentError, match="h must be a number > 0"):
            differentiate(lambda x: x, 1.0, h)


def test_both_differences_worked_out_in_binary():
    """x^3 at 1 with h = 1/8: (729 - 343) / 512 / (1/4) = 3 + 1/64, and (729 - 512) / 512 / (1/8) = 3 + 3/8 + 1/64."""
    assert numerical_diff(lambda x: x**3, 1.0, h=0.125) == 3 + 1 / 64
    assert numerical_diff(lambda x: x**3, 1.0, h=0.125, method="forward") == 3 + 3 / 8 + 1 / 64


def test_of_an_array_each_entry_has_its_slope():
    x = np.linspace(-2, 2, 9)
    np.testing.assert_allclose(numerical_diff(np.sin, x), np.cos(x), atol=1e-8)


def test_another_method_is_refused_with_a_suggestion():
    with pytest.raises(ArgumentError, match="Did you mean 'central'"):
        numerical_diff(np.sin, 0.0, method="centrall")  # type: ignore[arg-type]


def test_a_tangent_of_a_parabola():
    """x^2 at 3: slope 6 through (3, 9), so it meets the axis at -9."""
    line = tangent(lambda x: x**2, 3.0)
    assert line.slope == pytest.approx(6, rel=1e-9)
    assert line.intercept == pytest.approx(-9, rel=1e-9)
    np.testing.assert_allclose(line(np.array([3.0, 4.0])), [9, 15], rtol=1e-9)


def test_the_error_falls_as_the_square_of_the_step_or_as_the_step():
    """A tenth of the step: a hundredth of the central difference's error, a tenth of the forward one's."""
    steps = [1e-1, 1e-2]
    central = difference_errors(np.exp, np.exp, 1.0, steps)
    forward = difference_errors(np.exp, np.exp, 1.0, steps, method="forward")
    assert central[0] / central[1] == pytest.approx(100, rel=0.01)
    assert forward[0] / forward[1] == pytest.approx(10, rel=0.05)


def test_below_the_best_step_the_error_is_rounding():
    """At 1e-13 the difference of two values near e has but three digits left."""
    best, too_small = difference_errors(np.exp, np.exp, 1.0, [1e-5, 1e-13])
    assert best < 1e-9
    assert too_small > 1e-5
