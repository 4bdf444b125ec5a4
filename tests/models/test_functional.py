"""Functional models: graphs of layers and operations between inputs and outputs, held against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers import Dense

rng = np.random.default_rng(0)
A, B = (rng.normal(size=(10, 3)).astype(np.float32) for _ in range(2))


def dense(layer: Dense, x: np.ndarray) -> np.ndarray:
    return x @ layer.kernel.numpy() + layer.bias.numpy()


def test_two_inputs_and_operations_on_symbolic_tensors() -> None:
    a, b = pl.Input((3,), name="a"), pl.Input((3,), name="b")
    layer = Dense(2)
    model = pl.Model([a, b], layer(a * 2 - pl.ops.exp(b)[:, ::-1]))
    np.testing.assert_allclose(model.predict([A, B]), dense(layer, A * 2 - np.exp(B)[:, ::-1]), rtol=1e-5, atol=1e-5)
    assert [t.name for t in model.inputs] == ["a", "b"]
    assert model.outputs[0].shape == (None, 2)


@pytest.mark.parametrize("structure", ["list", "names", "dict"])
def test_dictionaries_are_matched_by_name_not_by_order(structure: str) -> None:
    a, b = pl.Input((3,), name="a"), pl.Input((3,), name="b")
    output = Dense(1, kernel_initializer="ones")(a - 2 * b)
    model = pl.Model({"a": a, "b": b} if structure == "dict" else [a, b], output)
    model.compile("sgd", "mse")
    expected = (A - 2 * B).sum(axis=1, keepdims=True)
    turned = {"b": B, "a": A}
    for y in (model.predict(turned), model.predict(iter([turned])), model(turned).numpy(), model.predict_on_batch(turned)):
        np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)
    for data in ((turned, expected), (iter([(turned, expected)]),)):
        assert model.evaluate(*data, verbose=0) == pytest.approx(0.0, abs=1e-10)
    if structure != "dict":
        np.testing.assert_allclose(model.predict([A, B]), expected, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(model.predict((A, B)), expected, rtol=1e-5, atol=1e-5)


def two_outputs(structure: str):
    x = pl.Input((3,))
    first, second = Dense(1, name="first"), Dense(3, activation="softmax", name="second")
    outputs = [first(x), second(x)] if structure == "list" else {"p": first(x), "q": second(x)}
    return pl.Model(x, outputs), first, second


LABELS = np.arange(10) % 3


def test_outputs_as_a_list() -> None:
    model, first, _ = two_outputs("list")
    p, q = model.predict(A)
    np.testing.assert_allclose(p, dense(first, A), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(q.sum(axis=1), 1, rtol=1e-6)
    losses = {"first": "mse", "second": "sparse_categorical_crossentropy"}
    for loss, metrics in ((losses, {"second": ["accuracy"]}), (list(losses.values()), [[], ["accuracy"]])):
        model.compile("sgd", loss, metrics=metrics, loss_weights={"first": 0.25})
        results = model.evaluate(A, [B[:, :1], LABELS], verbose=0, return_dict=True)
        assert list(results) == ["loss", "first_loss", "second_loss", "second_accuracy"]
        assert results["first_loss"] == pytest.approx(np.mean((p - B[:, :1]) ** 2), rel=1e-5)
        assert results["second_loss"] == pytest.approx(-np.log(q[np.arange(10), LABELS]).mean(), rel=1e-5)
        assert results["second_accuracy"] == pytest.approx((q.argmax(1) == LABELS).mean())
        assert results["loss"] == pytest.approx(0.25 * results["first_loss"] + results["second_loss"], rel=1e-6)


def test_outputs_as_a_dictionary_go_by_its_keys() -> None:
    model, first, _ = two_outputs("dict")
    model.compile("sgd", {"q": "sparse_categorical_crossentropy", "p": "mse"}, metrics={"q": ["accuracy"]})
    y = {"q": LABELS, "p": B[:, :1]}
    history = model.fit(A, y, verbose=0).history
    assert list(history) == ["loss", "p_loss", "q_loss", "q_accuracy"]
    outputs = model.predict(A)
    assert {key: v.shape for key, v in outputs.items()} == {"p": (10, 1), "q": (10, 3)}
    np.testing.assert_allclose(outputs["p"], dense(first, A), rtol=1e-5, atol=1e-6)


def test_sample_weights_as_a_dictionary_go_by_name() -> None:
    model, _, _ = two_outputs("dict")
    model.compile("sgd", {"p": "mse", "q": "sparse_categorical_crossentropy"})
    y = {"q": LABELS, "p": B[:, :1]}
    plain = model.evaluate(A, y, verbose=0, return_dict=True)
    weighted = model.evaluate(A, y, sample_weight={"q": np.ones(10), "p": np.zeros(10)}, verbose=0, return_dict=True)
    assert weighted["p_loss"] == 0
    assert weighted["q_loss"] == plain["q_loss"] > 0


def test_an_output_without_loss_brings_no_target() -> None:
    model, _, second = two_outputs("list")
    before = second.kernel.numpy().copy()
    model.compile("sgd", {"first": "mse"})
    model.fit(A, B[:, :1], verbose=0)
    np.testing.assert_array_equal(second.kernel.numpy(), before)


def test_a_shared_layer_gets_the_gradient_of_all_its_uses() -> None:
    """L = mean (w a - w b - y)^2 with w shared: dL/dw = mean 2 (a - b) (w (a - b) - y), which is -mean 2 (a - b) y at w = 0."""
    a, b = pl.Input((1,)), pl.Input((1,))
    shared = Dense(1, use_bias=False, kernel_initializer="zeros")
    model = pl.Model([a, b], shared(a) - shared(b))
    model.compile(pl.optimizers.SGD(1.0), "mse")
    assert model.count_params() == 1
    x, z, y = A[:, :1], A[:, 1:2], B[:, :1]
    model.train_on_batch([x, z], y)
    assert shared.kernel.numpy().item() == pytest.approx(np.mean(2 * (x - z) * y), rel=1e-5)


def test_fan_out_adds_gradients_up() -> None:
    """y = h + 3 h + h^2 with h = w x, at w = 1, x = 2: dy/dw = (1 + 3 + 2 h) x = 16. L = y, so w <- 1 - 16."""
    x = pl.Input((1,))
    layer = Dense(1, use_bias=False, kernel_initializer="ones")
    h = layer(x)
    model = pl.Model(x, h + 3 * h + h**2)
    model.compile(pl.optimizers.SGD(1.0), lambda y_true, y_pred: pl.ops.mean(y_pred, axis=-1))
    model.train_on_batch([[2.0]], [[0.0]])
    assert layer.kernel.numpy().item() == pytest.approx(-15.0)


def test_nested_models_share_their_weights_with_the_outer_one() -> None:
    i = pl.Input((3,))
    inner = pl.Model(i, Dense(3, activation="tanh")(i), name="inner")
    x = pl.Input((3,))
    outer = pl.Model(x, inner(inner(x)) + x)
    assert outer.count_params() == inner.count_params() == 12
    once = np.tanh(dense(inner.layers[0], A))
    np.testing.assert_allclose(outer.predict(A), np.tanh(dense(inner.layers[0], once)) + A, rtol=1e-5, atol=1e-5)
    outer.compile("sgd", "mse")
    before = inner.get_weights()
    outer.fit(A, B, verbose=0)
    assert all((x != y).any() for x, y in zip(before, inner.get_weights(), strict=True))
    assert outer.get_layer("inner") is inner


class Split(pl.layers.Layer):
    """Several outputs from one call."""

    def call(self, inputs):
        return {"low": inputs[:, :1], "rest": [inputs[:, 1:2], inputs[:, 2:]]}


def test_a_layer_with_several_outputs() -> None:
    x = pl.Input((3,))
    parts = Split()(x * 2)
    model = pl.Model(x, [parts["rest"][1], parts["low"] + parts["rest"][0]])
    last, others = model.predict(A)
    np.testing.assert_allclose(last, 2 * A[:, 2:], rtol=1e-6)
    np.testing.assert_allclose(others, 2 * A[:, :1] + 2 * A[:, 1:2], rtol=1e-5, atol=1e-6)
    assert [type(layer) for layer in model.layers] == [Split]


def test_an_input_may_be_the_output() -> None:
    x = pl.Input((3,))
    np.testing.assert_array_equal(pl.Model(x, x).predict(A), A)


def test_a_fixed_batch_size_is_kept() -> None:
    x = pl.Input((3,), batch_size=5)
    model = pl.Model(x, x * 2)
    np.testing.assert_allclose(model.predict(A, batch_size=5), 2 * A)
    with pytest.raises(ShapeError, match=r"must have shape \(5, 3\)"):
        model.predict(A, batch_size=4)


def test_what_is_no_graph_is_refused() -> None:
    x, other = pl.Input((3,)), pl.Input((3,), name="other")
    y = Dense(2)(x)
    cases = [
        (lambda: pl.Model(x), "both inputs and outputs"),
        (lambda: pl.Model(x, 3), "symbolic tensors"),
        (lambda: pl.Model(A, y), "symbolic tensors"),
        (lambda: pl.Model(y, Dense(2)(y)), "must be the result of Input"),
        (lambda: pl.Model(x, Dense(2)(x + other)), "'other'.*not among the inputs"),
        (lambda: pl.Model([x, x], y), "listed twice"),
    ]
    for make, words in cases:
        with pytest.raises(ArgumentError, match=words):
            make()
    model = pl.Model([x, other], Dense(1)(x + other))
    for wrong in (A, [A, B, A]):
        with pytest.raises(ShapeError, match="takes 2 inputs"):
            model.predict(wrong)
    with pytest.raises(ArgumentError, match="keys must be"):
        model.predict({"other": A, "another": B})
    with pytest.raises(ShapeError, match="'other'"):
        model.predict([A, A[:, :2]])


def test_a_flat_array_is_a_column_where_one_feature_is_asked_for() -> None:
    """As in Keras: the columns of a table go in as they are."""
    a, b = pl.Input((1,), name="a"), pl.Input((2,), name="b")
    model = pl.Model({"a": a, "b": b}, pl.layers.Dense(1)(pl.layers.Concatenate()([a, b])))
    x = {"a": np.arange(3.0), "b": np.ones((3, 2))}
    np.testing.assert_array_equal(model.predict(x), model.predict({**x, "a": x["a"][:, None]}))
    stack = pl.Sequential([pl.Input((1,)), pl.layers.Dense(1)])
    np.testing.assert_array_equal(stack.predict(x["a"]), stack.predict(x["a"][:, None]))
