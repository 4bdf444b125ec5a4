"""Layer: what every layer gets from its base: parameters, names, places, calls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError, NotBuiltError, ShapeError
from pellucid.layers import Dense, Layer

NO_NAMES = ["", "a/b", "a\nb", "a" * 201, 3, b"a"]


class Scale(Layer):
    """y = factor * x + shift, the shift being state."""

    def build(self, input_shape: Any) -> None:
        self.factor = self.add_weight((input_shape[-1],), initializer="ones", name="factor")
        self.shift = self.add_weight((), initializer="zeros", trainable=False, name="shift")
        self.builds = getattr(self, "builds", 0) + 1

    def call(self, inputs: Any) -> Any:
        return inputs * self.factor + self.shift


class Counting(Layer):
    """Counts training calls in its state."""

    def build(self, input_shape: Any) -> None:
        self.seen = self.add_weight((), initializer="zeros", trainable=False, name="seen")

    def call(self, inputs: Any, training: bool = False) -> Any:
        if training:
            self.update(self.seen, self.seen + 1.0)
        return inputs + 0.0


def test_it_is_built_once_by_the_first_call() -> None:
    layer = Scale()
    assert not layer.built
    assert layer.weights == []
    for _ in range(2):
        np.testing.assert_array_equal(layer([[1.0, 2.0]]).numpy(), [[1, 2]])
    assert layer.built
    assert layer.builds == 1
    assert layer.count_params() == 3


def test_shapes_are_foretold_without_computing() -> None:
    layer = Scale()
    assert layer.compute_output_shape((None, 4)) == (None, 4)
    assert layer.compute_output_shape((7, 4)) == (7, 4)
    assert layer.factor.shape == (4,)


def test_parameters_by_kind_and_place() -> None:
    class Block(Layer):
        def __init__(self) -> None:
            super().__init__()
            self.first = Scale()
            self.others = {"a": [Scale()], "b": (Dense(2),)}
            self.again = self.first

        def call(self, inputs: Any) -> Any:
            return self.others["b"][0](self.others["a"][0](self.first(inputs)))

    block = Block()
    block([[1.0, 2.0]])
    assert list(block.named_weights()) == [
        "first/factor",
        "first/shift",
        "others/a/0/factor",
        "others/a/0/shift",
        "others/b/0/kernel",
        "others/b/0/bias",
    ]
    assert len(block.weights) == 6
    assert [p.name.rpartition("/")[2] for p in block.non_trainable_weights] == ["shift", "shift"]
    block.trainable = False
    assert block.trainable_weights == []
    assert not block.others["a"][0].trainable
    block.trainable = True
    assert len(block.trainable_weights) == 4


def test_automatic_names_are_keras_names() -> None:
    class ReLUBlock2D(Layer):
        pass

    first, second = ReLUBlock2D(), ReLUBlock2D()
    assert (first.name, second.name) == ("re_lu_block2d", "re_lu_block2d_1")
    assert Dense(2, name="mine").name == "mine"


def test_a_state_is_updated_by_training_calls_alone() -> None:
    layer = Counting()
    layer([1.0])
    assert layer.seen.item() == 0
    layer([1.0], training=True)
    layer([1.0], training=True)
    assert layer.seen.item() == 2


@pytest.mark.parametrize("eagerly", [False, True])
def test_a_state_is_updated_once_a_step(eagerly: bool) -> None:
    layer = Counting()
    model = pl.Sequential([pl.Input((2,)), layer, Dense(1)])
    model.compile("sgd", "mse", run_eagerly=eagerly)
    x = np.ones((10, 2))
    model.fit(x, x[:, :1], batch_size=3, epochs=2, validation_split=0.0, verbose=0)
    model.evaluate(x, x[:, :1], verbose=0)
    model.predict(x)
    assert layer.seen.item() == 8


def test_update_outside_of_a_call_is_refused() -> None:
    layer = Counting()
    layer([1.0])
    with pytest.raises(NotBuiltError, match="update belongs in call"):
        layer.update(layer.seen, layer.seen)


def test_gradients_of_a_layer_without_derivative() -> None:
    layer = Scale()
    x = pl.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    layer(x).sum().backward()
    np.testing.assert_array_equal(layer.factor.grad, [4, 6])
    np.testing.assert_array_equal(x.grad, np.ones((2, 2)))
    assert layer.shift.grad is None


def test_floats_come_in_the_layers_dtype_and_whole_numbers_as_they_are() -> None:
    class Look(Layer):
        def call(self, inputs: Any) -> Any:
            self.seen = inputs.dtype
            return inputs

    for dtype in ("float32", "float64"):
        layer = Look(dtype=dtype)
        layer(np.ones(2, "f8"))
        assert layer.seen == dtype
        layer(np.ones(2, "i4"))
        assert layer.seen == np.int32


def test_several_inputs() -> None:
    class Between(Layer):
        def build(self, input_shape: Any) -> None:
            self.shapes = input_shape

        def call(self, inputs: Any, more: Any = 0.0) -> Any:
            a, b = inputs
            return a - b + more

    layer = Between()
    np.testing.assert_array_equal(layer([np.ones(2), np.zeros(2)], np.full(2, 5.0)).numpy(), [6, 6])
    assert layer.shapes == [(2,), (2,)]
    a, b = pl.Input((2,)), pl.Input((2,))
    model = pl.Model([a, b], Between()([a, b], a))
    np.testing.assert_array_equal(model.predict([np.ones((1, 2)), np.zeros((1, 2))]), [[2, 2]])


@pytest.mark.parametrize("wrong", [None, [], "text", {"a": None}])
def test_a_call_needs_numbers(wrong: Any) -> None:
    with pytest.raises(ArgumentError):
        Scale()(wrong)


def test_a_weight_needs_a_layer_that_was_begun() -> None:
    class NoSuper(Layer):
        def __init__(self) -> None:
            self.kernel = self.add_weight((2,))

    with pytest.raises(NotBuiltError, match=r"NoSuper\.__init__ must call super"):
        NoSuper()


@pytest.mark.parametrize("dtype", ["float16", "int64", "complex64"])
def test_other_dtypes_are_refused(dtype: str) -> None:
    with pytest.raises(ArgumentError, match="'float32' or 'float64'"):
        Scale(dtype=dtype)


def test_set_weights_names_what_does_not_fit() -> None:
    layer = Scale()
    with pytest.raises(ShapeError, match="Is the model built"):
        layer.set_weights([np.ones(2)])
    layer([[1.0, 2.0]])
    with pytest.raises(ShapeError, match=r"factor: the shape must be \(2,\). Received \(3,\)"):
        layer.set_weights([np.ones(3), np.zeros(())])
    layer.set_weights([[2.0, 3.0], 1.0])
    np.testing.assert_array_equal(layer([[1.0, 1.0]]).numpy(), [[3, 4]])


def test_penalties_of_a_users_layer_count_in_the_loss() -> None:
    """L = mean (w x)^2 + 0.5 w^2 at w = 1, x = 0."""

    class Penalised(Layer):
        def build(self, input_shape: Any) -> None:
            self.w = self.add_weight((1,), initializer="ones", regularizer=pl.regularizers.L2(0.5))

        def call(self, inputs: Any) -> Any:
            return inputs * self.w

    model = pl.Sequential([pl.Input((1,)), Penalised()])
    model.compile(pl.optimizers.SGD(0.1), "mse")
    zeros = np.zeros((4, 1))
    assert model.evaluate(zeros, zeros, verbose=0) == pytest.approx(0.5)
    model.train_on_batch(zeros, zeros)
    assert model.get_weights()[0].item() == pytest.approx(0.9)  # 1 - 0.1 * 2 * 0.5 * 1


class Around(Layer):
    """Builds what it holds by hand, as layers written for Keras do."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = Dense(2)

    def build(self, input_shape: Any) -> None:
        self.inner.build(input_shape)

    def call(self, inputs: Any) -> Any:
        return self.inner(inputs)


