"""Layers with forward and backward, held against differences."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.errors import NotBuiltError, ShapeError
from pellucid.numerics import gradient_check
from pellucid.scratch import Affine, Relu, Sigmoid, SoftmaxWithLoss

GENERATOR = np.random.default_rng(5)
X = GENERATOR.normal(size=(4, 3))
UPWARDS = GENERATOR.normal(size=(4, 3))


@pytest.mark.parametrize("layer", [Sigmoid(), Relu()])
def test_the_backward_pass_of_an_activation_is_its_derivative(layer):
    layer.forward(X)
    assert layer.out.shape == X.shape
    assert gradient_check(lambda x: (layer.forward(x) * UPWARDS).sum(), layer.backward(UPWARDS), X)


def test_affine_by_its_input_its_weights_and_its_bias():
    W, b, upwards = GENERATOR.normal(size=(3, 2)), GENERATOR.normal(size=2), GENERATOR.normal(size=(4, 2))
    layer = Affine(W, b)
    np.testing.assert_allclose(layer.forward(X), X @ W + b, rtol=1e-12)
    dx = layer.backward(upwards)
    assert gradient_check(lambda x: (Affine(W, b).forward(x) * upwards).sum(), dx, X)
    assert gradient_check(lambda w: (Affine(w, b).forward(X) * upwards).sum(), layer.dW, W)
    assert gradient_check(lambda c: (Affine(W, c).forward(X) * upwards).sum(), layer.db, b)


def test_affine_takes_images_and_gives_their_gradient_back_as_images():
    images = GENERATOR.normal(size=(4, 1, 2, 3))
    layer = Affine(np.ones((6, 2)), np.zeros(2))
    np.testing.assert_allclose(layer.forward(images)[:, 0], images.reshape(4, 6).sum(1))
    np.testing.assert_array_equal(layer.backward(np.ones((4, 2))), np.full((4, 1, 2, 3), 2.0))


def test_affine_takes_one_sample():
    layer = Affine(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, 0.5]))
    assert layer.forward([1.0, 1.0]).tolist() == [4.5, 6.5]
    assert layer.backward([1.0, 0.0]).tolist() == [1.0, 3.0]
    assert layer.dW.tolist() == [[1.0, 0.0], [1.0, 0.0]]


@pytest.mark.parametrize("targets", [np.array([0, 2, 1, 2]), np.eye(3)[[0, 2, 1, 2]], np.eye(3, dtype=int)[[0, 2, 1, 2]]])
def test_softmax_with_loss_goes_back_as_y_minus_t_over_the_batch(targets):
    layer = SoftmaxWithLoss()
    loss = layer.forward(X, targets)
    probabilities = np.exp(X) / np.exp(X).sum(1, keepdims=True)
    assert loss == pytest.approx(-np.log(probabilities[np.arange(4), [0, 2, 1, 2]]).mean(), rel=1e-12)
    np.testing.assert_allclose(layer.y, probabilities, rtol=1e-12)
    np.testing.assert_allclose(layer.backward(), (probabilities - np.eye(3)[[0, 2, 1, 2]]) / 4, rtol=1e-10, atol=1e-16)
    np.testing.assert_allclose(layer.backward(2.0), 2 * layer.backward(), rtol=1e-15)


def test_a_hopeless_prediction_has_a_finite_loss_and_a_right_gradient():
    layer = SoftmaxWithLoss()
    assert layer.forward(np.array([[0.0, 1000.0]]), np.array([0])) == 1000.0
    np.testing.assert_array_equal(layer.backward(), [[-1, 1]])


def test_one_sample_without_a_batch():
    layer = SoftmaxWithLoss()
    assert layer.forward(np.array([0.0, 0.0]), np.array([0, 1])) == pytest.approx(np.log(2))
    assert layer.backward().tolist() == [0.5, -0.5]


@pytest.mark.parametrize("layer", [Sigmoid(), Affine(np.ones((1, 1)), np.zeros(1)), SoftmaxWithLoss()])
def test_backward_before_forward_says_what_to_do(layer):
    with pytest.raises(NotBuiltError, match=f"{type(layer).__name__}.backward: .* Call forward first"):
        layer.backward(1.0)


def test_shapes_that_do_not_fit_are_told():
    with pytest.raises(ShapeError, match="last axis of x must be as long as the first of w"):
        Affine(np.ones((3, 2)), np.zeros(2)).forward(np.ones((4, 5)))
