"""Model files: what comes back, and what is refused."""

from __future__ import annotations

import copy
import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

import pellucid as pl
from pellucid.errors import ArgumentError, FileFormatError, NotBuiltError
from pellucid.layers import Dense
from tests.support.tensor_files import rewrite
from tests.support.training import assert_same_bits, classifier, clusters

X, Y = clusters()
A, B = X[:, :3], X[:, 1:]


def sequential() -> pl.Model:
    model = classifier(pl.optimizers.SGD(0.05, momentum=0.9, nesterov=True), dropout=0.2, normalize=True, l2=0.01)
    model.fit(X, Y, verbose=0)
    return model


def functional() -> pl.Model:
    """Two inputs, a shared layer, a nested model, operations with all kinds of settings, two outputs."""
    a, b = pl.Input((3,), name="a"), pl.Input((3,), name="b")
    shared = Dense(5, activation="tanh", name="shared")
    inner = pl.Sequential([Dense(3), pl.layers.Activation("relu")], name="inner")
    h = shared(a) * 2 - shared(b)[:, ::-1]
    p = Dense(2, name="first")(inner(h))
    q = Dense(1, name="second")(pl.ops.concatenate([pl.ops.clip(h, -0.5, 0.5), pl.ops.reshape(a, (-1, 3))[:, 1:]], axis=-1))
    model = pl.Model([a, b], {"p": p, "q": pl.ops.mean(pl.ops.cast(q, "float64"), axis=-1)})
    model.compile("adam", {"p": "mse", "q": "mse"}, loss_weights={"p": 0.3}, metrics={"p": ["mse"]})
    model.fit([A, B], {"p": A[:, :2], "q": B[:, 0]}, verbose=0)
    return model


def inputs_of(model: pl.Model):
    return X if isinstance(model, pl.Sequential) else {"a": A, "b": B}


def leaves(outputs) -> list[np.ndarray]:
    return list(outputs.values()) if isinstance(outputs, dict) else [outputs]


@pytest.mark.parametrize("make", [sequential, functional])
def test_a_model_comes_back(make, tmp_path: Path) -> None:
    model = make()
    model.save(tmp_path / "model.safetensors")
    again = pl.load_model(tmp_path / "model.safetensors")
    x = inputs_of(model)
    assert_same_bits(leaves(model.predict(x)), leaves(again.predict(x)))
    assert_same_bits(model.get_weights(), again.get_weights())
    assert list(model.named_weights()) == list(again.named_weights())
    assert type(model) is type(again)
    assert [layer.name for layer in model.layers] == [layer.name for layer in again.layers]
    assert again.optimizer.get_config() == model.optimizer.get_config()
    y = Y if x is X else {"p": A[:, :2], "q": B[:, 0]}
    assert again.evaluate(x, y, verbose=0, return_dict=True) == model.evaluate(x, y, verbose=0, return_dict=True)
    again.save(tmp_path / "again.safetensors")
    third = pl.load_model(tmp_path / "again.safetensors")
    assert_same_bits(leaves(model.predict(x)), leaves(third.predict(x)))


def test_training_goes_on_from_a_file(tmp_path: Path) -> None:
    """Plain descent keeps nothing but its weights, so the file holds all that it needs."""
    model = classifier(pl.optimizers.SGD(0.1))
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "m")
    again = pl.load_model(tmp_path / "m")
    for one in (model, again):
        one.fit(X, Y, shuffle=False, verbose=0)
    assert_same_bits(model.get_weights(), again.get_weights())


def test_frozen_stays_frozen(tmp_path: Path) -> None:
    model = sequential()
    model.layers[0].trainable = False
    model.save(tmp_path / "m")
    again = pl.load_model(tmp_path / "m")
    assert [p.trainable for p in again.weights] == [p.trainable for p in model.weights]


def test_dtypes_and_dictionaries_of_inputs_come_back(tmp_path: Path) -> None:
    double = pl.Sequential([Dense(2, input_dim=4, dtype="float64")], dtype="float64")
    whole = pl.Input((2,), dtype="int64")
    number = pl.Model(whole, pl.ops.one_hot(whole, 4))
    u, v = pl.Input((4,)), pl.Input((4,))
    named = pl.Model({"u": u, "v": v}, u - 2 * v)
    for model, x in ((double, X), (number, [[1, 2]]), (named, {"v": X, "u": -X})):
        model.save(tmp_path / "m")
        again = pl.load_model(tmp_path / "m")
        np.testing.assert_array_equal(again.predict(x), model.predict(x))
        assert again.predict(x).dtype == model.predict(x).dtype


def test_weights_alone(tmp_path: Path) -> None:
    one, other = sequential(), classifier(dropout=0.2, normalize=True)
    one.save_weights(tmp_path / "w")
    other.load_weights(tmp_path / "w")
    assert_same_bits(one.get_weights(), other.get_weights())
    one.save(tmp_path / "m")
    other.load_weights(tmp_path / "m")
    with pytest.raises(FileFormatError, match="without an architecture"):
        pl.load_model(tmp_path / "w")