def test_what_was_built_by_hand_is_not_built_again() -> None:
    layer = Scale()
    layer.build((None, 2))
    layer(np.ones((3, 2)))
    assert (layer.built, layer.builds, len(layer.weights)) == (True, 1, 2)
    around = Around()
    around(np.ones((3, 4)))
    assert around.count_params() == 4 * 2 + 2


def test_two_weights_of_one_name_are_refused() -> None:
    """A file could hold one of them only."""

    class Twins(Layer):
        def build(self, input_shape: Any) -> None:
            self.add_weight((1,), name="w")
            self.add_weight((1,), name="w")

    with pytest.raises(ArgumentError, match="weight of the name 'w'"):
        Twins()(np.ones((1, 1)))


def test_plain_arguments_of_call_by_name() -> None:
    class Power(pl.layers.Layer):
        def call(self, inputs: pl.Tensor, exponent: float = 2.0) -> pl.Tensor:
            return inputs**exponent

    layer, x = Power(name="power"), np.array([[3.0]], np.float32)
    assert layer(x, exponent=3).numpy() == 27
    entry = pl.Input((1,))
    assert pl.Model(entry, layer(entry, exponent=3)).predict(x, verbose=0) == 27
    with pytest.raises(ArgumentError, match=r"power: call takes no argument 'power' by name\. It takes exponent\."):
        layer(x, power=3)
    with pytest.raises(ArgumentError, match=r"'exponent' by name must be a number, a text or a flag\. Received ndarray\."):
        layer(x, exponent=np.array(3))


