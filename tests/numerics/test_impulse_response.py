"""Impulse responses of systems whose response is known, and that convolving with them is the system."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from pellucid.errors import ArgumentError, ShapeError
from pellucid.numerics import convolve, impulse_response


def test_a_recursive_system_s_response_is_its_geometric_series():
    """y[n] = 0.5 y[n - 1] + x[n], so h[n] = 0.5^n."""
    h = impulse_response(lambda x: signal.lfilter([1.0], [1.0, -0.5], x), 8)
    np.testing.assert_allclose(h.after, 0.5 ** np.arange(8), rtol=1e-12)
    assert h.is_causal
    assert h.origin == 7


@pytest.mark.parametrize(
    "system",
    [
        lambda x: signal.lfilter([0.2, 0.3], [1.0, -1.2, 0.5], x),
        lambda x: np.convolve(x, [0.25, 0.5, 0.25], "same"),
        lambda x: np.append(x[3:], [0, 0, 0]),  # it knows the future
        np.cumsum,
        lambda x: 0 * x,
    ],
)
def test_convolving_with_the_response_is_the_system(system):
    h = impulse_response(system, 20)
    for length in (20, 20, 1):
        x = np.random.default_rng(length).normal(size=length)
        expected = system(np.append(x, np.zeros(20 - length)))[:length]  # silence after a shorter signal
        np.testing.assert_allclose(h.answer(x), expected, atol=1e-12)


def test_two_systems_in_a_row_have_the_convolution_of_their_responses():
    first, second = [1.0, -0.5, 0.25], [0.5, 0.5]
    h = impulse_response(lambda x: signal.lfilter(second, [1.0], signal.lfilter(first, [1.0], x)), 10)
    np.testing.assert_allclose(h.after[:4], convolve(first, second), atol=1e-15)


@pytest.mark.parametrize(
    ("system", "words"),
    [
        (lambda x: x + 1, "not linear: to silence it must answer with silence. At place 0 it must be 0. Received 1"),
        (np.abs, "not linear: to a signal times -1"),
        (lambda x: x**3, "not linear: to a signal times 2 it must answer twice as much"),
        (np.sign, "not linear: to a signal times 2"),
        (lambda x: x if np.abs(x).max() < 1.5 else 1 * x + 0.1 * np.sign(x), "not linear"),
        (lambda x: x * np.arange(len(x)), "not time-invariant: to an impulse at 1 it must answer as to one at 0 or 31, moved"),
        (lambda x: x[::-1], "not time-invariant"),
        (lambda x: np.append(x[::2], np.zeros(16)), "not time-invariant"),
        (lambda x: np.convolve(np.pad(x, 1, mode="edge"), [1, 1, 1], "valid"), "not time-invariant"),
        (lambda x: x + np.nan, "not linear"),
    ],
)
def test_a_system_that_is_not_is_told_so(system, words):
    with pytest.raises(ArgumentError, match=words):
        impulse_response(system)


def test_lengths_that_do_not_fit():
    with pytest.raises(ShapeError, match=r"the system must answer 32 numbers with as many. Received shape \(34,\)"):
        impulse_response(lambda x: np.convolve(x, [1, 1, 1]))
    with pytest.raises(ShapeError, match="x must be at most 4 numbers"):
        impulse_response(lambda x: x, 4).answer(np.ones(5))


def test_a_system_is_a_function() -> None:
    with pytest.raises(ArgumentError, match=r"system must be a function from a signal to one as long\. Received 3"):
        impulse_response(3)
