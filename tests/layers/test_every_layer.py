"""What every layer must do: the right derivative, the shape it foretells, float32 kept, and come back from its configuration."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import layers
from pellucid.autodiff import Spec
from pellucid.errors import ArgumentError
from tests.support.layers import call_layer, check_layer_gradients


@dataclass(frozen=True)
class LayerCase:
    """A layer, made anew by ``make(**layer)``, and the shape of its input."""

    label: str
    make: Callable[..., layers.Layer]
    shape: tuple[int, ...] = (5, 3)
    training: bool = False

    def __str__(self) -> str:
        return self.label


def _dense(**settings: Any) -> Callable[..., layers.Layer]:
    return lambda **layer: layers.Dense(4, **settings, **layer)


CASES = [
    LayerCase("input", lambda **layer: layers.InputLayer((3,), **layer)),
    LayerCase("dense", _dense()),
    LayerCase("dense, relu", _dense(activation="relu", bias_initializer="random_normal")),
    LayerCase("dense, tanh", _dense(activation="tanh")),
    LayerCase("dense, sigmoid", _dense(activation="sigmoid")),
    LayerCase("dense, softmax", _dense(activation="softmax", kernel_initializer="he_normal")),
    LayerCase("dense, no bias", _dense(use_bias=False)),
    LayerCase("dense, no bias, relu", _dense(use_bias=False, activation="relu")),
    LayerCase("dense, three axes", _dense(activation="tanh"), (2, 3, 3)),
    LayerCase("dense, penalties", _dense(kernel_regularizer="l2", bias_regularizer=pl.regularizers.L1(0.1))),
    LayerCase("activation", lambda **layer: layers.Activation("tanh", **layer)),
    LayerCase("relu", layers.ReLU),
    LayerCase("softmax", layers.Softmax),
    LayerCase("softmax, axis 1", lambda **layer: layers.Softmax(axis=1, **layer), (2, 3, 4)),
    LayerCase("flatten", layers.Flatten, (4, 2, 3)),
    LayerCase("flatten, one axis", layers.Flatten, (4,)),
    LayerCase("dropout", lambda **layer: layers.Dropout(0.4, **layer)),
    LayerCase("dropout, training", lambda **layer: layers.Dropout(0.4, **layer), training=True),
    LayerCase("dropout, seed", lambda **layer: layers.Dropout(0.4, seed=3, **layer), training=True),
    LayerCase("batch normalization", layers.BatchNormalization),
    LayerCase("batch normalization, training", layers.BatchNormalization, training=True),
    LayerCase("batch normalization, images", layers.BatchNormalization, (2, 3, 2, 3), training=True),
    LayerCase("batch norm, axis 1", lambda **layer: layers.BatchNormalization(axis=1, **layer), (2, 3, 4), training=True),
    LayerCase(
        "batch normalization, bare",
        lambda **layer: layers.BatchNormalization(center=False, scale=False, epsilon=0.1, **layer),
        training=True,
    ),
    LayerCase("normalization", lambda **layer: layers.Normalization(-1, [1.0, 2.0, 3.0], [4.0, 0.0, 1.0], **layer)),
    LayerCase("rescaling", lambda **layer: layers.Rescaling(0.5, -1.0, **layer)),
]
every = pytest.mark.parametrize("case", CASES, ids=str)


def example(case: LayerCase, dtype: str = "float64") -> np.ndarray:
    return np.random.default_rng(0).normal(size=case.shape).astype(dtype)


def test_each_is_tested() -> None:
    assert {type(case.make()) for case in CASES} == set(layers.registry.classes())


@every
def test_derivatives(case: LayerCase) -> None:
    pl.utils.set_random_seed(0)
    check_layer_gradients(case.make(dtype="float64"), example(case), training=case.training)


@every
def test_float32_stays_float32(case: LayerCase) -> None:
    layer = case.make()
    assert call_layer(layer, example(case, "float32"), training=case.training).dtype == np.float32
    assert {w.dtype for w in layer.weights} <= {np.dtype("float32")}


@every
def test_the_shape_is_foretold(case: LayerCase) -> None:
    output = call_layer(case.make(), example(case), training=case.training)
    foretold = case.make().compute_output_shape((None, *case.shape[1:]))
    assert foretold == (None, *output.shape[1:])


@every
def test_on_a_symbolic_input(case: LayerCase) -> None:
    y = case.make()(pl.Input(case.shape[1:]))
    assert y.is_symbolic
    assert y.spec == Spec((None, *call_layer(case.make(), example(case)).shape[1:]))


@every
def test_comes_back_from_its_configuration(case: LayerCase) -> None:
    layer = case.make(name="mine")
    config = json.loads(json.dumps(layers.serialize(layer)))
    again = layers.get(config)
    assert type(again) is type(layer)
    assert again.name == "mine"
    x = example(case, "float32")
    y = call_layer(layer, x, training=case.training)
    call_layer(again, x)
    assert [w.shape for w in again.weights] == [w.shape for w in layer.weights]
    assert [w.regularizer is None for w in again.weights] == [w.regularizer is None for w in layer.weights]
    again.set_weights(case_weights := [w.numpy() for w in layer.weights])
    assert len(case_weights) == len(layer.weights)
    np.testing.assert_array_equal(call_layer(again, x, training=case.training).numpy(), y.numpy())


@every
def test_a_sample_does_not_see_the_others_when_predicting(case: LayerCase) -> None:
    layer, x = case.make(), example(case, "float32")
    together = call_layer(layer, x).numpy()
    np.testing.assert_allclose(together[1:2], call_layer(layer, x[1:2]).numpy(), rtol=1e-5, atol=1e-6)


def test_a_users_layer_becomes_known() -> None:
    @layers.register()
    class Doubling(layers.Layer):
        def call(self, inputs: pl.Tensor) -> pl.Tensor:
            return inputs * 2

    again = layers.get(layers.serialize(Doubling(name="twice")))
    assert again([1.0]).numpy() == [2.0]
    with pytest.raises(ArgumentError, match=r"layer: 'Dens' is not known\. Did you mean 'dense'"):
        layers.get("Dens")
