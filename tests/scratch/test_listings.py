"""The courses' listings, as their readers type them: only the import lines name Pellucid.

Each walks through the calls of one published listing: NumPy's own functions beside those of `pellucid.scratch`, dictionaries
walked by their keys, networks asked for gradients and optimizers given them.
"""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.scratch import (
    SGD,
    AdaGrad,
    Adam,
    Affine,
    Momentum,
    MultiLayerNet,
    Relu,
    RMSprop,
    Sigmoid,
    SoftmaxWithLoss,
    TwoLayerNet,
    cross_entropy_error,
    gradient_descent,
    identity_function,
    load_mnist,
    numerical_diff,
    numerical_gradient,
    shuffle_dataset,
    sigmoid,
    smooth_curve,
    softmax,
)
from tests.support.small_mnist import write_small_mnist

GENERATOR = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def small_mnist(tmp_path, monkeypatch):
    """Twenty images for training and ten for testing, where ``load_mnist()`` finds them."""
    write_small_mnist(tmp_path / "mnist", [i % 10 for i in range(20)], list(range(10)))
    monkeypatch.setenv("PELLUCID_DATA", str(tmp_path))


def test_the_diary_on_training_a_network():
    """Sigmoid as a layer, softmax of five scores, cross-entropy of one-hot targets."""
    layer = Sigmoid()
    out = layer.forward(np.array([0.5, -1.0]))
    dx = layer.backward(np.ones(2))
    np.testing.assert_allclose(dx, out * (1 - out), rtol=1e-14)

    test_array = np.array([19, 15.5, 10.4, 3.33, 20.8])
    np.testing.assert_allclose(softmax(test_array), np.exp(test_array) / np.sum(np.exp(test_array)), rtol=1e-12)

    y_true, y_pred = np.array([0.0, 1.0, 0.0]), np.array([0.2, 0.7, 0.1])
    assert cross_entropy_error(y_pred, y_true) == pytest.approx(-np.sum(y_true * np.log(y_pred + 1e-7)), rel=1e-14)


def test_the_lesson_on_forward_propagation():
    """Weights outside of the network, changed in place by the numerical gradient of a loss that ignores its argument."""
    input_value, true_value = np.array([0.5, 0.8]), np.array([0.2, 0.1])
    weight1, bias1 = np.array([[0.1, 0.2], [0.3, 0.1]]), np.array([0.1, 0.2])
    weight2, bias2 = np.array([[0.4, 0.5], [0.1, 0.3]]), np.array([0.3, 0.4])

    class Network:
        def predict(self, x):
            z1 = sigmoid(np.dot(x, weight1) + bias1)
            return sigmoid(np.dot(z1, weight2) + bias2)

        def loss(self, x, t):
            return ((self.predict(x) - t) ** 2).mean(axis=None)

        def gradients(self, x, t):
            loss_of = lambda w: self.loss(x, t)  # noqa: E731
            return [numerical_gradient(loss_of, array) for array in (weight1, weight2, bias1, bias2)]

    network = Network()
    for _ in range(2):
        grad = network.gradients(input_value, true_value)
        weight1 -= 0.1 * grad[0]
        weight2 -= 0.1 * grad[1]
        bias1 -= 0.1 * grad[2]
        bias2 -= 0.1 * grad[3]
    # The second gradient, as the lesson prints it.
    np.testing.assert_array_equal(grad[1].round(8), [[0.06040114, 0.07496181], [0.06021838, 0.07473499]])
    np.testing.assert_array_equal(grad[3].round(8), [0.10148947, 0.12595514])


def test_the_lesson_on_optimizers():
    """One network an optimizer, by name; the same batch for each; the loss after the update; smoothed at the end."""
    (x_train, t_train), (x_test, _t_test) = load_mnist(normalize=True)
    assert x_test.shape == (10, 784)
    train_size = x_train.shape[0]
    batch_size = 8
    max_iterations = 12

    optimizers = {}
    optimizers["SGD"] = SGD()
    optimizers["Momentum"] = Momentum()
    optimizers["AdaGrad"] = AdaGrad()
    optimizers["Adam"] = Adam()
    optimizers["RMSprop"] = RMSprop()

    networks = {}
    train_loss = {}
    for key in optimizers:
        networks[key] = MultiLayerNet(input_size=784, hidden_size_list=[100, 100, 100, 100], output_size=10)
        train_loss[key] = []

    for _ in range(max_iterations):
        batch_mask = GENERATOR.choice(train_size, batch_size)
        x_batch = x_train[batch_mask]
        t_batch = t_train[batch_mask]
        for key in optimizers:
            grads = networks[key].gradient(x_batch, t_batch)
            optimizers[key].update(networks[key].params, grads)
            loss = networks[key].loss(x_batch, t_batch)
            train_loss[key].append(loss)

    for key in optimizers:
        assert smooth_curve(train_loss[key]).shape == (max_iterations,)
        assert np.isfinite(train_loss[key]).all()


