"""The courses' optimizers, each against its equation written out, over several steps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.scratch import SGD, AdaGrad, Adam, Momentum, RMSprop

GRADIENTS = np.random.default_rng(8).normal(size=(6, 3)) * [1.0, 1e-3, 1e3]


def sgd(p, lr=0.01) -> Iterator:
    for g in GRADIENTS:
        p = p - lr * g
        yield p


def momentum(p, lr=0.01, share=0.9) -> Iterator:
    v = 0.0
    for g in GRADIENTS:
        v = share * v - lr * g
        p = p + v
        yield p


def adagrad(p, lr=0.01) -> Iterator:
    h = 0.0
    for g in GRADIENTS:
        h = h + g * g
        p = p - lr * g / (np.sqrt(h) + 1e-7)
        yield p


def rmsprop(p, lr=0.01, share=0.99) -> Iterator:
    h = 0.0
    for g in GRADIENTS:
        h = share * h + (1 - share) * g * g
        p = p - lr * g / (np.sqrt(h) + 1e-7)
        yield p


def adam(p, lr=0.001, beta1=0.9, beta2=0.999) -> Iterator:
    m = v = 0.0
    for t, g in enumerate(GRADIENTS, 1):
        m = m + (1 - beta1) * (g - m)
        v = v + (1 - beta2) * (g * g - v)
        p = p - lr * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m / (np.sqrt(v) + 1e-7)
        yield p


CASES = [
    (SGD(), sgd, {}),
    (SGD(lr=0.3), sgd, {"lr": 0.3}),
    (Momentum(), momentum, {}),
    (Momentum(lr=0.2, momentum=0.5), momentum, {"lr": 0.2, "share": 0.5}),
    (AdaGrad(), adagrad, {}),
    (AdaGrad(lr=0.5), adagrad, {"lr": 0.5}),
    (RMSprop(), rmsprop, {}),
    (RMSprop(lr=0.1, decay_rate=0.8), rmsprop, {"lr": 0.1, "share": 0.8}),
    (Adam(), adam, {}),
    (Adam(lr=0.1, beta1=0.5, beta2=0.8), adam, {"lr": 0.1, "beta1": 0.5, "beta2": 0.8}),
]


@pytest.mark.parametrize(("optimizer", "equation", "settings"), CASES, ids=lambda c: type(c).__name__)
def test_the_path_is_that_of_the_equation(optimizer, equation, settings):
    params = {"W": np.array([1.0, -2.0, 3.0]), "b": np.zeros(3)}
    for g, expected in zip(GRADIENTS, equation(params["W"].copy(), **settings), strict=True):
        optimizer.update(params, {"W": g, "b": np.zeros(3)})
        np.testing.assert_allclose(params["W"], expected, rtol=1e-12)
    assert not params["b"].any()  # a gradient of 0 moves nothing, and divides by nothing


@pytest.mark.parametrize("cls", [SGD, Momentum, AdaGrad, RMSprop, Adam])
def test_arrays_are_changed_in_place_and_the_rate_may_be_assigned(cls):
    array, optimizer = np.array([1.0]), cls(lr=0.1)
    optimizer.lr = 0.0
    optimizer.update({"W": array}, {"W": np.array([1.0])})
    assert array == [1.0]
    optimizer.lr = 0.1
    optimizer.update({"W": array}, {"W": np.array([1.0])})
    assert array < [1.0]
    assert optimizer.lr == 0.1


@pytest.mark.parametrize("cls", [SGD, Momentum, AdaGrad, RMSprop, Adam])
def test_a_rate_below_0_is_refused(cls):
    with pytest.raises(ArgumentError, match="learning_rate must be a number >= 0"):
        cls(lr=-0.1)