class Bare(Layer):
    """y = factor * x + shift, of parameters that are attributes, made without add_weight."""

    def __init__(self, **layer: Any) -> None:
        super().__init__(**layer)
        self.factor = pl.Parameter(np.ones(1, np.float32), name="factor")
        self.others = {"shift": [pl.Parameter(np.zeros(1, np.float32), name="state", trainable=False)]}
        self.again = self.factor

    def call(self, inputs: Any) -> Any:
        return inputs * self.factor + self.others["shift"][0]


@pytest.mark.parametrize("eagerly", [False, True])
def test_a_parameter_that_is_an_attribute_is_trained_and_counted(eagerly: bool) -> None:
    """L = w^2 at x = 1, y = 0: w <- w - 0.25 * 2 w, twice; frozen, it stays."""
    ones, model = np.ones((4, 1), np.float32), pl.Sequential([pl.Input((1,)), Bare()])
    model.compile(pl.optimizers.SGD(0.25), "mse", run_eagerly=eagerly)
    model.fit(ones, 0 * ones, epochs=2, verbose=0)
    assert [w.tolist() for w in model.get_weights()] == [[0.25], [0.0]]
    assert (model.count_params(), len(model.trainable_weights)) == (2, 1)
    model.trainable = False
    model.fit(ones, 0 * ones, verbose=0)
    assert model.get_weights()[0] == 0.25


def test_a_layer_made_frozen_freezes_the_parameters_that_it_holds() -> None:
    layer = Bare(trainable=False)
    layer(np.ones((1, 1)))
    assert layer.trainable_weights == []
    layer.trainable = True
    assert layer.trainable_weights == [layer.factor]


def test_parameters_that_are_attributes_are_saved_by_their_place(tmp_path: Any) -> None:
    class Model(pl.Model):
        def __init__(self) -> None:
            super().__init__()
            self.layer = Bare()

        def call(self, inputs: Any) -> Any:
            return self.layer(inputs)

    model, again = Model(), Model()
    for each in (model, again):
        each(np.ones((1, 1)))
    model.set_weights([np.full(1, 3.0), np.full(1, 5.0)])
    assert list(model.named_weights()) == ["layer/factor", "layer/others/shift/0"]
    model.save_weights(tmp_path / "w")
    again.load_weights(tmp_path / "w")
    assert again.predict(np.full((1, 1), 2.0)).item() == 11


