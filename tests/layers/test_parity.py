"""The layers beside Keras': outputs, gradients and running means from the same weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.autodiff import Parameter
from tests.support.keras_peer import import_keras

keras = import_keras()
jax = pytest.importorskip("jax", reason="needs the extra 'parity'")

pytestmark = pytest.mark.parity

CASES: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    *[("Dense", {"units": 4, "activation": a}, (5, 3)) for a in (None, "relu", "tanh", "sigmoid", "softmax", "gelu")],
    ("Dense", {"units": 4, "use_bias": False}, (5, 3)),
    ("Dense", {"units": 4, "activation": "tanh"}, (2, 6, 3)),
    ("Activation", {"activation": "sigmoid"}, (5, 3)),
    ("ReLU", {}, (5, 3)),
    ("ReLU", {"max_value": 1.5, "negative_slope": 0.25, "threshold": 0.5}, (5, 3)),
    ("LeakyReLU", {}, (5, 3)),
    ("LeakyReLU", {"negative_slope": 0.1}, (5, 3)),
    ("ELU", {}, (5, 3)),
    ("ELU", {"alpha": 0.5}, (5, 3)),
    ("PReLU", {}, (5, 3)),
    ("PReLU", {"shared_axes": [1]}, (5, 3, 4)),
    ("Softmax", {}, (5, 3)),
    ("Softmax", {"axis": 1}, (2, 4, 3)),
    ("Flatten", {}, (3, 2, 4)),
    ("Rescaling", {"scale": 0.25, "offset": -0.5}, (5, 3)),
    ("BatchNormalization", {}, (6, 3)),
    ("BatchNormalization", {"axis": 1, "momentum": 0.5, "epsilon": 1e-2}, (4, 3, 5)),
    ("BatchNormalization", {"center": False}, (4, 2, 3)),
    ("BatchNormalization", {"scale": False}, (6, 3)),
]


def pair(name: str, settings: dict[str, Any], x: np.ndarray) -> tuple[Any, Any]:
    """Our layer and Keras', built, with the same random weights."""
    ours, theirs = getattr(pl.layers, name)(**settings), getattr(keras.layers, name)(**settings)
    ours(x)
    theirs.build(x.shape)
    weights = [np.random.default_rng(i).uniform(0.5, 1.5, w.shape).astype("float32") for i, w in enumerate(ours.weights)]
    assert [w.shape for w in weights] == [tuple(w.shape) for w in theirs.weights]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    return ours, theirs


@pytest.mark.parametrize(("name", "settings", "shape"), CASES)
@pytest.mark.parametrize("training", [False, True])
def test_outputs_and_gradients(name: str, settings: dict[str, Any], shape: tuple[int, ...], training: bool) -> None:
    x = np.random.default_rng(7).normal(size=shape).astype("float32")
    ours, theirs = pair(name, settings, x)

    leaf = pl.tensor(x, requires_grad=True)
    y = ours(leaf, training=training)
    grad = np.random.default_rng(8).uniform(0.5, 1.5, y.shape).astype("float32")
    y.backward(grad)

    trainable = [v.value for v in theirs.trainable_variables]
    state = [v.value for v in theirs.non_trainable_variables]
    takes = {"training": training} if name == "BatchNormalization" else {}

    def run(inputs: Any, variables: Any) -> Any:
        return theirs.stateless_call(variables, state, inputs, **takes)

    (expected, new_state), pull = jax.vjp(run, jax.numpy.asarray(x), trainable)
    dx, dw = pull((jax.numpy.asarray(grad), [jax.numpy.zeros_like(s) for s in new_state]))

    np.testing.assert_allclose(y.numpy(), np.asarray(expected), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(leaf.grad, np.asarray(dx), rtol=1e-5, atol=1e-5)
    parameters: list[Parameter] = ours.trainable_weights
    for parameter, theirs_d in zip(parameters, dw, strict=True):
        np.testing.assert_allclose(parameter.grad, np.asarray(theirs_d), rtol=1e-5, atol=1e-5, err_msg=parameter.name)
    for parameter, theirs_s in zip(ours.non_trainable_weights, new_state, strict=True):
        np.testing.assert_allclose(parameter.numpy(), np.asarray(theirs_s), rtol=1e-5, atol=1e-6, err_msg=parameter.name)
