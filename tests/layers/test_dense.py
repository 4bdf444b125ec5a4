from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers import Dense

X = np.array([[1.0, 2.0], [3.0, -1.0]])
W = np.array([[1.0, 0.0, -2.0], [0.5, 1.0, 1.0]])
B = np.array([0.5, -1.0, 0.0])
Z = np.array([[2.5, 1.0, 0.0], [3.0, -2.0, -7.0]])  # X W + B by hand


def dense(activation: str | None, *, use_bias: bool = True) -> Dense:
    layer = Dense(3, activation, use_bias=use_bias, dtype="float64")
    layer(X)
    layer.set_weights([W, B] if use_bias else [W])
    return layer


def test_worked_by_hand() -> None:
    np.testing.assert_allclose(dense(None)(X).numpy(), Z)
    np.testing.assert_allclose(dense(None, use_bias=False)(X).numpy(), Z - B)
    np.testing.assert_allclose(dense("relu")(X).numpy(), [[2.5, 1, 0], [3, 0, 0]])
    np.testing.assert_allclose(dense("tanh")(X).numpy(), np.tanh(Z))
    np.testing.assert_allclose(dense("sigmoid")(X).numpy(), 1 / (1 + np.exp(-Z)))


def test_parameters_are_counted() -> None:
    """2 inputs, 5 units: 2 * 5 weights and 5 biases."""
    layer, bare = Dense(5, input_dim=2), Dense(5, use_bias=False)
    for each in (layer, bare):
        each(np.zeros((1, 2)))
    assert layer.count_params() == 15
    assert [w.shape for w in layer.weights] == [(2, 5), (5,)]
    assert bare.count_params() == 10


@pytest.mark.parametrize(("activation", "operations"), [("relu", 1), ("tanh", 1), (None, 1), ("sigmoid", 2), ("softmax", 2)])
def test_relu_and_tanh_are_one_with_the_product(activation: str | None, operations: int) -> None:
    """Sigmoid and softmax stand alone, so that losses find the logits under them."""
    node, count = dense(activation)(X).node, 0
    while node is not None:
        node, count = node.inputs[0].node, count + 1
    assert count == operations


def test_a_binary_loss_finds_the_logits() -> None:
    """sigmoid(-1000) is 0 in any float, but -log sigmoid(-1000) is 1000."""
    layer = Dense(1, "sigmoid", kernel_initializer="ones")
    loss = pl.losses.BinaryCrossentropy()([[1.0]], layer([[-1000.0]]))
    assert loss.item() == 1000.0


def test_integers_become_floats() -> None:
    assert Dense(2)(np.array([[1, 2]])).dtype == np.float32


def test_another_number_of_features() -> None:
    layer = Dense(64, name="hidden")
    layer(np.zeros((1, 32)))
    with pytest.raises(ShapeError) as error:
        layer(np.zeros((128, 30)))
    assert str(error.value) == (
        'Dense(64) "hidden": the input has 30 features, but the kernel was built for 32. Received shape (128, 30). '
        "Build a new layer, or bring the input to (batch, 32)."
    )


def test_no_feature_axis() -> None:
    with pytest.raises(ShapeError, match=r"must have a batch axis and a feature axis.*x\[:, None\]"):
        Dense(2)(np.zeros(3))


@pytest.mark.parametrize("units", [0, -1, 2.0, "4", None, True])
def test_refuses_units(units: object) -> None:
    with pytest.raises(ArgumentError, match="Dense: units must be an integer >= 1"):
        Dense(units)  # type: ignore[arg-type]


def test_unknown_names() -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'relu'"):
        Dense(2, "relo")
    with pytest.raises(ArgumentError, match="Did you mean 'he_normal'"):
        Dense(2, kernel_initializer="he_norml")
    with pytest.raises(ArgumentError, match="regularizer: 'l9' is not known"):
        Dense(2, kernel_regularizer="l9")
