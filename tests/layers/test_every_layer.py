"""What every layer must do: the right derivative, the shape it foretells, float32 kept, and come back from its configuration."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import pellucid as pl
from pellucid import layers
from pellucid.autodiff import Spec
from pellucid.errors import ArgumentError
from tests.support.layer_cases import CASES, LayerCase
from tests.support.layers import call_layer, check_layer_gradients

every = pytest.mark.parametrize("case", CASES, ids=str)


def test_each_is_tested() -> None:
    own = {cls for cls in layers.registry.classes() if cls.__module__.startswith("pellucid.") and not hasattr(cls, "state_size")}
    assert {type(case.make()) for case in CASES} == own


@every
def test_derivatives(case: LayerCase) -> None:
    pl.utils.set_random_seed(0)
    check_layer_gradients(case.make(dtype="float64"), case.example(), training=case.training)


@every
def test_float32_stays_float32(case: LayerCase) -> None:
    layer = case.make()
    assert call_layer(layer, case.example("float32"), training=case.training).dtype == np.float32
    assert {w.dtype for w in layer.weights} <= {np.dtype("float32")}


@every
def test_the_shape_is_foretold(case: LayerCase) -> None:
    output = call_layer(case.make(), case.example(), training=case.training)
    shapes = [(None, *shape[1:]) for shape in case.shapes]
    foretold = case.make().compute_output_shape(shapes[0] if case.others is None else shapes)
    assert foretold == (None, *output.shape[1:])


@every
def test_on_a_symbolic_input(case: LayerCase) -> None:
    y = case.make()(case.inputs())
    assert y.is_symbolic
    assert y.spec == Spec((None, *call_layer(case.make(), case.example()).shape[1:]))


@every
def test_comes_back_from_its_configuration(case: LayerCase) -> None:
    layer = case.make(name="mine")
    config = json.loads(json.dumps(layers.serialize(layer)))
    again = layers.get(config)
    assert type(again) is type(layer)
    assert again.name == "mine"
    x = case.example("float32")
    y = call_layer(layer, x, training=case.training)
    call_layer(again, x)
    assert [w.shape for w in again.weights] == [w.shape for w in layer.weights]
    assert [w.regularizer is None for w in again.weights] == [w.regularizer is None for w in layer.weights]
    again.set_weights(case_weights := [w.numpy() for w in layer.weights])
    assert len(case_weights) == len(layer.weights)
    np.testing.assert_array_equal(call_layer(again, x, training=case.training).numpy(), y.numpy())


@every
def test_a_sample_does_not_see_the_others_when_predicting(case: LayerCase) -> None:
    layer, x = case.make(), case.example("float32")
    together = call_layer(layer, x).numpy()
    second = x[1:2] if case.others is None else [one[1:2] for one in x]
    np.testing.assert_allclose(together[1:2], call_layer(layer, second).numpy(), rtol=1e-5, atol=1e-6)


@every
def test_the_program_does_what_eager_steps_do(case: LayerCase) -> None:
    """Trained between two dense layers, in a functional model: batches of 5, 5 and 2, so two plans."""
    x, y = case.example("float32", samples=12), np.random.default_rng(1).normal(size=(12, 2)).astype(np.float32)
    trained = []
    for eagerly in (False, True):
        pl.utils.set_random_seed(3)
        model = model_with(case)
        model.compile(pl.optimizers.SGD(0.01), "mse", run_eagerly=eagerly)
        history = model.fit(x, y, batch_size=5, epochs=2, verbose=0).history["loss"]
        trained.append((history, model.get_weights(), model.predict(x)))
    assert np.isfinite(trained[0][0]).all()
    (losses, weights, outputs), (eager_losses, eager_weights, eager_outputs) = trained
    np.testing.assert_allclose(losses, eager_losses, rtol=1e-5)
    for one, other in zip(weights, eager_weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-4, atol=2e-5)
    np.testing.assert_allclose(outputs, eager_outputs, rtol=2e-4, atol=2e-5)


@every
def test_a_model_with_it_is_saved_and_loaded(case: LayerCase, tmp_path: Path) -> None:
    model, x = model_with(case), case.example("float32")
    model.save(tmp_path / "model")
    np.testing.assert_array_equal(pl.load_model(tmp_path / "model").predict(x), model.predict(x))


def model_with(case: LayerCase) -> pl.Model:
    """The layer under test, with a dense layer after it, and before it where it takes floats of more than one axis."""
    inputs = case.inputs()
    hidden = inputs if case.ids or case.others is not None or len(case.shape) < 2 else layers.Dense(case.shape[-1])(inputs)
    return pl.Model(inputs, layers.Dense(2)(layers.Flatten()(case.make()(hidden))))


def test_a_users_layer_becomes_known() -> None:
    @layers.register()
    class Doubling(layers.Layer):
        def call(self, inputs: pl.Tensor) -> pl.Tensor:
            return inputs * 2

    again = layers.get(layers.serialize(Doubling(name="twice")))
    assert again([1.0]).numpy() == [2.0]
    with pytest.raises(ArgumentError, match=r"layer: 'Dens' is not known\. Did you mean 'dense'"):
        layers.get("Dens")
