"""Subclasses with ``call``, and users' own layers and operations: planned and run eagerly, with the same results."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError, NotBuiltError, ShapeError, TraceError
from pellucid.layers import Dense, Dropout
from tests.support.training import CLASSES, assert_close, assert_same_bits, clusters

X, Y = clusters()
SPARSE = pl.losses.SparseCategoricalCrossentropy(from_logits=True)


class Branches(pl.Model):
    """Layers in a list and in a dictionary, one of which is used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = [Dense(6, activation="relu"), Dense(6, activation="tanh")]
        self.heads = {"main": Dense(CLASSES), "side": [Dense(CLASSES)]}

    def call(self, inputs):
        x = inputs
        for layer in (*self.stack, self.stack[1]):
            x = layer(x)
        return self.heads["main"](x) - 0.5 * self.heads["side"][0](x)


class Cube(pl.Op):
    """x^3, with a derivative of its own."""

    def infer(self, x):
        return x

    def forward(self, xp, x):
        return x**3

    def backward(self, xp, grad, x):
        return grad * 3 * x**2


class CubedDense(pl.layers.Layer):
    """A layer without a derivative of its own, around an operation with one."""

    def build(self, input_shape) -> None:
        self.kernel = self.add_weight((input_shape[-1], CLASSES), name="kernel")
        self.scale = self.add_weight((), initializer="ones", name="scale")

    def call(self, inputs):
        return Cube()(pl.ops.tanh(inputs @ self.kernel)) * self.scale


def own_layers() -> pl.Model:
    return pl.Sequential([pl.Input((4,)), Dense(4), CubedDense()])


@pytest.mark.parametrize("make", [Branches, own_layers])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_planned_and_eager_agree(make, optimizer) -> None:
    trained = []
    for eagerly in (False, True):
        pl.utils.set_random_seed(3)
        model = make()
        model.compile(optimizer, SPARSE, metrics=["accuracy"], run_eagerly=eagerly)
        history = model.fit(X, Y, epochs=3, batch_size=16, validation_split=0.2, verbose=0).history
        trained.append((model.get_weights(), [np.array(v) for v in history.values()], model.predict(X)))
    assert len(trained[0][0]) in (8, 4)
    for planned, eager in zip(*trained, strict=True):
        planned, eager = ([planned], [eager]) if isinstance(planned, np.ndarray) else (planned, eager)
        assert_close(planned, eager)


def test_what_a_subclass_holds() -> None:
    model = Branches()
    model.predict(X)
    assert model.count_params() == (4 * 6 + 6) + (6 * 6 + 6) + 2 * (6 * CLASSES + CLASSES)
    assert [layer.name for layer in model.layers] == [
        *(layer.name for layer in model.stack),
        model.heads["main"].name,
        model.heads["side"][0].name,
    ]
    assert set(model.named_weights()) == {
        f"{place}/{name}" for place in ("stack/0", "stack/1", "heads/main", "heads/side/0") for name in ("kernel", "bias")
    }


class Doubting(pl.Model):
    """Asks ``training`` and behaves by it."""

    def __init__(self) -> None:
        super().__init__()
        self.head = Dense(1, use_bias=False, kernel_initializer="ones")
        self.drop = Dropout(0.5)

    def call(self, inputs, training=False):
        return self.drop(self.head(inputs)) + (100.0 if training else 0.0)


@pytest.mark.parametrize("eagerly", [False, True])
def test_the_training_argument(eagerly) -> None:
    model = Doubting()
    model.compile(pl.optimizers.SGD(0.0), lambda y_true, y_pred: pl.ops.mean(y_pred, axis=-1), run_eagerly=eagerly)
    ones, zeros = np.ones((1000, 1)), np.zeros((1000, 1))
    assert (model.predict(ones) == 1).all()
    assert model.evaluate(ones, zeros, verbose=0) == pytest.approx(1.0)
    # 1 is dropped or doubled, so the mean over 1000 is 1 +- 0.032
    assert model.fit(ones, zeros, verbose=0).history["loss"][0] == pytest.approx(101.0, abs=0.2)
    assert set(np.unique(model(ones, training=True).numpy())) == {100.0, 102.0}
    assert (model(ones).numpy() == 1).all()


class Named(pl.Model):
    def __init__(self) -> None:
        super().__init__()
        self.p, self.q = Dense(1), Dense(2)

    def call(self, inputs):
        return {"p": self.p(inputs), "q": self.q(inputs)}


def test_a_subclass_may_return_a_dictionary() -> None:
    model = Named()
    outputs = model.predict(X)
    assert {name: y.shape for name, y in outputs.items()} == {"p": (50, 1), "q": (50, 2)}
    model.compile("sgd", {"q": "mse", "p": "mse"})
    history = model.fit(X, {"q": X[:, :2], "p": X[:, :1]}, verbose=0).history
    assert list(history) == ["loss", "p_loss", "q_loss"]


class Answer(pl.Model):
    """Returns what it was told to."""

    def __init__(self, function) -> None:
        super().__init__()
        self.function = function

    def call(self, inputs):
        return self.function(inputs)


