"""The activations' twins where inputs are extreme, and in the tails, where a careless formula loses its digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import special

from pellucid import ops
from pellucid.autodiff import Op
from pellucid.kernels import library
from tests.support.activation_cases import ACTIVATIONS
from tests.support.twins import Placed, check_backward, check_forward, poison, run

if library.mode() != "compiled":
    pytest.skip("twins are compiled kernels, and PELLUCID_KERNELS=reference", allow_module_level=True)

Floats = npt.NDArray[np.float32]

SIZES = [0.0, -0.0, 1e-30, -1e-4, 20.0, -20.0, 50.0, -50.0, 100.0, -100.0]
KINKS = [0.1, 0.5, 1.0, 2.0, 3.0, 6.0]
MODERATE = np.array([[*SIZES, *KINKS, *(-k for k in KINKS)]], np.float32)
GREAT = np.array([[1e4, -1e4, 3e38, -3e38]], np.float32)


def twin(op: Op, x: Floats) -> Floats:
    """What the kernel computes."""
    given, y = Placed(x, "x"), Placed(poison(x.dtype, x.size).reshape(x.shape), "y")
    calls = op.bind_forward(given.buffer, y=y.buffer)
    assert calls is not None
    run(calls, [given, y], 1)
    return y.array


def slope(op: Op, x: Floats) -> Floats:
    """dy/dx by the kernel."""
    y = twin(op, x)
    kept = Placed({"x": x, "y": y}[op.needs[0]], op.needs[0])
    grad, dx = Placed(np.ones_like(x), "grad"), Placed(np.full_like(x, np.nan), "dx")
    calls = op.bind_backward(grad.buffer, kept.buffer, into=[dx.buffer], accumulate=[False])
    assert calls is not None
    run(calls, [kept, grad, dx], 1)
    return dx.array


@pytest.mark.parametrize("op", ACTIVATIONS, ids=str)
@pytest.mark.parametrize("x", [MODERATE, GREAT], ids=["moderate and at kinks", "great"])
def test_extreme_inputs(op: Op, x: Floats) -> None:
    check_forward(op, (x,), 1)
    check_backward(op, (x,), 1, wanted=[True], accumulate=False)


@pytest.mark.parametrize("op", ACTIVATIONS, ids=str)
def test_nan_is_kept(op: Op) -> None:
    assert np.isnan(twin(op, np.full((2, 9), np.nan, np.float32))).all()


@pytest.mark.parametrize("op", ACTIVATIONS, ids=str)
def test_infinity_goes_where_the_reference_sends_it(op: Op) -> None:
    x = np.array([[np.inf, -np.inf]], np.float32)
    with np.errstate(all="ignore"):
        expected = op.forward(np, x.astype(np.float64))
    np.testing.assert_allclose(twin(op, x), expected, rtol=1e-7)


LEFT = -np.linspace(1e-6, 12.0, 1001, dtype=np.float32)[None, :]
RIGHT = -LEFT
X, Z = LEFT.astype(np.float64), RIGHT.astype(np.float64)
FAR = -np.geomspace(1.0, 1e4, 1001, dtype=np.float32)[None, :]
W = FAR.astype(np.float64)

TAILS: dict[str, tuple[Callable[..., Floats], Op, Floats, Any]] = {
    "softplus": (twin, ops.Softplus(), LEFT, np.log1p(np.exp(X))),
    "its slope": (slope, ops.Softplus(), LEFT, special.expit(X)),
    "log-sigmoid": (twin, ops.LogSigmoid(), RIGHT, -np.log1p(np.exp(-Z))),
    "slope of log-sigmoid": (slope, ops.LogSigmoid(), RIGHT, special.expit(-Z)),
    "silu": (twin, ops.Silu(), LEFT, X * special.expit(X)),
    "mish": (twin, ops.Mish(), LEFT, X * np.tanh(np.log1p(np.exp(X)))),
    "gelu": (twin, ops.Gelu(), LEFT, X * special.ndtr(X)),
    "elu near 0": (twin, ops.Elu(), LEFT / 1000, np.expm1((LEFT / 1000).astype(np.float64))),
    "selu near 0": (twin, ops.Selu(), LEFT / 1000, 1.7580993408473766 * np.expm1((LEFT / 1000).astype(np.float64))),
    "squareplus": (twin, ops.Squareplus(), FAR, 2 / (np.sqrt(W**2 + 4) - W)),
    "slope of squareplus": (slope, ops.Squareplus(), FAR, 2 / (np.sqrt(W**2 + 4) - W) / np.sqrt(W**2 + 4)),
    "slope of softsign": (slope, ops.Softsign(), FAR, 1 / (1 - W) ** 2),
}


@pytest.mark.parametrize("name", TAILS)
def test_tails_keep_their_digits(name: str) -> None:
    function, op, x, expected = TAILS[name]
    np.testing.assert_allclose(function(op, x), expected, rtol=2e-5)
