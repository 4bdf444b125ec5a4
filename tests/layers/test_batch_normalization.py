from __future__ import annotations

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

import pellucid as pl
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers import BatchNormalization

X = np.array([[1.0, 10.0], [3.0, 10.0], [5.0, 40.0], [7.0, 40.0]])  # means 4 and 25, variances 5 and 225


def test_training_by_hand() -> None:
    layer = BatchNormalization(epsilon=4.0, dtype="float64")
    y = layer(X, training=True).numpy()
    np.testing.assert_allclose(y, (X - [4, 25]) / np.sqrt([9, 229]), rtol=1e-12)


def test_against_scikit_learn() -> None:
    x = np.random.default_rng(0).normal(3, 2, (50, 4))
    y = BatchNormalization(epsilon=1e-12, dtype="float64")(x, training=True).numpy()
    np.testing.assert_allclose(y, StandardScaler().fit_transform(x), rtol=1e-9)


def test_running_means_by_hand() -> None:
    """From 0 and 1: 0.9 * 0 + 0.1 * 4 = 0.4 and 0.9 + 0.5 = 1.4; then 0.76 and 1.76."""
    layer = BatchNormalization(momentum=0.9, dtype="float64")
    layer(X, training=True)
    np.testing.assert_allclose(layer.moving_mean.numpy(), [0.4, 2.5])
    np.testing.assert_allclose(layer.moving_variance.numpy(), [1.4, 23.4])
    layer(X, training=True)
    np.testing.assert_allclose(layer.moving_mean.numpy(), [0.76, 4.75])
    np.testing.assert_allclose(layer.moving_variance.numpy(), [1.76, 43.56])


def test_prediction_uses_the_running_means() -> None:
    layer = BatchNormalization(epsilon=1.0, dtype="float64")
    layer(X)
    layer.set_weights([[2.0, 3.0], [1.0, -1.0], [4.0, 25.0], [8.0, 224.0]])
    np.testing.assert_allclose(layer(X).numpy(), (X - [4, 25]) / [3, 15] * [2, 3] + [1, -1], rtol=1e-12)
    np.testing.assert_array_equal(layer.moving_mean.numpy(), [4, 25])


def test_order_of_the_weights_as_in_keras() -> None:
    layer = BatchNormalization(name="bn")
    layer(X)
    assert [w.name for w in layer.weights] == ["bn/gamma", "bn/beta", "bn/moving_mean", "bn/moving_variance"]
    assert [w.trainable for w in layer.weights] == [True, True, False, False]


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_a_layer_that_is_called_twice_in_a_step_counts_both_calls(run_eagerly: bool) -> None:
    """Ones, then threes, each weighing a half: the mean goes 0, 0.5, 1.75; the variance, with none in the data, 1, 0.5, 0.25."""
    left, right, shared = pl.Input((1,)), pl.Input((1,)), BatchNormalization(momentum=0.5)
    model = pl.Model([left, right], shared(left) + shared(right))
    model.compile("sgd", "mse", run_eagerly=run_eagerly)
    model.train_on_batch([np.full((4, 1), 1.0), np.full((4, 1), 3.0)], np.zeros((4, 1)))
    assert shared.moving_mean.numpy() == [1.75]
    assert shared.moving_variance.numpy() == [0.25]


def test_a_frozen_layer_predicts_even_while_training() -> None:
    layer = BatchNormalization(epsilon=1e-12, trainable=False)
    np.testing.assert_allclose(layer(X, training=True).numpy(), X, rtol=1e-6)
    np.testing.assert_array_equal(layer.moving_mean.numpy(), [0, 0])


def test_another_axis() -> None:
    x = np.random.default_rng(0).normal(size=(4, 3, 5))
    y = BatchNormalization(axis=1, epsilon=1e-12, dtype="float64")(x, training=True).numpy()
    np.testing.assert_allclose(y.mean(axis=(0, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(y.std(axis=(0, 2)), 1, rtol=1e-9)


@pytest.mark.parametrize("axis", [0, 2, -3, -2])
def test_refuses_an_axis(axis: int) -> None:
    with pytest.raises(ShapeError, match=f"axis {axis} must be one of the input's"):
        BatchNormalization(axis=axis)(X)


@pytest.mark.parametrize(("name", "value"), [("momentum", 1.1), ("epsilon", 0), ("center", 1), ("axis", 1.0)])
def test_refuses(name: str, value: object) -> None:
    with pytest.raises(ArgumentError, match=f"BatchNormalization: {name} must be"):
        BatchNormalization(**{name: value})  # type: ignore[arg-type]


def test_an_axis_of_features_that_is_open_is_refused() -> None:
    """The stand-in of an open length equals None, but is another object: it must not become 999,983 features."""
    with pytest.raises(ShapeError, match=r"axis -1 must be one of the input's, of known length.* shape \(None, None\)"):
        BatchNormalization()(pl.Input((None,)))


def test_hidden_steps_do_not_count() -> None:
    """The steps 1 and 3 alone: mean 2, variance 1, as if the third step had not been there; the mask goes on."""
    x = pl.tensor(np.float32([[[1.0], [3.0], [50.0]]]))
    x.mask = pl.tensor(np.array([[True, True, False]]))
    layer = pl.layers.BatchNormalization(epsilon=1e-9, momentum=0.0)
    y = layer(x, training=True)
    np.testing.assert_allclose(y.numpy().ravel(), [-1, 1, 48], rtol=1e-6)
    assert (layer.moving_mean.numpy().item(), layer.moving_variance.numpy().item()) == (2, 1)
    assert y.mask.numpy().tolist() == [[True, True, False]]
    first = pl.layers.BatchNormalization(axis=1, epsilon=1e-9)(x, training=True)  # each step by itself: a deviation of 0
    assert np.isfinite(first.numpy()).all()
    x.mask = pl.tensor(np.array([[False, False, False]]))
    assert np.isfinite(layer(x, training=True).numpy()).all()
