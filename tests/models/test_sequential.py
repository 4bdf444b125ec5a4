"""Sequential: stacks that grow and shrink, with the input's shape said or found."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError, NotBuiltError, ShapeError
from pellucid.layers import Dense

X = np.ones((5, 3), np.float32)


@pytest.mark.parametrize(
    "layers",
    [
        lambda: [pl.Input((3,)), Dense(4), Dense(2)],
        lambda: [pl.layers.InputLayer((3,)), Dense(4), Dense(2)],
        lambda: [Dense(4, input_dim=3), Dense(2)],
        lambda: [Dense(4, input_shape=(3,)), Dense(2)],
    ],
    ids=["Input", "InputLayer", "input_dim", "input_shape"],
)
def test_the_input_shape_builds_it(layers) -> None:
    model = pl.Sequential(layers())
    assert model.built
    assert model.input_shape == (None, 3)
    assert model.count_params() == 3 * 4 + 4 + 4 * 2 + 2
    assert model.predict(X).shape == (5, 2)


def test_without_it_the_first_data_do() -> None:
    model = pl.Sequential([Dense(4), Dense(2)])
    assert not model.built
    with pytest.raises(NotBuiltError, match="input shape"):
        model.count_params()
    with pytest.raises(NotBuiltError, match="input shape"):
        _ = model.input_shape
    model.compile("sgd", "mse")
    model.fit(X, X[:, :2], verbose=0)
    assert model.input_shape == (None, 3)
    assert [w.shape for w in model.get_weights()] == [(3, 4), (4,), (4, 2), (2,)]


def test_add_after_training_goes_on_with_the_trained_layers() -> None:
    model = pl.Sequential([Dense(4, input_dim=3)])
    model.compile("sgd", "mse")
    model.fit(X, np.ones((5, 4)), verbose=0)
    kernel = model.layers[0].kernel.numpy().copy()
    model.add(Dense(2))
    assert model.count_params() == 16 + 10
    model.compile("sgd", "mse")
    assert model.predict(X).shape == (5, 2)
    np.testing.assert_array_equal(model.layers[0].kernel.numpy(), kernel)
    model.fit(X, X[:, :2], verbose=0)
    assert (model.layers[0].kernel.numpy() != kernel).any()


def test_the_accuracy_of_a_grown_model_is_that_of_its_new_output() -> None:
    """With one output "accuracy" is the binary form; with three it is not."""
    model = pl.Sequential([Dense(1, input_dim=3)])
    model.add(Dense(3))
    model.layers[1].set_weights([np.zeros((1, 3)), np.array([0.0, 1.0, 0.0])])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    assert model.evaluate(X, [1, 1, 1, 1, 0], verbose=0, return_dict=True)["accuracy"] == pytest.approx(0.8)


def test_pop_takes_the_top_off() -> None:
    top = Dense(2)
    model = pl.Sequential([pl.Input((3,)), Dense(4), top])
    assert model.predict(X).shape == (5, 2)
    assert model.pop() is top
    assert model.predict(X).shape == (5, 4)
    model.pop()
    with pytest.raises(ArgumentError, match="no layer to pop"):
        model.pop()


def test_layers_is_a_copy() -> None:
    model = pl.Sequential([Dense(4, input_dim=3)])
    model.layers.clear()
    assert len(model.layers) == 1


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: pl.Sequential([Dense]), ArgumentError, "made with brackets"),
        (lambda: pl.Sequential(["dense"]), ArgumentError, "must be a layer"),
        (lambda: pl.Sequential(Dense(2)), ArgumentError, "as a list"),
        (lambda: pl.Sequential([Dense(2), pl.Input((3,))]), ArgumentError, "must come first"),
        (lambda: pl.Sequential([pl.Input((3,)), pl.Input((3,))]), ArgumentError, "must come first"),
        (lambda: pl.Sequential([pl.Input((3,)), Dense(2)]).add(3), ArgumentError, "must be a layer"),
        (lambda: pl.Sequential()(X), NotBuiltError, "add a layer"),
        (lambda: pl.Sequential([Dense(2)])([X, X]), ShapeError, "one input"),
        (lambda: Dense(2, input_dim=3, input_shape=(3,)), ArgumentError, "not both"),
    ],
)
def test_what_is_no_stack_is_refused(make, error, words) -> None:
    with pytest.raises(error, match=words):
        make()


def test_a_layer_stands_in_a_stack_once() -> None:
    layer = Dense(3)
    with pytest.raises(ArgumentError, match="in the stack already"):
        pl.Sequential([pl.Input((3,)), layer, layer])


def test_sequential_in_sequential() -> None:
    inner = pl.Sequential([Dense(4, activation="relu"), Dense(3)])
    model = pl.Sequential([pl.Input((3,)), inner, Dense(2)])
    x = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    k0, b0, k1, b1, k2, b2 = model.get_weights()
    by_hand = (np.maximum(x @ k0 + b0, 0) @ k1 + b1) @ k2 + b2
    np.testing.assert_allclose(model.predict(x), by_hand, rtol=1e-5, atol=1e-6)
    assert [layer.name for layer in model.layers] == [inner.name, model.layers[1].name]


def test_get_layer() -> None:
    model = pl.Sequential([Dense(4, input_dim=3, name="first"), Dense(2, name="second")])
    assert model.get_layer("second") is model.layers[1]
    assert model.get_layer(index=0) is model.layers[0]
    assert model.get_layer(index=-1) is model.layers[1]
    for wrong in ({"name": "third"}, {"index": 2}, {}):
        with pytest.raises(ArgumentError, match="first, second"):
            model.get_layer(**wrong)


def test_whole_numbers_can_be_the_input() -> None:
    model = pl.Sequential([pl.Input((1,), dtype="int64"), OneHot()])
    np.testing.assert_array_equal(model.predict(np.array([[2], [0]])), [[[0, 0, 1]], [[1, 0, 0]]])


class OneHot(pl.layers.Layer):
    def call(self, inputs):
        return pl.ops.one_hot(inputs, 3)


class Held(pl.Model):
    def __init__(self, **layer) -> None:
        super().__init__(**layer)
        self.parts = [Dense(4), Dense(2)]

    def call(self, inputs):
        if isinstance(inputs, dict):
            inputs = inputs["a"] + inputs["b"]
        return self.parts[1](self.parts[0](inputs))


@pytest.mark.parametrize("make", [lambda **layer: pl.Sequential([Dense(4), Dense(2)], **layer), Held])
def test_build_makes_the_parameters(make) -> None:
    model = make()
    model.build((None, 3))
    assert model.built
    assert [w.shape for w in model.get_weights()] == [(3, 4), (4,), (4, 2), (2,)]
    before = model.get_weights()
    model.compile("sgd", "mse")
    model.build((None, 3))
    np.testing.assert_array_equal(before[0], model.get_weights()[0])
    assert model.predict(X).shape == (5, 2)


def test_build_for_several_inputs() -> None:
    model = Held()
    model.build({"a": (None, 3), "b": (None, 3)})
    assert model.count_params() == 3 * 4 + 4 + 4 * 2 + 2


def functional(**layer) -> pl.Model:
    x = pl.Input((3,))
    return pl.Model(x, Dense(2)(Dense(4)(x)), **layer)


@pytest.mark.parametrize(
    "make", [lambda **layer: pl.Sequential([Dense(4), Dense(2)], **layer), lambda **layer: Held(**layer), functional]
)
def test_a_model_made_frozen_learns_nothing_until_it_is_thawed(make) -> None:
    model = make(trainable=False)
    model.compile(pl.optimizers.SGD(0.1), "mse")
    model.predict(X)
    before = model.get_weights()
    assert model.trainable_weights == []
    model.fit(X, X[:, :2], verbose=0)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    model.trainable = True
    model.fit(X, X[:, :2], verbose=0)
    assert any((one != other).any() for one, other in zip(before, model.get_weights(), strict=True))


def test_a_fixed_batch_is_kept_in_training_and_in_its_file(tmp_path):
    """States that are carried from batch to batch need it."""
    model = pl.Sequential([pl.Input((3, 2), batch_size=4), pl.layers.SimpleRNN(5, return_sequences=True)])
    model.add(pl.layers.GRU(2, stateful=True))
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).normal(size=(8, 3, 2)).astype(np.float32)
    model.fit(x, x[:, 0], batch_size=4, verbose=0)
    model.save(tmp_path / "f")
    again = pl.load_model(tmp_path / "f")
    assert again.input_shape == (4, 3, 2)
    np.testing.assert_array_equal(again.predict(x, batch_size=4), model.predict(x, batch_size=4))
    with pytest.raises(ShapeError, match="4"):
        again.predict(x[:3], batch_size=3)
    with pytest.raises(ArgumentError, match="batch_size"):
        pl.Input((3,), batch_size=0)


WINDOWS = np.zeros((4, 5, 3), np.float32)


@pytest.mark.parametrize(
    ("layers", "x", "words"),
    [
        (lambda: [pl.Input((8, 8)), pl.layers.Flatten()], np.zeros((3, 64)), r"\(None, 8, 8\)\. Received \(None, 64\)"),
        (lambda: [pl.Input((8, 8)), pl.layers.Flatten()], np.zeros((3, 4, 16)), r"\(None, 8, 8\)\. Received \(None, 4, 16\)"),
        (lambda: [pl.Input((10, 3)), pl.layers.LSTM(2)], WINDOWS, r"\(None, 10, 3\)\. Received \(None, 5, 3\)"),
        (lambda: [pl.layers.LSTM(2, input_shape=(10, 3))], WINDOWS, r"\(None, 10, 3\)\. Received \(None, 5, 3\)"),
        (lambda: [Dense(2, input_dim=3)], WINDOWS, r"\(None, 3\)\. Received \(None, 5, 3\)"),
    ],
)
@pytest.mark.parametrize("eagerly", [False, True])
def test_data_are_held_against_the_shape_that_was_said(layers, x, words, eagerly) -> None:
    model = pl.Sequential([*layers(), Dense(1)], name="stack")
    model.compile("sgd", "mse", run_eagerly=eagerly)
    for act in (lambda: model.fit(x, np.zeros(len(x)), verbose=0), lambda: model.predict(x), lambda: model(x)):
        with pytest.raises(ShapeError, match=r"stack: the input must have shape " + words.replace("None", r"(None|\d)")):
            act()


def test_axes_that_are_open_or_known_from_data_alone_take_any_length(tmp_path) -> None:
    """In a file, too: a stack that data have built takes other lengths after it was loaded, as before."""
    for said in ([pl.Input((None, 3))], []):
        model = pl.Sequential([*said, pl.layers.LSTM(2)])
        for steps in (5, 2):
            assert model.predict(WINDOWS[:, :steps]).shape == (4, 2)
        model.save(tmp_path / "f")
        assert pl.load_model(tmp_path / "f").predict(WINDOWS[:, :4]).shape == (4, 2)


def test_a_loaded_stack_holds_data_against_the_shape_that_was_said(tmp_path) -> None:
    model = pl.Sequential([pl.Input((10, 3)), pl.layers.LSTM(2)])
    model.save(tmp_path / "f")
    for again in (pl.load_model(tmp_path / "f"), pl.models.clone_model(model)):
        with pytest.raises(ShapeError, match="must have shape"):
            again.predict(WINDOWS)