def test_the_lecture_on_mini_batches():
    (x_train, t_train), _ = load_mnist(normalize=True, one_hot_label=True)
    assert x_train.shape == (20, 784)
    assert t_train.shape == (20, 10)
    batch_mask = GENERATOR.choice(x_train.shape[0], 10)
    x_batch, t_batch = x_train[batch_mask], t_train[batch_mask]
    assert cross_entropy_error(softmax(x_batch[:, :10]), t_batch) > 0


@pytest.mark.parametrize("method", ["gradient", "numerical_gradient"])
def test_the_lecture_on_training_a_two_layer_net(method):
    """The four steps, with parameters walked by their names; on few pixels, since one of the two gradients is slow."""
    (x_train, t_train), (x_test, t_test) = load_mnist(normalize=True, one_hot_label=True)
    x_train, x_test = x_train[:, :6], x_test[:, :6]
    network = TwoLayerNet(input_size=6, hidden_size=3, output_size=10)
    learning_rate = 0.1
    train_loss_list, train_acc_list, test_acc_list = [], [], []

    for _ in range(3):
        batch_mask = GENERATOR.choice(x_train.shape[0], 5)
        x_batch, t_batch = x_train[batch_mask], t_train[batch_mask]
        grad = getattr(network, method)(x_batch, t_batch)
        for key in ("W1", "b1", "W2", "b2"):
            network.params[key] -= learning_rate * grad[key]
        train_loss_list.append(network.loss(x_batch, t_batch))
        train_acc_list.append(network.accuracy(x_train, t_train))
        test_acc_list.append(network.accuracy(x_test, t_test))

    assert train_loss_list[0] == pytest.approx(np.log(10), rel=0.05)
    assert all(0 <= accuracy <= 1 for accuracy in train_acc_list + test_acc_list)


def test_the_lecture_on_differentiation_and_descent():
    def function_2(x):
        return x[0] ** 2 + x[1] ** 2

    assert numerical_diff(lambda x0: x0 * x0 + 4.0**2.0, 3.0) == pytest.approx(6, rel=1e-9)
    np.testing.assert_allclose(numerical_gradient(function_2, np.array([3.0, 4.0])), [6, 8], rtol=1e-9)
    x, x_history = gradient_descent(function_2, init_x=np.array([-3.0, 4.0]), lr=0.1, step_num=20)
    np.testing.assert_allclose(x, 0.8**20 * np.array([-3, 4]), rtol=1e-6)
    np.testing.assert_array_equal(x_history[:, 0] < 0, True)


def test_a_network_built_of_layers_by_hand():
    """Forward through a dictionary of layers, backward through it in reverse: what the networks' ``gradient`` gives."""
    reference = MultiLayerNet(4, [5], 3, seed=0)
    params = reference.params
    x, t = shuffle_dataset(GENERATOR.random((7, 4)), np.arange(7) % 3)
    layers = {
        "Affine1": Affine(params["W1"], params["b1"]),
        "Relu1": Relu(),
        "Affine2": Affine(params["W2"], params["b2"]),
    }
    last_layer = SoftmaxWithLoss()

    out = x
    for layer in layers.values():
        out = layer.forward(out)
    assert last_layer.forward(identity_function(out), t) == pytest.approx(reference.loss(x, t), rel=1e-13)

    dout = last_layer.backward(1)
    for layer in reversed(layers.values()):
        dout = layer.backward(dout)
    grads = reference.gradient(x, t)
    np.testing.assert_allclose(layers["Affine1"].dW, grads["W1"], rtol=1e-10, atol=1e-16)
    np.testing.assert_allclose(layers["Affine2"].db, grads["b2"], rtol=1e-10, atol=1e-16)
