"""TwoLayerNet and MultiLayerNet: their equations in NumPy, their two gradients, their state."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

import pellucid as pl
from pellucid.errors import ArgumentError, DataError, ShapeError
from pellucid.scratch import SGD, MultiLayerNet, TwoLayerNet, compare_gradients

GENERATOR = np.random.default_rng(2)
X, LABELS = GENERATOR.random((5, 6)), np.array([0, 1, 2, 2, 1])


def networks():
    return [
        TwoLayerNet(6, 4, 3, weight_init_std=0.5, seed=1),
        MultiLayerNet(6, [4, 5], 3, seed=1),
        MultiLayerNet(6, [4, 5], 3, activation="sigmoid", weight_init_std="xavier", weight_decay_lambda=0.1, seed=1),
        MultiLayerNet(6, [], 3, seed=1),
    ]


def test_two_layer_net_is_its_equation():
    network = TwoLayerNet(6, 4, 3, weight_init_std=1.0)
    p = network.params
    y = special.softmax(special.expit(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"], axis=1)
    np.testing.assert_allclose(network.predict(X), y, rtol=1e-12)
    assert network.loss(X, LABELS) == pytest.approx(-np.log(y[np.arange(5), LABELS]).mean(), rel=1e-12)
    assert network.accuracy(X, LABELS) == (y.argmax(1) == LABELS).mean()


def test_multi_layer_net_is_its_equation_with_the_weights_penalised_and_the_biases_not():
    network = MultiLayerNet(6, [4], 3, weight_decay_lambda=0.3)
    p = network.params
    for bias in ("b1", "b2"):
        p[bias] += 1.0
    scores = np.maximum(X @ p["W1"] + p["b1"], 0) @ p["W2"] + p["b2"]
    np.testing.assert_allclose(network.predict(X), scores, rtol=1e-12)
    cross_entropy = -special.log_softmax(scores, axis=1)[np.arange(5), LABELS].mean()
    penalty = 0.15 * ((p["W1"] ** 2).sum() + (p["W2"] ** 2).sum())
    assert network.loss(X, LABELS) == pytest.approx(cross_entropy + penalty, rel=1e-12)


@pytest.mark.parametrize("network", networks())
def test_both_gradients_agree_in_the_shapes_of_the_parameters(network):
    result = compare_gradients(network, X, LABELS)
    assert result.worst < 1e-7  # h^2 = 1e-8 from the series
    assert "times as long" in str(result)
    assert result.place
    for gradients in (network.gradient(X, LABELS), network.numerical_gradient(X, LABELS)):
        assert {key: g.shape for key, g in gradients.items()} == {key: p.shape for key, p in network.params.items()}


@pytest.mark.parametrize("network", networks())
@pytest.mark.parametrize("dtype", [int, float])
def test_one_hot_targets_and_labels_are_the_same(network, dtype):
    one_hot = np.eye(3, dtype=dtype)[LABELS]
    assert network.loss(X, one_hot) == pytest.approx(network.loss(X, LABELS), rel=1e-14)
    assert network.accuracy(X, one_hot) == network.accuracy(X, LABELS)
    for key, gradient in network.gradient(X, one_hot).items():
        np.testing.assert_allclose(gradient, network.gradient(X, LABELS)[key], rtol=1e-12, atol=1e-17)


def test_one_sample_without_a_batch_and_images_that_are_not_flattened():
    network = TwoLayerNet(6, 4, 3)
    np.testing.assert_allclose(network.predict(X[0]), network.predict(X)[0], rtol=1e-14)
    assert network.loss(X[0], 0) == pytest.approx(network.loss(X[:1], [0]))
    np.testing.assert_array_equal(network.predict(X.reshape(5, 1, 2, 3)), network.predict(X))


def test_params_may_be_changed_in_place_and_assigned_to():
    network = TwoLayerNet(6, 4, 3)
    network.params["W1"] -= network.params["W1"]
    network.params["W2"] = np.zeros((4, 3))
    np.testing.assert_allclose(network.predict(X), 1 / 3)


def test_asking_for_a_gradient_changes_nothing():
    network = TwoLayerNet(6, 4, 3)
    before = {key: value.copy() for key, value in network.params.items()}
    network.gradient(X, LABELS)
    network.numerical_gradient(X, LABELS)
    for key, value in network.params.items():
        assert value.tobytes() == before[key].tobytes()


def test_descent_lowers_the_loss():
    network = MultiLayerNet(6, [20], 3, seed=0)
    first, optimizer = network.loss(X, LABELS), SGD(lr=0.5)
    for _ in range(200):
        optimizer.update(network.params, network.gradient(X, LABELS))
    assert network.loss(X, LABELS) < 0.1 * first
    assert network.accuracy(X, LABELS) == 1.0


@pytest.mark.parametrize(
    ("weight_init_std", "stddev"),
    [(0.3, 0.3), ("relu", np.sqrt(2 / 400)), ("he", np.sqrt(2 / 400)), ("sigmoid", 0.05), ("Xavier", 0.05)],
)
def test_first_weights_have_the_width_asked_for(weight_init_std, stddev):
    """400 x 300 draws: their standard deviation is known to 1 / sqrt(2 x 120000) = 0.2 %; five times that."""
    network = MultiLayerNet(400, [300], 2, weight_init_std=weight_init_std, seed=0)
    assert network.params["W1"].std() == pytest.approx(stddev, rel=0.01)
    assert network.params["W1"].dtype == np.float64
    assert not network.params["b1"].any()


def test_weights_are_the_same_again_by_a_seed_of_their_own_or_the_librarys():
    np.testing.assert_array_equal(TwoLayerNet(6, 4, 3, seed=5).params["W2"], TwoLayerNet(6, 4, 3, seed=5).params["W2"])
    drawn = []
    for _ in range(2):
        pl.utils.set_random_seed(3)
        drawn.append(TwoLayerNet(6, 4, 3).params["W1"])
    np.testing.assert_array_equal(*drawn)
    assert not np.array_equal(TwoLayerNet(6, 4, 3).params["W1"], drawn[0])


def test_in_float32_gradients_are_float32():
    network = MultiLayerNet(6, [4], 3, dtype="float32", seed=0)
    assert {g.dtype.name for g in network.gradient(X.astype(np.float32), LABELS).values()} == {"float32"}


def test_what_does_not_fit_is_told():
    with pytest.raises(ArgumentError, match=r"size must be an integer >= 1\. Received 0"):
        TwoLayerNet(6, 0, 3)
    with pytest.raises(ArgumentError, match=r"activation: .rellu. is not known\. Did you mean 'relu'"):
        MultiLayerNet(6, [4], 3, activation="rellu")
    with pytest.raises(ArgumentError, match="weight_init_std: 'hee' is not known"):
        MultiLayerNet(6, [4], 3, weight_init_std="hee")
    with pytest.raises(ShapeError, match="last axis of x"):
        TwoLayerNet(6, 4, 3).predict(np.ones((2, 7)))
    with pytest.raises(ShapeError, match="the target must be"):
        TwoLayerNet(6, 4, 3).loss(X, np.array([0, 1]))
    with pytest.raises(DataError, match="labels"):
        TwoLayerNet(6, 4, 3).loss(X, np.array([0, 1, 2, 3, 0]))