def test_a_parameter_of_a_held_layer_that_is_an_attribute_too_counts_once() -> None:
    class Tied(Layer):
        def __init__(self) -> None:
            super().__init__()
            self.inner = Scale()

        def build(self, input_shape: Any) -> None:
            self.inner.build(input_shape)
            self.same = self.inner.factor

        def call(self, inputs: Any) -> Any:
            return self.inner(inputs) * self.same

    layer = Tied()
    layer(np.ones((1, 2)))
    assert len(layer.weights) == len(layer.named_weights()) == 2


def test_two_parameters_of_one_place_are_refused_before_one_is_lost(tmp_path: Any) -> None:
    x = pl.Input((1,))
    twins = [pl.Parameter(np.ones(1, np.float32), name=f"{place}/w") for place in "ab"]
    model = pl.Model(x, x * twins[0] + twins[1])
    assert model.count_params() == 2
    with pytest.raises(ArgumentError, match=r"two parameters are found as 'w', '[ab]/w' and '[ab]/w'.*Give one another name"):
        model.save_weights(tmp_path / "w")
    layer = Bare()
    layer.others = {0: Scale(), "0": Scale()}
    layer.others[0](np.ones((1, 1)))
    layer.others["0"](np.ones((1, 1)))
    with pytest.raises(ArgumentError, match="two parameters are found as 'others/0/factor'"):
        layer.named_weights()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        *(({"name": n}, r"Dense: name must be printable text of 1 to 200 characters without '/'\. Received") for n in NO_NAMES),
        *(({"trainable": v}, "Dense: trainable must be True or False. Received") for v in (0, "no", None)),
        *(({"input_dim": v}, "Dense: input_dim must be an integer >= 1. Received") for v in (2.5, "3", 0, (3,))),
        *(({"input_shape": v}, "Dense: input_shape must be a tuple") for v in (3, "3", {3})),
        *(({"input_shape": v}, "Dense: every axis of input_shape must be a positive integer or None") for v in ((2.5,), (0,))),
    ],
)
def test_settings_that_every_layer_has_are_held_against_their_rules(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        Dense(2, **settings)


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_name_that_is_none_is_refused_of_models_and_inputs_too(name: Any) -> None:
    for make in (lambda: pl.Sequential([], name=name), lambda: pl.Input((2,), name=name)):
        with pytest.raises(ArgumentError, match="name must be printable"):
            make()


def test_the_shape_of_a_sample_may_be_of_numpys_integers_and_open() -> None:
    assert Dense(2, input_shape=[np.int64(3), None]).get_config()["input_shape"] == [3, None]
    assert Dense(2, input_dim=np.int64(3)).get_config()["input_shape"] == [3]


def test_an_attribute_that_lists_weights_once_more_takes_none_from_its_layer(tmp_path):
    """As of a model that keeps another's variables: names in files, and the order of weights, stay as they were."""

    class Pair(pl.Model):
        def __init__(self):
            super().__init__()
            self.tied = None
            self.table = pl.layers.Dense(2)
            self.last = pl.layers.Dense(1)

        def call(self, x):
            return self.last(self.table(x))

    model = Pair()
    model(np.ones((1, 3), np.float32))
    names, order = list(model.named_weights()), [id(p) for p in model.weights]
    model.save_weights(tmp_path / "w")
    model.tied = model.table.kernel  # stands before the layer that made it
    model.mine = model.trainable_weights
    assert list(model.named_weights()) == names
    assert [id(p) for p in model.weights] == order
    model.load_weights(tmp_path / "w")
