"""Backpropagation beside the numerical gradient: what is reported, and what is left as it was."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.autodiff import Parameter, Tensor
from pellucid.lens import GradientComparison, compare_gradients
from pellucid.lens.gradient_comparison import compare_gradients_by
from pellucid.ops import stop_gradient


def parameter(*values: float) -> Parameter:
    return Parameter(np.array(values), name="p")


def test_a_quadratic_agrees_but_for_rounding():
    p, q = parameter(2.0, -1.0), parameter(0.5)
    assert compare_gradients(lambda: (p * p).sum() + (p * q).sum(), [p, q]).worst < 1e-8


def test_a_wrong_gradient_is_told_by_its_difference_relative_to_the_largest_entry():
    """L = 3 p0 + 4 p1, of which backpropagation is kept from seeing p1's part: gradient (3, 0) beside (3, 4), so 4 / 3."""
    p = parameter(1.0, 1.0)
    hidden = np.array([0.0, 4.0])
    result = compare_gradients(lambda: (p * np.array([3.0, 0.0])).sum() + (stop_gradient(p) * hidden).sum(), [p])
    assert result.worst == pytest.approx(4 / 3, rel=1e-8)


def test_the_worst_of_all_parameters_counts_by_the_largest_entry_of_all():
    """By p the gradient is 8 both ways, by q 2 on one side and 0 on the other: 2 / 8."""
    p, q = parameter(1.0), parameter(1.0)
    result = compare_gradients(lambda: (8 * p).sum() + (2 * stop_gradient(q)).sum(), [p, q])
    assert result.worst == pytest.approx(0.25, rel=1e-8)


def test_the_place_of_the_worst_is_named():
    p, q = parameter(1.0, 1.0), parameter(1.0, 1.0, 1.0)
    hidden = np.array([0.0, 0.0, 2.0])
    result = compare_gradients(lambda: (8 * p).sum() + (stop_gradient(q) * hidden).sum(), [p, q])
    assert result.place == "2. p[2]"
    assert str(result).endswith("Largest relative difference: 2.5e-01, in 2. p[2].")


def test_a_gradient_that_is_not_finite_is_the_worst_wherever_it_stands():
    gradients = {"W": np.array([1.0, np.nan]), "b": np.array([3.0])}
    result = compare_gradients_by(lambda: gradients, lambda: {"W": np.ones(2), "b": np.zeros(1)})
    assert result.worst == np.inf
    assert result.place == "W[1]"


def test_a_parameter_that_the_loss_does_not_use_has_the_gradient_0_both_ways():
    used, unused = parameter(1.0), parameter(1.0, 2.0)
    assert compare_gradients(lambda: (3 * used).sum(), [used, unused]).worst < 1e-8
    assert compare_gradients(lambda: (3 * used).sum(), [unused]).worst == 0.0


def test_values_are_left_as_they_were_and_earlier_gradients_do_not_count():
    p = parameter(0.1, 0.7)
    (p * p).sum().backward()
    assert compare_gradients(lambda: (p * p).sum(), [p]).worst < 1e-8
    assert p.numpy().tolist() == [0.1, 0.7]


def test_values_are_left_as_they_were_where_the_loss_fails():
    p = parameter(0.1, 0.7)
    evaluations = 0

    def failing() -> Tensor:
        nonlocal evaluations
        evaluations += 1
        if evaluations == 4:
            raise ZeroDivisionError
        return (p * p).sum()

    with pytest.raises(ZeroDivisionError):
        compare_gradients(failing, [p])
    assert p.numpy().tolist() == [0.1, 0.7]


def test_the_report_names_both_times_their_ratio_and_the_difference():
    result = GradientComparison(worst=2.5e-9, backpropagation_seconds=0.002, numerical_seconds=3.0)
    assert result.speed_ratio == 1500
    assert str(result) == (
        "Backpropagation took 2 ms, the numerical gradient 3e+03 ms: 1,500 times as long. Largest relative difference: 2.5e-09."
    )