def test_weights_that_do_not_fit_are_named_and_nothing_is_changed(tmp_path: Path) -> None:
    classifier().save_weights(tmp_path / "w")
    model = pl.Sequential([pl.Input((4,)), Dense(8), Dense(5), Dense(2)])
    before = model.get_weights()
    with pytest.raises(FileFormatError, match=r"(?s)_stack/2/kernel: missing.*_stack/1/kernel: shape \(8, 3\).*\(8, 5\)"):
        model.load_weights(tmp_path / "w")
    assert_same_bits(before, model.get_weights())


@pytest.mark.parametrize("moment", ["replace", "fsync"])
def test_a_write_that_fails_leaves_the_old_file(moment: str, tmp_path: Path, monkeypatch) -> None:
    model = classifier()
    model.save(tmp_path / "m")
    before = (tmp_path / "m").read_bytes()
    model.fit(X, Y, verbose=0)

    def fail(*args) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(os, moment, fail)
    with pytest.raises(OSError, match="disk is full"):
        model.save(tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["m"]


def test_damaged_and_foreign_files_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "m"
    sequential().save(file)
    whole = file.read_bytes()
    for content in (b"", b"PK\x03\x04 a zip file", b"\x00" * 64, whole[: len(whole) // 2], whole[:-1], whole + b"more"):
        (tmp_path / "bad").write_bytes(content)
        with pytest.raises(FileFormatError, match="not a readable safetensors file"):
            pl.load_model(tmp_path / "bad")
    save_file({"a": np.zeros(3)}, tmp_path / "foreign")
    with pytest.raises(FileFormatError, match="not one that Pellucid wrote"):
        pl.load_model(tmp_path / "foreign")
    with pytest.raises(FileFormatError, match="no such file"):
        pl.load_model(tmp_path / "absent")
    with pytest.raises(FileFormatError):
        pl.load_model(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "3",
        {"format": 3},
        {"format": 1, "architecture": 3},
        {"format": 1, "architecture": {"class_name": "Sequential"}},
        {"format": 1, "architecture": {"class_name": "Sequential", "config": {}}},
        {"format": 1, "architecture": {"class_name": "Model", "config": {"layers": []}}},
        {"format": 1, "architecture": {"class_name": "Dense", "config": {"units": 2}}},
    ],
)
def test_a_damaged_description_is_refused(content, tmp_path: Path) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    save_file({"a": np.zeros(3)}, tmp_path / "m", metadata={"pellucid": text})
    with pytest.raises(FileFormatError):
        pl.load_model(tmp_path / "m")


def test_a_file_whose_weights_were_taken_away_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "m"
    classifier().save(file)
    rewrite(file, lambda content, arrays: arrays.pop("_stack/0/kernel"))
    with pytest.raises(FileFormatError, match="_stack/0/kernel: missing"):
        pl.load_model(file)


def test_an_operation_that_is_not_one_is_refused(tmp_path: Path) -> None:
    """A file names operations; a name from elsewhere in the package must not be called."""
    x = pl.Input((3,))
    pl.Model(x, pl.ops.exp(x)).save(tmp_path / "m")
    for name in ("abs", "add", "Any"):
        rewrite(
            tmp_path / "m",
            lambda content, _, name=name: content["architecture"]["config"]["nodes"][0].update(op=name),
            tmp_path / "bad",
        )
        with pytest.raises(FileFormatError, match=r"not one of pellucid\.ops"):
            pl.load_model(tmp_path / "bad")


class Mine(pl.Op):
    def infer(self, x):
        return x

    def forward(self, xp, x):
        return x


class Written(pl.Model):
    def call(self, inputs):
        return inputs * 2


def test_what_a_file_cannot_hold_is_said_before_anything_is_written(tmp_path: Path) -> None:
    x = pl.Input((3,))
    written = Written()
    written.predict(A)
    cases = [
        (pl.Sequential([Dense(2)]), "no weights to save yet"),
        (written, "subclass with its own call"),
        (pl.Model(x, Mine()(x)), "an operation of your own"),
        (pl.Model(x, x + np.ones(3, np.float32)), "outside of any layer"),
    ]
    for model, words in cases:
        with pytest.raises(ArgumentError, match=words):
            model.save(tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


def test_a_loss_that_is_a_function_is_left_out(tmp_path: Path) -> None:
    model = pl.Sequential([Dense(2, input_dim=4)])
    model.compile("sgd", lambda y_true, y_pred: pl.ops.mean(y_pred, axis=-1))
    model.save(tmp_path / "m")
    again = pl.load_model(tmp_path / "m")
    assert_same_bits(model.get_weights(), again.get_weights())
    with pytest.raises(NotBuiltError, match="compile"):
        again.fit(X, A[:, :2], verbose=0)


def test_a_loss_that_is_a_function_is_asked_for_again(tmp_path: Path) -> None:
    model = pl.Sequential([Dense(2, input_dim=4)])
    model.compile("sgd", lambda y_true, y_pred: pl.ops.mean(y_pred, axis=-1))
    model.save(tmp_path / "m")
    with pytest.raises(NotBuiltError, match="Its loss held a function"):
        pl.load_model(tmp_path / "m").fit(X, A[:, :2], verbose=0)


@pytest.mark.parametrize("save_again", [False, True])
def test_beside_a_loss_that_is_a_function_the_optimizers_state_is_kept(save_again: bool, tmp_path: Path) -> None:
    def mine(y_true, y_pred):
        return pl.ops.mean((y_true - y_pred) ** 2, axis=-1)

    whole, cut = (pl.Sequential([Dense(2, kernel_initializer="ones", input_dim=4)]) for _ in range(2))
    for model in (whole, cut):
        model.compile(pl.optimizers.Adam(0.01), mine)
        model.fit(X, A[:, :2], epochs=2, shuffle=False, verbose=0)
    cut.save(tmp_path / "m")
    again = pl.load_model(tmp_path / "m")
    if save_again:
        again.save(tmp_path / "m")
        again = pl.load_model(tmp_path / "m")
    assert again.optimizer.iterations == cut.optimizer.iterations > 0
    again.compile(again.optimizer, mine)
    for model in (whole, again):
        model.fit(X, A[:, :2], epochs=2, shuffle=False, verbose=0)
    assert_same_bits(whole.get_weights(), again.get_weights())


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: pl.optimizers.SGD(0.05, momentum=0.9),
        lambda: pl.optimizers.SGD(pl.optimizers.schedules.CosineDecay(0.1, 5)),
        lambda: pl.optimizers.Adam(0.01, gradient_accumulation_steps=3),
        lambda: pl.optimizers.Adam(0.01, use_ema=True, ema_momentum=0.5),
        lambda: pl.optimizers.AdamW(0.01, groups={"*/bias": {"weight_decay": 0.0, "learning_rate": 0.1}}),
        *(c for c in pl.optimizers.registry.classes() if c is not pl.optimizers.SGD),
    ],
)
@pytest.mark.parametrize("freeze_between", [False, True])
def test_training_goes_on_as_if_it_had_not_been_interrupted(optimizer, freeze_between: bool, tmp_path: Path) -> None:
    """Moments, the count of steps, the shuffled order and masks, which hang on the count and the seed."""
    model = classifier(optimizer(), dropout=0.2, normalize=True)
    model.fit(X, Y, epochs=2, verbose=0)
    if freeze_between:
        model.layers[0].trainable = False
    model.save(tmp_path / "m")
    again = pl.load_model(tmp_path / "m")
    assert again.optimizer.iterations == model.optimizer.iterations > 0
    for one in (model, again):
        one.layers[0].trainable = True
        one.fit(X, Y, verbose=0)
    assert_same_bits(model.get_weights(), again.get_weights())
    again.load_weights(tmp_path / "m")  # the optimizer's arrays are passed over
    stopped = pl.load_model(tmp_path / "m")
    assert_same_bits(again.get_weights(), stopped.get_weights())


def test_damaged_optimizer_state_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "m"
    model = classifier("adam")
    model.fit(X, Y, verbose=0)
    model.save(file)
    first = "optimizer/first_moment/_stack/0/kernel"
    for change, words in (
        (lambda content, arrays: arrays.pop(first), "is missing"),
        (lambda content, arrays: arrays.update({first: np.zeros(3)}), "another shape"),
        (lambda content, arrays: arrays.update({"optimizer/third_moment/_stack/0/kernel": np.zeros(3)}), "do not fit"),
        (lambda content, arrays: content.update(iterations=-1), "iterations"),
    ):
        rewrite(file, change, tmp_path / "bad")
        with pytest.raises(FileFormatError, match=words):
            pl.load_model(tmp_path / "bad")


def test_the_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"folder .*nowhere' does not exist"):
        classifier().save(tmp_path / "nowhere" / "m")


@pytest.mark.parametrize("make", [sequential, functional])
def test_a_configuration_makes_the_architecture_again(make) -> None:
    model = make()
    again = type(model).from_config(json.loads(json.dumps(model.get_config())))
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    again.set_weights(model.get_weights())
    x = inputs_of(model)
    assert_same_bits(leaves(model.predict(x)), leaves(again.predict(x)))


@pytest.mark.parametrize("make", [sequential, functional])
@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["deepcopy", "pickle"]
)
def test_a_copy_goes_on_by_itself(make, duplicate) -> None:
    model = make()
    x = inputs_of(model)
    model.predict(x)
    before = model.get_weights()
    other = duplicate(model)
    assert_same_bits(leaves(model.predict(x)), leaves(other.predict(x)))
    y = Y if x is X else {"p": A[:, :2], "q": B[:, 0]}
    other.fit(x, y, verbose=0)
    assert_same_bits(before, model.get_weights())
    model.fit(x, y, verbose=0)
    assert_same_bits(other.get_weights(), model.get_weights())
