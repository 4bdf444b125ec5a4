"""Where a layer or model begins and ends, for models made of parts of others; clones; other names of Keras'."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError, NotBuiltError
from pellucid.models import clone_model

X = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")


def stack() -> pl.Sequential:
    return pl.Sequential([pl.Input((4,)), pl.layers.Dense(3, "tanh", name="hidden"), pl.layers.Dense(2, name="last")])


def graph() -> pl.Model:
    x = pl.Input((4,))
    hidden = pl.layers.Dense(3, "tanh", name="hidden")(x)
    return pl.Model(x, pl.layers.Dense(2, name="last")(pl.layers.concatenate([hidden, x])))


@pytest.mark.parametrize("make", [stack, graph])
def test_features_of_a_hidden_layer(make):
    model = make()
    hidden = model.get_layer("hidden")
    features = pl.Model(model.inputs, hidden.output)
    expected = np.tanh(X @ hidden.kernel.array + hidden.bias.array)
    np.testing.assert_allclose(features.predict(X), expected, rtol=1e-5)
    np.testing.assert_allclose(pl.Model(model.input, model.output).predict(X), model.predict(X), rtol=1e-6)
    assert model.outputs[0] is model.output
    assert model.inputs[0] is hidden.input


def test_a_new_head_on_a_layer_of_a_trained_model_trains_with_shared_weights():
    base = stack()
    base.compile("sgd", "mse")
    base.fit(X, np.ones((5, 2)), epochs=1, verbose=0)
    model = pl.Model(base.inputs, pl.layers.Dense(1)(base.get_layer("hidden").output))
    model.compile("sgd", "mse")
    before = base.get_layer("hidden").get_weights()
    model.fit(X, np.ones((5, 1)), epochs=1, verbose=0)
    assert not np.array_equal(before[0], base.get_layer("hidden").get_weights()[0])


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["copy", "pickle"])
@pytest.mark.parametrize("make", [stack, graph])
def test_a_copy_has_ends_of_its_own(make, duplicate):
    model = make()
    assert model.get_layer("hidden").output is not None
    other = duplicate(model)
    other.get_layer("hidden").kernel.assign(np.zeros((4, 3)))
    assert other.output is not model.output
    features = pl.Model(other.inputs, other.get_layer("hidden").output)
    assert not features.predict(X).any()
    assert model.predict(X).any()


def test_a_copied_layer_does_not_bring_its_model():
    layer = copy.deepcopy(stack().layers[0])
    with pytest.raises(NotBuiltError, match="was not called on the result of Input"):
        layer.output  # noqa: B018


def test_a_stack_that_grows():
    model = stack()
    first = model.output
    model.add(pl.layers.Dense(1, name="more"))
    assert model.output is not first
    assert model.get_layer("more").input is model.get_layer("last").output
    model.pop()
    assert pl.Model(model.inputs, model.get_layer("hidden").output).predict(X).shape == (5, 3)


def test_a_stack_whose_input_is_known_from_data():
    model = pl.Sequential([pl.layers.Dense(3, name="hidden"), pl.layers.Dense(2)])
    with pytest.raises(NotBuiltError, match="once the input's shape is known"):
        model.inputs  # noqa: B018
    model.predict(X)
    assert pl.Model(model.inputs, model.get_layer("hidden").output).predict(X).shape == (5, 3)


def test_several_calls_have_no_one_output():
    x = pl.Input((4,))
    shared = pl.layers.Dense(4, name="shared")
    shared(shared(x))
    with pytest.raises(NotBuiltError, match="was called 2 times"):
        shared.output  # noqa: B018
    assert not hasattr(pl.layers.Dense(2), "output")


def test_several_inputs():
    a, b = pl.Input((2,)), pl.Input((3,))
    joined = pl.layers.Concatenate(name="joined")
    model = pl.Model([a, b], joined([a, b]))
    assert all(t is u for t, u in zip(model.input, (a, b), strict=True))
    assert all(t is u for t, u in zip(joined.input, (a, b), strict=True))


def test_an_attribute_of_that_name_stands_before_it():
    class Own(pl.Model):
        def __init__(self):
            super().__init__()
            self.output = pl.layers.Dense(1)

        def call(self, x):
            return self.output(x)

    assert Own().predict(X).shape == (5, 1)


def test_a_loaded_model_knows_its_ends(tmp_path):
    model = graph()
    model.save(tmp_path / "model.safetensors")
    loaded = pl.load_model(tmp_path / "model.safetensors")
    features = pl.Model(loaded.inputs, loaded.get_layer("hidden").output)
    np.testing.assert_array_equal(features.predict(X), pl.Model(model.inputs, model.get_layer("hidden").output).predict(X))


@pytest.mark.parametrize("make", [stack, graph])
def test_a_clone_is_alike_with_new_weights(make):
    model = make()
    clone = clone_model(model)
    assert [(w.name, w.shape) for w in clone.weights] == [(w.name, w.shape) for w in model.weights]
    assert not np.array_equal(clone.weights[0].array, model.weights[0].array)
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone.predict(X), model.predict(X))


def test_what_cannot_be_cloned():
    class Own(pl.Model):
        def call(self, x):
            return x

    with pytest.raises(ArgumentError, match="subclass with its own call"):
        clone_model(Own())
    with pytest.raises(ArgumentError, match="must be a Model"):
        clone_model(pl.layers.Dense(2))


def test_variables_are_weights():
    model = pl.Sequential([pl.Input((4,)), pl.layers.Dense(3), pl.layers.BatchNormalization()])
    same = [
        (model.variables, model.weights),
        (model.trainable_variables, model.trainable_weights),
        (model.non_trainable_variables, model.non_trainable_weights),
    ]
    for one, other in same:
        assert len(one) == len(other) > 0
        assert all(a is b for a, b in zip(one, other, strict=True))


def test_a_function_as_regularizer_is_part_of_the_loss():
    """Loss of zeros: half of each weight squared, so the step of SGD at rate 1 takes all of it away."""
    model = pl.Sequential([pl.Input((4,)), pl.layers.Dense(2, kernel_regularizer=lambda w: 0.5 * pl.ops.sum(w * w))])
    model.compile(pl.optimizers.SGD(1.0), "mse")
    model.train_on_batch(np.zeros((3, 4)), np.zeros((3, 2)))
    np.testing.assert_allclose(model.layers[0].kernel.array, 0, atol=1e-7)
    with pytest.raises(NotImplementedError, match="plain function, which a file cannot hold"):
        model.layers[0].get_config()