@pytest.mark.parametrize("function", [lambda x: None, lambda x: 3.0, lambda x: pl.ops.sum(x), lambda x: x[0]])
def test_call_must_return_tensors_of_the_batch(function) -> None:
    model = Answer(function)
    with pytest.raises(ShapeError, match="first axis is the batch"):
        model.predict(X)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: x if pl.ops.sum(x) > 0 else -x, r"Python's if.*pellucid\.ops\.where"),
        (lambda x: x * float(pl.ops.sum(x)), r"float\(\)"),
        (lambda x: x * int(pl.ops.sum(x)), r"int\(\)"),
        (lambda x: pl.ops.stack(list(x)), "Iteration over the batch axis"),
        (lambda x: x * np.exp(x), r"pellucid\.ops\.exp"),
        (lambda x: x[: len(x) // 2], r"len\(\) over the batch axis"),
    ],
)
def test_python_that_needs_values_is_an_error_in_a_trace(function, words) -> None:
    model = Answer(function)
    model.compile("sgd", "mse")
    with pytest.raises((TraceError, TypeError), match=words):
        model.fit(X, X, verbose=0)


def test_eagerly_calling_a_model_has_values_to_branch_on() -> None:
    model = Answer(lambda x: x if pl.ops.sum(x) > 0 else -x)
    np.testing.assert_array_equal(model(-np.ones((1, 2), np.float32)).numpy(), [[1, 1]])


def test_what_is_missing_is_said() -> None:
    class NoSuper(pl.Model):
        def __init__(self) -> None:
            self.head = Dense(1)

        def call(self, inputs):
            return self.head(inputs)

    for use in (
        lambda m: m(X),
        lambda m: m.compile("sgd", "mse"),
        lambda m: m.fit(X, X[:, :1]),
        lambda m: m.predict(X),
        lambda m: m.evaluate(X, Y),
    ):
        with pytest.raises(NotBuiltError, match=r"must call super\(\).__init__"):
            use(NoSuper())
    with pytest.raises(NotImplementedError, match="needs a call method"):
        pl.Model()(X)
    with pytest.raises(ArgumentError, match="tensor or an array is needed"):
        Named()(None)


def test_an_operation_without_derivative_cannot_be_trained_through() -> None:
    class Rounded(pl.Op):
        def infer(self, x):
            return x

        def forward(self, xp, x):
            return xp.round(x)

    pl.utils.set_random_seed(0)
    model = pl.Sequential([pl.Input((4,)), Dense(1), Answer(Rounded())])
    model.compile("sgd", "mse")
    before = model.get_weights()
    with pytest.raises(TypeError, match=r"Rounded has no derivative.*stop_gradient"):
        model.fit(X, X[:, :1], verbose=0)
    assert_same_bits(before, model.get_weights())


class Difference(pl.Model):
    """Takes its inputs by name."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = Dense(1, use_bias=False, kernel_initializer="ones")

    def call(self, inputs):
        return self.scale(inputs["a"] - 2 * inputs["b"])


A, B = X[:, :1], X[:, 1:2]
NAMED, TURNED = {"a": A, "b": B}, {"b": B, "a": A}


@pytest.mark.parametrize("eagerly", [False, True])
def test_a_dictionary_of_inputs_reaches_call_by_its_names(eagerly) -> None:
    model, expected = Difference(), A - 2 * B
    model.compile(pl.optimizers.SGD(0.0), "mse", run_eagerly=eagerly)
    assert model.fit(NAMED, expected, verbose=0).history["loss"] == [pytest.approx(0, abs=1e-10)]
    assert model.evaluate(TURNED, expected, verbose=0) == pytest.approx(0, abs=1e-10)
    assert model.evaluate([(TURNED, expected)], verbose=0) == pytest.approx(0, abs=1e-10)
    assert model.train_on_batch(TURNED, expected) == pytest.approx(0, abs=1e-10)
    for y in (model.predict(TURNED), model.predict([A, B]), model.predict_on_batch(TURNED), model.predictor(NAMED)(A, B)):
        np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)


def test_other_names_than_the_first_are_refused() -> None:
    model = Difference()
    with pytest.raises(KeyError):
        model.predict({"a": A, "c": B})  # refused by call: the names are not settled yet
    model.predict(TURNED)
    with pytest.raises(ArgumentError, match=r"x: the dictionary's keys must be \['a', 'b'\]\. Received \['a', 'c'\]"):
        model.predict({"a": A, "c": B})
    without = Answer(lambda x: x[0] - x[1])
    without.predict([A, B])
    with pytest.raises(ArgumentError, match=r"without names.*Received a dictionary of \['a', 'b'\]\. Pass a list"):
        without.predict(NAMED)


def test_a_step_of_ones_own_gets_the_dictionary() -> None:
    class Own(Difference):
        def train_step(self, data):
            x, y = data
            return {"loss": pl.ops.mean((x["a"] - 2 * x["b"] - y) ** 2, axis=-1)}

    model = Own()
    model.compile("sgd", "mse")
    assert model.fit(TURNED, A - 2 * B, verbose=0).history["loss"] == [pytest.approx(0, abs=1e-10)]
