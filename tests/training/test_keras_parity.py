"""``fit`` beside Keras': the same weights to begin with and the same data, three epochs, epoch by epoch.

Both sum in float32 in orders of their own, so a few dozen steps may part by some 1e-5 of the values; 1e-4 is asked for. A
slip of meaning (a weight divided out, a metric over unequal batches, a wrong momentum) shows at 1e-2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from tests.support.keras_peer import import_keras

keras = import_keras()
pytestmark = [pytest.mark.parity, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]  # Keras'

rng = np.random.default_rng(0)
X = rng.normal(size=(70, 5)).astype(np.float32)
Y = rng.integers(0, 3, 70)
WEIGHTS = rng.uniform(0, 2, 70).astype(np.float32)


def classifier(k: Any, optimizer: Any = None, **more: Any) -> Any:
    model = k.Sequential([k.Input((5,)), k.layers.Dense(8, activation="tanh"), k.layers.Dense(3)])
    loss = k.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer or k.optimizers.SGD(0.1), loss, metrics=["accuracy"], **more)
    return model


def probabilities(k: Any, activation: str, loss: str) -> Any:
    model = k.Sequential([k.Input((5,)), k.layers.Dense(8, activation="relu"), k.layers.Dense(3, activation=activation)])
    model.compile("sgd", loss, metrics=["accuracy", "mse"])
    return model


def penalised(k: Any) -> Any:
    penalty = {"kernel_regularizer": k.regularizers.L2(0.05), "bias_regularizer": k.regularizers.L2(0.2)}
    model = k.Sequential([k.Input((5,)), k.layers.Dense(8, activation="tanh", **penalty), k.layers.Dense(3)])
    model.compile(k.optimizers.SGD(0.1), k.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model


def normalised(k: Any) -> Any:
    layers = [k.layers.Dense(8), k.layers.BatchNormalization(momentum=0.7), k.layers.Activation("relu"), k.layers.Dense(3)]
    model = k.Sequential([k.Input((5,)), *layers])
    model.compile(k.optimizers.SGD(0.1), k.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model


def branched(k: Any) -> Any:
    a, b = k.Input((2,), name="a"), k.Input((3,), name="b")
    shared = k.layers.Dense(4, activation="tanh", name="shared")
    left, right = shared(k.layers.Dense(6, name="left")(a)), shared(k.layers.Dense(6, name="right")(b))
    outputs = [k.layers.Dense(3, name="kind")(left - right), k.layers.Dense(1, name="size")(left * right)]
    model = k.Model([a, b], outputs)
    losses = [k.losses.SparseCategoricalCrossentropy(from_logits=True), "mse"]
    model.compile(k.optimizers.SGD(0.1), losses, loss_weights=[1.0, 0.25], metrics=[["accuracy"], ["mse"]])
    return model


CASES: dict[str, tuple[Callable[[Any], Any], Any, Any, dict[str, Any]]] = {
    "plain": (classifier, X, Y, {}),
    "momentum": (lambda k: classifier(k, k.optimizers.SGD(0.05, momentum=0.9)), X, Y, {}),
    "nesterov": (lambda k: classifier(k, k.optimizers.SGD(0.05, momentum=0.9, nesterov=True)), X, Y, {}),
    "adam": (lambda k: classifier(k, k.optimizers.Adam(0.01)), X, Y, {}),
    "one batch": (classifier, X, Y, {"batch_size": 70}),
    "batches of one": (classifier, X[:20], Y[:20], {"batch_size": 1}),
    "sample weights": (lambda k: classifier(k, weighted_metrics=["accuracy"]), X, Y, {"sample_weight": WEIGHTS}),
    "class weights": (classifier, X, Y, {"class_weight": {0: 0.3, 2: 4.0}}),
    "validation split": (classifier, X, Y, {"validation_split": 0.33}),
    "validation split of weights": (classifier, X, Y, {"validation_split": 0.33, "sample_weight": WEIGHTS}),
    "validation split and classes": (classifier, X, Y, {"validation_split": 0.33, "class_weight": {0: 0.3, 2: 4.0}}),
    "validation data": (classifier, X, Y, {"validation_data": (X[:9], Y[:9], WEIGHTS[:9])}),
    "validation every other epoch": (
        classifier,
        X,
        Y,
        {"validation_data": (X[:9], Y[:9]), "validation_freq": 2, "initial_epoch": 1, "epochs": 5},
    ),
    "penalties": (penalised, X, Y, {}),
    "batch normalization": (normalised, X, Y, {"validation_split": 0.2}),
    "mean squared error": (lambda k: probabilities(k, "linear", "mse"), X, X[:, :3] * 2, {}),
    "binary": (lambda k: probabilities(k, "sigmoid", "binary_crossentropy"), X, (X[:, :3] > 0).astype("float32"), {}),
    "categorical": (lambda k: probabilities(k, "softmax", "categorical_crossentropy"), X, np.eye(3, dtype="float32")[Y], {}),
    "two inputs, two outputs": (branched, [X[:, :2], X[:, 2:]], [Y, X[:, :1]], {"validation_split": 0.2}),
}


def counterparts(ours: Any, theirs: Any) -> list[tuple[Any, Any]]:
    """Layers with weights, in pairs: by place in a stack, by name in a graph, which Keras lists in another order."""
    held = [layer for layer in theirs.layers if layer.weights]
    if isinstance(ours, pl.Sequential):
        return list(zip([layer for layer in ours.layers if layer.weights], held, strict=True))
    return [(ours.get_layer(layer.name), layer) for layer in held]


@pytest.mark.parametrize("name", CASES)
def test_three_epochs(name: str) -> None:
    make, x, y, more = CASES[name]
    ours, theirs = make(pl), make(keras)
    draw = np.random.default_rng(1)
    # Not too small: an accuracy turns over where two scores come within rounding of each other.
    for one, other in counterparts(ours, theirs):
        start = [w + draw.normal(0, 0.3, w.shape).astype(w.dtype) * (w.ndim == 2) for w in other.get_weights()]
        one.set_weights(start)
        other.set_weights(start)
    settings = {"epochs": 3, "batch_size": 16, "shuffle": False, "verbose": 0, **more}
    found, expected = ours.fit(x, y, **settings).history, theirs.fit(x, y, **settings).history
    assert set(found) == set(expected)
    for key, values in expected.items():
        np.testing.assert_allclose(found[key], values, rtol=1e-4, atol=1e-6, err_msg=key)
    for one, other in counterparts(ours, theirs):
        for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)
    evaluated = ours.evaluate(x, y, verbose=0, return_dict=True)
    for key, value in theirs.evaluate(x, y, verbose=0, return_dict=True).items():
        assert evaluated[key] == pytest.approx(value, rel=1e-4), key


def test_train_on_batch() -> None:
    ours, theirs = classifier(pl), classifier(keras)
    theirs.set_weights(ours.get_weights())
    for _ in range(3):
        found, expected = (m.train_on_batch(X, Y, sample_weight=WEIGHTS, return_dict=True) for m in (ours, theirs))
    # Keras' numbers are means over all calls since the last reset; the weights are what counts.
    assert set(found) == set(expected)
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
