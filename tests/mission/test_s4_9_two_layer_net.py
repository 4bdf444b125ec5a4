"""S4.9: TwoLayerNet by the lecture's two tables: its members and its methods."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from pellucid.scratch import TwoLayerNet

METHODS = {
    "predict": ["self", "x"],
    "loss": ["self", "x", "t"],
    "accuracy": ["self", "x", "t"],
    "numerical_gradient": ["self", "x", "t"],
    "gradient": ["self", "x", "t"],
}


def test_s4_9_the_constructor_takes_the_three_sizes():
    parameters = list(inspect.signature(TwoLayerNet).parameters)
    assert parameters[:4] == ["input_size", "hidden_size", "output_size", "weight_init_std"]
    network = TwoLayerNet(784, 100, 10)
    shapes = {key: value.shape for key, value in network.params.items()}
    assert shapes == {"W1": (784, 100), "b1": (100,), "W2": (100, 10), "b2": (10,)}


@pytest.mark.parametrize("name", METHODS)
def test_s4_9_the_methods_have_their_names_and_arguments(name: str):
    assert list(inspect.signature(getattr(TwoLayerNet, name)).parameters) == METHODS[name]


def test_s4_9_what_they_give():
    generator = np.random.default_rng(0)
    x, t = generator.random((10, 20)), generator.integers(0, 4, 10)
    network = TwoLayerNet(input_size=20, hidden_size=5, output_size=4)
    y = network.predict(x)
    assert y.shape == (10, 4)
    np.testing.assert_allclose(y.sum(axis=1), 1)
    assert network.loss(x, t) == pytest.approx(np.log(4), rel=0.01)  # small weights: all classes nearly alike
    assert network.accuracy(x, t) == (y.argmax(axis=1) == t).mean()
    by_differences, by_backpropagation = network.numerical_gradient(x, t), network.gradient(x, t)
    assert list(by_differences) == list(by_backpropagation) == ["W1", "b1", "W2", "b2"]
    for key, gradient in by_backpropagation.items():
        np.testing.assert_allclose(by_differences[key], gradient, atol=1e-9)
