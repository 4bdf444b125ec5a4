"""Activations by name: values by SciPy and by their equations, derivatives, names that go and come back."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from scipy import special

import pellucid as pl
from pellucid import activations
from pellucid.errors import ArgumentError, ShapeError
from tests.support.gradients import check_gradients

X = np.array([[-3.5, -0.625, 0.25, 4.0], [1.125, 1.5, -2.0, -30.0]])
UNIT = np.clip((X + 1) / 2, 0, 1)
NAMES = activations.identify._functions
EXPECTED = {
    "celu": np.where(X > 0, X, np.exp(np.minimum(X, 0)) - 1),
    "elu": np.where(X > 0, X, np.exp(np.minimum(X, 0)) - 1),
    "exponential": np.exp(X),
    "gelu": X * special.erfc(-X / np.sqrt(2)) / 2,
    "glu": X[:, :2] * special.expit(X[:, 2:]),
    "hard_shrink": np.where(np.abs(X) > 0.5, X, 0),
    "hard_sigmoid": np.interp(X, [-3, 3], [0, 1]),
    "hard_silu": X * np.interp(X, [-3, 3], [0, 1]),
    "hard_swish": X * np.interp(X, [-3, 3], [0, 1]),
    "hard_tanh": np.interp(X, [-1, 1], [-1, 1]),
    "leaky_relu": np.where(X > 0, X, X / 5),
    "linear": X,
    "log_sigmoid": special.log_expit(X),
    "log_softmax": special.log_softmax(X, axis=-1),
    "mish": X * np.tanh(np.log1p(np.exp(X))),
    "relu": np.where(X > 0, X, 0),
    "relu6": np.interp(X, [0, 6], [0, 6]),
    "scaled_tanh": 1.7159 * (2 * special.expit(X * 4 / 3) - 1),
    "selu": 1.0507009873554805 * np.where(X > 0, X, 1.6732632423543772 * (np.exp(np.minimum(X, 0)) - 1)),
    "sigmoid": special.expit(X),
    "silu": X * special.expit(X),
    "soft_shrink": np.sign(X) * np.maximum(np.abs(X) - 0.5, 0),
    "softmax": special.softmax(X, axis=-1),
    "softplus": special.log1p(np.exp(X)),
    "softsign": X / (1 + np.abs(X)),
    "sparse_plus": np.where(X >= 1, X, UNIT**2),
    "sparse_sigmoid": UNIT,
    # In each row one score is more than 1 above the next two but for (1.125, 1.5), whose mean must become 1/2.
    "sparsemax": np.array([[0, 0, 0, 1], [0.3125, 0.6875, 0, 0]]),
    "squareplus": (X + np.sqrt(X**2 + 4)) / 2,
    "step": np.heaviside(X, 1),
    "swish": X * special.expit(X),
    "tanh": 2 * special.expit(2 * X) - 1,
    "tanh_shrink": X - np.tanh(X),
}


def test_every_name_is_tested() -> None:
    assert set(NAMES) - {"squared_relu"} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_values(name: str) -> None:
    np.testing.assert_allclose(activations.get(name)(pl.tensor(X)).numpy(), EXPECTED[name], rtol=1e-11, atol=1e-16)
    assert activations.get(name)(X.astype("float32")).dtype == np.float32
    assert activations.get(name)(np.array([[1, 2]])).dtype == (np.int64 if name == "linear" else np.float32)


@pytest.mark.parametrize("name", [n for n in EXPECTED if n != "step"])
def test_derivatives(name: str) -> None:
    check_gradients(activations.get(name), X)


@pytest.mark.parametrize("name", EXPECTED)
def test_extreme_values_stay_finite_and_nan_stays_nan(name: str) -> None:
    if name != "exponential":
        x = pl.tensor(np.array([[1e4, -1e4], [-1e4, 1e4]]), requires_grad=True)
        y = activations.get(name)(x)
        y.sum().backward()
        assert np.isfinite(y.numpy()).all()
        assert np.isfinite(x.grad).all()
    if name != "step":
        assert np.isnan(activations.get(name)(np.full((1, 2), np.nan)).numpy()).all()


@pytest.mark.parametrize("name", EXPECTED)
def test_names_go_and_come_back(name: str) -> None:
    function = activations.get(name)
    assert activations.get(activations.serialize(function)) is function
    assert activations.serialize(function) == {"swish": "silu", "hard_swish": "hard_silu"}.get(name, name)
    assert activations.get(function) is function
    assert getattr(activations, name) is function


class TestSettings:
    """By worked arithmetic: of each, a value on every piece."""

    def test_relu(self) -> None:
        y = activations.relu([-3.0, 1.0, 2.0, 9.0], negative_slope=0.5, max_value=6.0, threshold=1.0)
        assert y.numpy().tolist() == [-2.0, 0.0, 2.0, 6.0]
        assert activations.relu([-3.0, 1.0, 2.5, 9.0], max_value=2.0, threshold=2.25).numpy().tolist() == [0.0, 0.0, 2.0, 2.0]
        assert activations.relu([-np.inf, np.inf], max_value=2.0).numpy().tolist() == [0.0, 2.0]

    def test_slopes_and_heights(self) -> None:
        assert activations.leaky_relu([-4.0, 2.0], negative_slope=-0.25).numpy().tolist() == [1.0, 2.0]
        assert activations.elu([-1e4, 2.0], alpha=0.5).numpy().tolist() == [-0.5, 2.0]
        np.testing.assert_allclose(activations.celu([-2.0], alpha=2.0).numpy(), [2 * np.exp(-1) - 2], rtol=1e-6)

    def test_thresholds(self) -> None:
        assert activations.soft_shrink([-3.0, 1.0, 3.0], threshold=2.0).numpy().tolist() == [-1.0, 0.0, 1.0]
        assert activations.hard_shrink([-3.0, -2.0, 2.0, 3.0], threshold=2.0).numpy().tolist() == [-3.0, 0.0, 0.0, 3.0]
        assert activations.threshold([1.0, 2.0, 3.0], 2.0, -5.0).numpy().tolist() == [-5.0, -5.0, 3.0]

    def test_gelu_by_tanh(self) -> None:
        u = np.sqrt(2 / np.pi) * (X + 0.044715 * X**3)
        np.testing.assert_allclose(
            activations.gelu(X, approximate=True).numpy(), X * (1 + np.tanh(u)) / 2, rtol=1e-11, atol=1e-13
        )

    def test_axes(self) -> None:
        np.testing.assert_allclose(activations.glu(X, axis=0).numpy(), X[:1] * special.expit(X[1:]))
        np.testing.assert_allclose(activations.sparsemax(X, axis=0).numpy().sum(axis=0), np.ones(4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: activations.relu(X, negative_slope=-1), "relu: negative_slope must be a number >= 0. Received -1"),
        (lambda: activations.relu(X, max_value="six"), "relu: max_value must be a number >= 0. Received 'six'"),
        (lambda: activations.elu(X, alpha=-1), "elu: alpha must be a number >= 0"),
        (lambda: activations.celu(X, alpha=0), "celu: alpha must be a number > 0"),
        (lambda: activations.leaky_relu(X, None), "leaky_relu: negative_slope must be a finite number"),
        (lambda: activations.gelu(X, "tanh"), "gelu: approximate must be True or False. Received 'tanh'"),
        (lambda: activations.squareplus(X, b=0), "squareplus: b must be a number > 0"),
        (lambda: activations.soft_shrink(X, -0.5), "soft_shrink: threshold must be a number >= 0"),
    ],
)
def test_settings_are_checked(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ArgumentError, match=message):
        call()


def test_an_odd_axis_cannot_be_halved() -> None:
    with pytest.raises(ShapeError, match=r"glu: axis 1 must be known and of even length.*\(2, 3\)"):
        activations.glu(X[:, :3])


def test_sparsemax_by_its_definition() -> None:
    """No point of the simplex among many random ones is nearer to the scores."""
    rng = np.random.default_rng(5)
    for scores in rng.normal(size=(5, 4)):
        nearest = np.linalg.norm(activations.sparsemax(scores).numpy() - scores)
        others = rng.dirichlet(np.full(4, 0.5), 2000)
        assert nearest <= np.linalg.norm(others - scores, axis=1).min() + 1e-12


def test_none_is_linear() -> None:
    assert activations.get(None) is activations.linear


def test_unknown() -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'relu'"):
        activations.get("rellu")
    with pytest.raises(ArgumentError, match="pass a name or a function"):
        activations.get(3)
    with pytest.raises(ArgumentError, match="has no name that a stored model could use"):
        activations.serialize(lambda x: x)
    with pytest.raises(ArgumentError, match=r"use a layer that keeps its settings \(LeakyReLU"):
        activations.serialize(functools.partial(activations.leaky_relu, negative_slope=0.1))
    with pytest.raises(ArgumentError, match="belongs to the library"):

        @activations.register
        def relu(x: pl.Tensor) -> pl.Tensor:
            return x
