"""S4.4: accuracy and the step function do not answer a small change of a weight; the loss and the sigmoid do."""

from __future__ import annotations

import numpy as np

from pellucid.numerics import numerical_diff, numerical_gradient
from pellucid.scratch import TwoLayerNet, sigmoid, step_function


def test_s4_4_the_slope_of_accuracy_is_0_and_that_of_the_loss_is_not():
    generator = np.random.default_rng(0)
    x, t = generator.random((20, 6)), generator.integers(0, 3, 20)
    network = TwoLayerNet(6, 4, 3, weight_init_std=0.5, seed=0)
    weights = network.params["W2"]
    assert not numerical_gradient(lambda _: network.accuracy(x, t), weights).any()
    assert (numerical_gradient(lambda _: network.loss(x, t), weights) != 0).all()


def test_s4_4_accuracy_moves_in_jumps_of_one_sample():
    """Along one weight, from -5 to 5 at 401 places: the loss has as many values, accuracy at most 21, each a multiple of 1/20."""
    generator = np.random.default_rng(0)
    x, t = generator.random((20, 6)), generator.integers(0, 3, 20)
    network = TwoLayerNet(6, 4, 3, weight_init_std=0.5, seed=0)
    accuracies, losses = [], []
    for value in np.linspace(-5, 5, 401):
        network.params["W2"][0, 0] = value
        accuracies.append(network.accuracy(x, t))
        losses.append(network.loss(x, t))
    assert np.unique(losses).size > 395
    assert 1 < np.unique(accuracies).size <= 21
    np.testing.assert_allclose(np.array(accuracies) * 20 % 1, 0, atol=1e-12)


def test_s4_4_the_slope_of_the_step_is_0_and_that_of_the_sigmoid_is_not():
    """But for the jump at 0 itself. sigmoid' = y (1 - y) > 0 everywhere."""
    x = np.linspace(-5, 5, 100)  # has no 0 in it
    assert not numerical_diff(step_function, x).any()
    np.testing.assert_allclose(numerical_diff(sigmoid, x), sigmoid(x) * (1 - sigmoid(x)), rtol=1e-6)
    assert (numerical_diff(sigmoid, x) > 0.006).all()
