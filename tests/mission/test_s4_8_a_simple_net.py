"""S4.8: one layer of weights, 2 x 3: the gradient of its loss has the shape of W."""

from __future__ import annotations

import numpy as np

from pellucid.scratch import cross_entropy_error, numerical_gradient, softmax


class SimpleNet:
    """Scores x W; the loss is the cross-entropy of their softmax."""

    def __init__(self, weights):
        self.W = np.array(weights)

    def predict(self, x):
        return np.dot(x, self.W)

    def loss(self, x, t):
        return cross_entropy_error(softmax(self.predict(x)), t)


def test_s4_8_dw_has_the_shape_of_w_and_is_x_times_y_minus_t():
    net = SimpleNet([[0.47355232, 0.9977393, 0.84668094], [0.85557411, 0.03563661, 0.69422093]])
    x, t = np.array([0.6, 0.9]), np.array([0, 0, 1])
    dW = numerical_gradient(lambda w: net.loss(x, t), net.W)
    assert dW.shape == net.W.shape == (2, 3)
    scores = x @ net.W
    y = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(dW, np.outer(x, y - t), atol=1e-6)  # 1e-7 in the logarithm, h^2 = 1e-8


def test_s4_8_the_printed_gradient():
    """With these weights Saito, Deep Learning from Scratch, section 4.4.2 prints scores, loss and gradient to 8 digits."""
    net = SimpleNet([[0.47355232, 0.9977393, 0.84668094], [0.85557411, 0.03563661, 0.69422093]])
    x, t = np.array([0.6, 0.9]), np.array([0, 0, 1])
    np.testing.assert_allclose(net.predict(x), [1.05414809, 0.63071653, 1.1328074], atol=6e-9)
    # Printed without the 1e-7 in the logarithm, which takes 1e-7 / 0.395 off.
    assert abs(net.loss(x, t) + 1e-7 / 0.39531 - 0.92806853663411326) < 2e-8
    printed = [[0.21924763, 0.14356247, -0.36281009], [0.32887144, 0.2153437, -0.54421514]]
    np.testing.assert_allclose(numerical_gradient(lambda w: net.loss(x, t), net.W), printed, atol=2e-7)
