"""Elementary functions of the kernels against float64, over the whole range of float32."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import erf, expit, ndtr

from pellucid.kernels import library

if library.mode() != "compiled":
    pytest.skip("these are compiled functions, and PELLUCID_KERNELS=reference", allow_module_level=True)

import numba

from pellucid.kernels import mathematics as MATHEMATICS

Floats = npt.NDArray[np.float32]
MATHEMATICS_CDF, MATHEMATICS_EXP = MATHEMATICS.normal_cdf32, MATHEMATICS.exp32


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


EXP, EXPM1, LOG, LOG1P, SIGMOID, SOFTPLUS, TANH, ERF = (
    compiled(getattr(MATHEMATICS, f"{name}32"))
    for name in ("exp", "expm1_", "log", "log1p", "sigmoid", "softplus", "tanh", "erf")
)


def softplus(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.logaddexp(x, 0)


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
@pytest.mark.parametrize(
    ("function", "right", "bound"),
    [(EXP, np.exp, 1.5), (EXPM1, np.expm1, 2.0), (SOFTPLUS, softplus, 3.0), (TANH, np.tanh, 4.0), (ERF, erf, 3.0)],
    ids=["exp", "expm1", "softplus", "tanh", "erf"],
)
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


@pytest.mark.parametrize(("function", "right", "high"), [(LOG, np.log, 3.4e38), (LOG1P, np.log1p, 1.0)], ids=["log", "log1p"])
def test_logarithms(function: Any, right: Any, high: float) -> None:
    """Of every size from 1e-45 up, and around 1, where the logarithm vanishes."""
    x = np.concatenate([every_exponent(), np.linspace(0.4, 2.5, 300_001, dtype=np.float32)])
    x = x[(x > 0) & (x <= high)]
    assert units_off(function(x), right(x.astype(np.float64))).max() < 2.5


@pytest.mark.parametrize("x", [every_exponent(), near_zero()], ids=["every size", "near zero"])
def test_normal_cdf(x: Floats) -> None:
    """Few units off down to -3; more in the tail below, where e^(-x^2/2) multiplies the rounding of its exponent."""

    @numba.njit(error_model="numpy")
    def loop(x, y):  # type: ignore[no-untyped-def]
        for i in range(x.size):
            y[i] = MATHEMATICS_CDF(x[i], MATHEMATICS_EXP(np.float32(-0.5) * x[i] * x[i]))

    found = np.empty_like(x)
    loop(x, found)
    expected = ndtr(x.astype(np.float64))
    normal = expected > 1e-37
    assert units_off(found[normal], expected[normal]).max() < 120
    assert units_off(found[x > -3], expected[x > -3]).max() < 10
    assert (found[~normal] < 1.1e-37).all()


def test_logarithms_at_their_ends() -> None:
    x = np.array([0.0, -0.0, np.inf, -1.0, -np.inf, 1.0], np.float32)
    np.testing.assert_array_equal(LOG(x), [-np.inf, -np.inf, np.inf, np.nan, np.nan, 0.0])
    np.testing.assert_array_equal(EXPM1(x[[0, 2, 4]]), [0.0, np.inf, -1.0])
    np.testing.assert_array_equal(SOFTPLUS(x[[2, 4]]), [np.inf, 0.0])
    np.testing.assert_array_equal(ERF(x[[0, 2, 4]]), [0.0, 1.0, -1.0])


@pytest.mark.parametrize("function", [EXP, EXPM1, LOG, SIGMOID, SOFTPLUS, TANH, ERF])
def test_nan_stays_nan(function: Any) -> None:
    assert np.isnan(function(np.array([np.nan, -np.nan], np.float32))).all()


def test_infinities() -> None:
    x = np.array([-np.inf, np.inf], np.float32)
    assert EXP(x).tolist() == [0.0, np.inf]
    assert SIGMOID(x).tolist() == [0.0, 1.0]
    assert TANH(x).tolist() == [-1.0, 1.0]
