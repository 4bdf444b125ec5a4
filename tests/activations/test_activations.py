from __future__ import annotations

import numpy as np
import pytest
from scipy import special

import pellucid as pl
from pellucid import activations
from pellucid.errors import ArgumentError
from tests.support.gradients import check_gradients

X = np.array([[-3.0, -0.5, 0.25, 4.0], [1.0, 1.5, -2.0, -30.0]])
EXPECTED = {
    "linear": X,
    "relu": np.where(X > 0, X, 0),
    "sigmoid": special.expit(X),
    "softmax": special.softmax(X, axis=-1),
    "step": np.heaviside(X, 1),
    "tanh": 2 * special.expit(2 * X) - 1,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_values(name: str) -> None:
    np.testing.assert_allclose(activations.get(name)(pl.tensor(X)).numpy(), EXPECTED[name], rtol=1e-12)
    assert activations.get(name)(X.astype("float32")).dtype == np.float32


@pytest.mark.parametrize("name", [n for n in EXPECTED if n != "step"])
def test_derivatives(name: str) -> None:
    check_gradients(activations.get(name), X)


@pytest.mark.parametrize("name", EXPECTED)
def test_names_go_and_come_back(name: str) -> None:
    assert activations.serialize(activations.get(name)) == name
    assert activations.get(activations.get(name)) is activations.get(name)


def test_none_is_linear() -> None:
    assert activations.get(None) is activations.linear


def test_unknown() -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'relu'"):
        activations.get("rellu")
    with pytest.raises(ArgumentError, match="pass a name or a function"):
        activations.get(3)
    with pytest.raises(ArgumentError, match="has no name that a stored model could use"):
        activations.serialize(lambda x: x)
    with pytest.raises(ArgumentError, match="belongs to the library"):

        @activations.register
        def relu(x: pl.Tensor) -> pl.Tensor:
            return x
