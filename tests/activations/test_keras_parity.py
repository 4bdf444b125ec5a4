"""Every function of keras.activations beside ours: values and gradients, of moderate and of extreme inputs."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import activations
from tests.support.keras_peer import import_keras

keras = import_keras()
jax = pytest.importorskip("jax", reason="needs the extra 'parity'")

pytestmark = pytest.mark.parity

NAMES = [n for n in sorted(dir(keras.activations)) if not n.startswith("_") and n not in ("get", "serialize", "deserialize")]
SETTINGS: dict[str, list[dict[str, Any]]] = {
    "celu": [{}, {"alpha": 0.5}],
    "elu": [{}, {"alpha": 2.0}],
    "gelu": [{}, {"approximate": True}],
    "hard_shrink": [{}, {"threshold": 1.0}],
    "leaky_relu": [{}, {"negative_slope": 0.1}],
    "log_softmax": [{}, {"axis": 0}],
    "relu": [{}, {"negative_slope": 0.3}, {"max_value": 2.0}, {"threshold": 1.5}, {"negative_slope": 0.1, "threshold": 0.7}],
    "soft_shrink": [{}, {"threshold": 1.0}],
    "softmax": [{}, {"axis": 0}],
    "squareplus": [{}, {"b": 1.0}],
    "threshold": [{"threshold": 0.5, "default_value": -1.0}],
}
# Keras' sparsemax on JAX adds up running sums where it should add up scores (seen in 3.15): its outputs do not sum to 1.
CASES = [(name, settings) for name in NAMES if name != "sparsemax" for settings in SETTINGS.get(name, [{}])]

# Between multiples of 0.1, where kinks lie: there Keras halves some slopes, and here the lower piece counts.
MODERATE = ((np.random.default_rng(3).permutation(120) - 60 + 0.37) / 10).reshape(10, 12).astype("float32")
EXTREME = np.array([[1e4, -1e4], [50.0, -50.0], [100.0, -100.0]], np.float32)


def test_there_is_each_name_with_keras_defaults() -> None:
    for name in NAMES:
        theirs, ours = (inspect.signature(getattr(module.activations, name)).parameters for module in (keras, pl))
        for parameter in list(theirs.values())[1:]:
            assert ours[parameter.name].default == parameter.default, f"{name}: {parameter.name}"
        if name != "threshold":  # it has settings without defaults
            assert activations.get(name) is getattr(activations, name)


@pytest.mark.parametrize(("name", "settings"), CASES)
@pytest.mark.parametrize("x", [MODERATE, EXTREME], ids=["moderate", "extreme"])
def test_values_and_gradients(name: str, settings: dict[str, Any], x: Any) -> None:
    if name == "exponential":
        x = np.minimum(x, 50)
    if name == "squareplus":
        x = np.maximum(x, -10)  # below, x + sqrt(x^2 + b) loses its digits in Keras
    leaf = pl.tensor(x, requires_grad=True)
    y = getattr(activations, name)(leaf, **settings)
    expected, pull = jax.vjp(lambda v: getattr(keras.activations, name)(v, **settings), jax.numpy.asarray(x))
    grad = np.random.default_rng(4).uniform(0.5, 1.5, y.shape).astype("float32")
    y.backward(grad)
    (dx,) = pull(jax.numpy.asarray(grad))
    np.testing.assert_allclose(y.numpy(), np.asarray(expected), rtol=1e-5, atol=2e-6)
    np.testing.assert_allclose(leaf.grad, np.asarray(dx), rtol=1e-5, atol=2e-6)
