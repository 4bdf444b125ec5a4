"""S4.5: central and forward differences, a step that is too small, tangents, partial derivatives."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.numerics import difference_errors, numerical_diff, tangent


def function_1(x):
    return 0.01 * x**2 + 0.1 * x


def test_s4_5_the_partial_derivatives_to_every_digit():
    """Of x0^2 + x1^2 at (3, 4).

    The lecture prints 6.0000000000000378 for the first. That is a misprint, with two zeros too many: values near 25 stand
    3.6e-15 apart, so their differences, divided by 2e-4, stand 1.8e-11 apart, and none falls 3.8e-14 from 6. The listing
    gives 6.00000000000378.
    """
    assert repr(numerical_diff(lambda x0: x0 * x0 + 4.0**2.0, 3.0)) == "6.00000000000378"
    assert repr(numerical_diff(lambda x1: 3.0**2.0 + x1 * x1, 4.0)) == "7.999999999999119"
    assert np.spacing(25.0) / 2e-4 > 100 * 3.78e-14


def test_s4_5_a_step_of_10e_50_leaves_nothing():
    """10e-50 is 1e-49, and 5 + 1e-49 is 5. In float32 even the step itself is 0."""
    assert numerical_diff(function_1, 5.0, h=10e-50, method="forward") == 0.0
    assert numerical_diff(function_1, 5.0, h=1e-50, method="forward") == 0.0
    assert np.float32(1e-50) == 0


def test_s4_5_the_central_difference_is_nearer_than_the_forward_one():
    """The forward one is off by h f'' / 2 = 1e-4 * 0.01; the central one by nothing, since f''' is 0."""
    central, forward = (abs(numerical_diff(function_1, 5.0, method=m) - 0.2) for m in ("central", "forward"))
    assert forward == pytest.approx(1e-6, rel=1e-3)
    assert central < 1e-11


@pytest.mark.parametrize(("x", "slope"), [(5.0, 0.2), (10.0, 0.3)])
def test_s4_5_tangents_at_5_and_10(x: float, slope: float):
    """0.02 x + 0.1. The line touches the curve: it meets it at x, and lies below it elsewhere."""
    line = tangent(function_1, x)
    assert line.slope == pytest.approx(slope, abs=1e-11)
    assert line(x) == pytest.approx(function_1(x), rel=1e-12)
    elsewhere = np.array([0.0, x - 1, x + 1, 20.0])
    assert (line(elsewhere) < function_1(elsewhere)).all()


def test_s4_5_the_printed_slopes():
    """What the listing prints at 5 and 10, by the book after which the lecture is made."""
    assert repr(numerical_diff(function_1, 5)) == "0.1999999999990898"
    assert repr(numerical_diff(function_1, 10)) == "0.2999999999986347"


def test_s4_5_the_error_over_the_step_falls_and_rises_again():
    """Truncation on the right, rounding on the left; the least lies near eps^(1/3) and eps^(1/2)."""
    steps = np.logspace(-15, 0, 61)
    for method, best in (("central", 6e-6), ("forward", 1.5e-8)):
        errors = difference_errors(np.sin, np.cos, 1.0, steps, method=method)
        lowest = steps[errors.argmin()]
        assert best / 100 < lowest < best * 100
        assert errors[0] > 1e3 * errors.min()
        assert errors[-1] > 1e3 * errors.min()
