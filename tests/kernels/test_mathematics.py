"""Elementary functions of the kernels against float64, over the whole range of float32."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import expit

from pellucid.kernels import library

if library.mode() != "compiled":
    pytest.skip("these are compiled functions, and PELLUCID_KERNELS=reference", allow_module_level=True)

import numba

Floats = npt.NDArray[np.float32]
MATHEMATICS = library.module("mathematics")


def compiled(function: Any) -> Callable[[Floats], Floats]:
    @numba.njit(error_model="numpy", fastmath={"contract", "reassoc", "nsz", "arcp"})  # as kernels are, which must not spoil it
    def loop(x, y):  # type: ignore[no-untyped-def]
        for i in range(x.size):
            y[i] = function(x[i])

    def apply(x: Floats) -> Floats:
        y = np.empty_like(x)
        loop(x, y)
        return y

    return apply


EXP, SIGMOID, TANH = (compiled(getattr(MATHEMATICS, name)) for name in ("exp32", "sigmoid32", "tanh32"))


def every_exponent() -> Floats:
    """A million float32 numbers, evenly through their bit patterns, so of every size from 1e-45 to 3e38 and either sign."""
    patterns = np.arange(0, 2**32, 4001, dtype=np.uint64).astype(np.uint32)
    x = patterns.view(np.float32)
    return x[np.isfinite(x)]


def near_zero() -> Floats:
    """And a million evenly from -110 to 110, where the functions do what they do."""
    return np.linspace(-110, 110, 1_000_001, dtype=np.float32)


def units_off(found: Floats, right: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Error in units of the last place of the right result, subnormal results among them."""
    with np.errstate(over="ignore"):
        nearest = right.astype(np.float32)
    finite = np.isfinite(nearest)
    np.testing.assert_array_equal(found[~finite], nearest[~finite])
    return np.abs(found[finite] - right[finite]) / np.spacing(np.abs(nearest[finite]))


@pytest.mark.parametrize("x", [every_exponent(), near_zero()], ids=["every size", "near zero"])
@pytest.mark.parametrize(("function", "right", "bound"), [(EXP, np.exp, 1.5), (TANH, np.tanh, 4.0)], ids=["exp", "tanh"])
def test_within_units_in_the_last_place(function: Any, right: Any, bound: float, x: Floats) -> None:
    with np.errstate(over="ignore", under="ignore"):
        expected = right(x.astype(np.float64))
        assert units_off(function(x), expected).max() < bound


@pytest.mark.parametrize("x", [every_exponent(), near_zero()], ids=["every size", "near zero"])
def test_sigmoid(x: Floats) -> None:
    """Relative to the value down to 1e-38; below, where e^-x overflows, it is 0."""
    expected = expit(x.astype(np.float64))
    found = SIGMOID(x)
    normal = expected > 1.2e-38
    assert units_off(found[normal], expected[normal]).max() < 2.5
    assert np.abs(found - expected).max() < 1e-6
    assert (found[~normal] < 1.2e-38).all()


@pytest.mark.parametrize("function", [EXP, SIGMOID, TANH])
def test_nan_stays_nan(function: Any) -> None:
    assert np.isnan(function(np.array([np.nan, -np.nan], np.float32))).all()


def test_infinities() -> None:
    x = np.array([-np.inf, np.inf], np.float32)
    assert EXP(x).tolist() == [0.0, np.inf]
    assert SIGMOID(x).tolist() == [0.0, 1.0]
    assert TANH(x).tolist() == [-1.0, 1.0]
