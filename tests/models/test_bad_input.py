"""Bad input is refused at the door: with an error of Pellucid's own, that names the argument, and with no weight changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

import pellucid as pl
from pellucid.callbacks import Callback, LambdaCallback
from pellucid.errors import ArgumentError, DataError, NotBuiltError, PellucidError, ShapeError
from tests.support.training import assert_same_bits, classifier, clusters

X, Y = clusters(40)
ONE = np.ones(40, np.float32)


def spoiled(array: Any, value: float = np.nan) -> np.ndarray:
    result = np.array(array, np.float32)
    result[5] = value
    return result


def beyond(array: Any) -> np.ndarray:
    result = np.array(array, np.float64)
    result[5] = -1e300
    return result


def batches(*parts: Any, count: int = 2):
    return (parts for _ in range(count))


# x, y and what else fit is given; the error; words of its message.
DATA: dict[str, tuple[Callable[[], tuple[Any, Any, dict[str, Any]]], type[PellucidError], str]] = {
    # shapes
    "x flat": (lambda: (X[:, 0], Y, {}), ShapeError, r"the input must have shape \(None, 4\)\. Received \(None,\)"),
    "too few features": (lambda: (X[:, :2], Y, {}), ShapeError, r"must have shape \(None, 4\)\. Received \(None, 2\)"),
    "an axis too many": (lambda: (X[:, None], Y, {}), ShapeError, r"Received \(None, 1, 4\)"),
    "x twice": (lambda: ([X, X], Y, {}), ShapeError, "one input. Received 2"),
    "one-hot for labels": (lambda: (X, np.eye(3)[Y], {}), ShapeError, "number of a class.*CategoricalCrossentropy"),
    "y twice": (lambda: (X, [Y, Y], {}), ArgumentError, "y must have one array.*Received 2"),
    "ragged rows": (lambda: ([[1.0, 2.0], [3.0]], Y[:2], {}), DataError, "x: rows must have equal lengths"),
    "a number": (lambda: (3.0, 1, {}), ShapeError, "x: one row a sample"),
    # dtypes
    "objects": (lambda: (X.astype(object), Y, {}), DataError, "x: values must be numbers.*object"),
    "text": (lambda: (X.astype(str), Y, {}), DataError, "x: values must be numbers.*<U"),
    "complex": (lambda: (X.astype(complex), Y, {}), DataError, "x: values must be numbers.*complex.*imaginary parts"),
    "dates": (lambda: (np.zeros((40, 4), "M8[s]"), Y, {}), DataError, "x: values must be numbers.*datetime64.*days since"),
    "sparse": (lambda: (csr_matrix(X), Y, {}), DataError, r"x: sparse.*Received csr_matrix. Pass x\.toarray\(\)"),
    "y text": (lambda: (X, Y.astype(str), {}), DataError, "y: values must be numbers"),
    "masked": (lambda: (np.ma.masked_less(X, 0), Y, {}), DataError, "x: every value is needed.*masked"),
    # labels
    "label too large": (lambda: (X, Y + 1, {}), DataError, "0 to 2.*Received 3 in row"),
    "label negative": (lambda: (X, Y - 1, {}), DataError, "0 to 2.*Received -1 in row"),
    "label not whole": (lambda: (X, Y + 0.5, {}), DataError, "must be whole"),
    # values
    "nan in x": (lambda: (spoiled(X), Y, {}), DataError, "x: values must be finite. Received nan in row 5, position 0"),
    "inf in x": (lambda: (spoiled(X, -np.inf), Y, {}), DataError, "x: values must be finite. Received -inf in row 5"),
    "x beyond float32": (lambda: (beyond(X), Y, {}), DataError, r"x: .*range of float32.*Received -1e\+300 in row 5"),
    "nan in y": (lambda: (X, spoiled(Y), {}), DataError, "y: values must be finite. Received nan in row 5"),
    "nan in weights": (lambda: (X, Y, {"sample_weight": spoiled(ONE)}), DataError, "sample_weight.*nan in row 5"),
    "negative weight": (lambda: (X, Y, {"sample_weight": spoiled(ONE, -2)}), DataError, "sample_weight.*-2"),
    # amounts
    "nothing": (lambda: (None, None, {}), DataError, "x: data is needed. Received None"),
    "no y": (lambda: (X, None, {}), ArgumentError, "y must have one array.*Received 0. Pass y"),
    "empty": (lambda: (X[:0], Y[:0], {}), DataError, "x is empty"),
    "an empty list": (lambda: ([], [], {}), DataError, "x is empty"),
    "lengths": (lambda: (X, Y[:3], {}), DataError, "equal lengths. Received: x has 40, y has 3"),
    "too few weights": (lambda: (X, Y, {"sample_weight": ONE[:3]}), ShapeError, r"each of 40 samples.*\(3,\)"),
    "weights with an axis": (
        lambda: (X, Y, {"sample_weight": np.ones((40, 2))}),
        ShapeError,
        r"sample weights of shape \(40, 2\).*Pass one",
    ),
    "weights twice": (lambda: (X, Y, {"sample_weight": [ONE, ONE]}), ShapeError, "sample_weight.*Received 2"),
    # streams
    "stream, nan": (lambda: (batches(spoiled(X), Y), None, {}), DataError, "finite. Received nan in row 5"),
    "stream, label": (lambda: (batches(X, Y + 1), None, {}), DataError, "Received 3 in row"),
    "stream, features": (lambda: (batches(X[:, :2], Y), None, {}), ShapeError, r"Received \(None, 2\)"),
    "stream, no y": (lambda: (batches(X), None, {}), ArgumentError, "y must have one array"),
    "stream, four parts": (lambda: (batches(X, Y, ONE, ONE), None, {}), DataError, "tuple of 4"),
    "stream, lengths": (lambda: (batches(X, Y[:3]), None, {}), DataError, "equal lengths"),
    "stream, two weights": (lambda: (batches(X, Y, [ONE, ONE]), None, {}), ShapeError, "sample_weight.*Received 2"),
    "stream, empty": (lambda: (batches(X, Y, count=0), None, {}), ArgumentError, "iterable of batches is empty"),
    "stream, text": (lambda: (iter(["a", "b"]), None, {}), DataError, "must be numbers"),
    "stream and y": (lambda: (batches(X, Y), Y, {}), ArgumentError, "y must be left out"),
    "stream and weights": (
        lambda: (batches(X, Y), None, {"sample_weight": ONE}),
        ArgumentError,
        "sample_weight must be left out",
    ),
    "stream and split": (lambda: (batches(X, Y), None, {"validation_split": 0.2}), ArgumentError, "validation_split must be"),
    "stream and classes": (
        lambda: (batches(X, Y), None, {"class_weight": {0: 1}}),
        ArgumentError,
        "class_weight must be left out",
    ),
    "stream and batch size": (lambda: (batches(X, Y), None, {"batch_size": 16}), ArgumentError, "batch_size must be left out"),
}


def refused(model: Any, error: type[Exception], words: str, act: Callable[[], Any]) -> None:
    before = model.get_weights()
    with pytest.raises(error, match=words) as caught:
        act()
    assert isinstance(caught.value, PellucidError)
    assert_same_bits(before, model.get_weights())


@pytest.mark.parametrize("eagerly", [False, True], ids=["planned", "eager"])
@pytest.mark.parametrize("name", DATA)
def test_data(name: str, eagerly: bool) -> None:
    make, error, words = DATA[name]
    x, y, more = make()
    model = classifier(run_eagerly=eagerly)
    size = {} if name.startswith("stream") else {"batch_size": 16}
    refused(model, error, words, lambda: model.fit(x, y, verbose=0, **size, **more))
    if isinstance(x, np.ndarray) and not set(more) & {"validation_split", "class_weight"}:
        refused(model, error, words, lambda: model.train_on_batch(x, y, **more))
        refused(model, error, words, lambda: model.evaluate(x, y, verbose=0, **more))
        refused(model, error, words, lambda: model.test_on_batch(x, y, **more))
        if not more and y is Y and name != "an axis too many":
            refused(model, error, words, lambda: model.predict(x))
            refused(model, error, words, lambda: model.predict_on_batch(x))


@pytest.mark.parametrize("eagerly", [False, True], ids=["planned", "eager"])
@pytest.mark.parametrize("place", ["x", "y", "sample_weight"])
def test_nan_in_a_memory_mapped_array(place: str, eagerly: bool, tmp_path: Path) -> None:
    """Looked at as batches are taken, so that a file need not be read whole first; before the step that would use it."""

    def mapped(array: Any) -> np.memmap:
        values = np.asarray(array, np.float32)
        file = np.memmap(tmp_path / place, np.float32, "w+", shape=values.shape)
        file[...] = values
        return file

    arrays = {"x": X, "y": Y, "sample_weight": ONE}
    arrays[place] = mapped(spoiled(arrays[place]))
    x, y, weight = arrays.values()
    model = classifier(run_eagerly=eagerly)
    more = {"sample_weight": weight}
    for act in (
        lambda: model.fit(x, y, batch_size=16, shuffle=False, verbose=0, **more),
        lambda: model.fit(batches(x, y, weight), verbose=0),
        lambda: model.evaluate(x, y, batch_size=16, verbose=0, **more),
        lambda: model.train_on_batch(x, y, **more),
        lambda: model.test_on_batch(x, y, **more),
    ):
        refused(model, DataError, f"{place}|finite", act)
    if place == "x":
        refused(model, DataError, "x: values must be finite. Received nan in row 5", lambda: model.predict(x, batch_size=16))
        refused(model, DataError, "x: values must be finite", lambda: model.predict_on_batch(x))


ARGUMENTS: list[tuple[dict[str, Any], str]] = [
    *(({"batch_size": v}, "batch_size must be an integer >= 1") for v in (0, -1, 2.5, "32", True)),
    *(({"epochs": v}, "epochs must be an integer >= 0") for v in (-1, 1.5, None)),
    ({"initial_epoch": -1}, "initial_epoch must be an integer >= 0"),
    *(({"validation_split": v}, "validation_split must be") for v in (1.5, 1.0, -0.1, "half", float("nan"))),
    ({"validation_split": 0.99}, "validation_split.*leaves a part empty"),
    *(({"steps_per_epoch": v}, "steps_per_epoch must be an integer >= 1") for v in (0, 1.5)),
    ({"steps_per_epoch": 100}, "steps_per_epoch=100.*3200 samples. Received 40"),
    ({"validation_data": (X, Y), "validation_steps": 100}, "validation_steps=100.*3200 samples. Received 40"),
    ({"validation_split": 0.5, "validation_steps": 100}, "validation_steps=100.*3200 samples. Received 20"),
    *(({"validation_data": v}, "validation_data must be") for v in ((X,), X, 3, "ab", (X, Y, ONE, ONE))),
    ({"validation_data": (X[:, :2], Y)}, r"must have shape \(None, 4\)\. Received \(None, 2\)"),
    ({"validation_data": (X, Y + 5)}, "0 to 2"),
    ({"validation_data": (spoiled(X), Y)}, "x: values must be finite"),
    ({"validation_data": [(X, Y + 5)]}, "0 to 2"),
    ({"validation_data": iter([])}, "validation_data: the iterable of batches is empty"),
    *(({"validation_batch_size": v}, "validation_batch_size must be") for v in (0, 2.5)),
    *(({"validation_steps": v}, "validation_steps must be") for v in (0, -1)),
    ({"validation_freq": 0}, "validation_freq must be"),
    ({"class_weight": {0: 1, 1: -1}}, r"class_weight: \[1\] must be a number >= 0. Received -1"),
    ({"class_weight": {0: float("nan")}}, r"class_weight: \[0\] must be a number >= 0"),
    ({"class_weight": {0: "much"}}, r"class_weight: \[0\] must be a number"),
    ({"class_weight": {"cat": 1}}, "class_weight: each key must be an integer. Received 'cat'"),
    ({"class_weight": [1, 2]}, "class_weight must be a dictionary"),
    ({"callbacks": 3}, "callbacks: a list"),
    ({"callbacks": [print]}, "callbacks: each must be.*LambdaCallback"),
    ({"shuffle": "batch"}, "shuffle must be True or False"),
    *(({"verbose": v}, "verbose must be") for v in (3, "loud", None)),
]


@pytest.mark.parametrize(("arguments", "words"), ARGUMENTS, ids=[str(i) for i in range(len(ARGUMENTS))])
def test_arguments_of_fit(arguments: dict[str, Any], words: str) -> None:
    model = classifier()
    count = 50 if arguments.get("validation_split") == 0.99 else 40
    x, y = clusters(count) if count != 50 else (X[:1], Y[:1])
    refused(model, ArgumentError, words, lambda: model.fit(x, y, **{"verbose": 0, "epochs": 1, **arguments}))


@pytest.mark.parametrize("rate", [-0.1, float("nan"), float("inf"), "fast", None, True])
@pytest.mark.parametrize("make", [pl.optimizers.SGD, pl.optimizers.Adam])
def test_learning_rates(make: Callable[[Any], Any], rate: Any) -> None:
    with pytest.raises(ArgumentError, match="learning_rate must be a number >= 0"):
        make(rate)
    model = classifier()
    with pytest.raises(ArgumentError, match="learning_rate must be a number >= 0"):
        model.optimizer.learning_rate = rate
    scheduler = pl.callbacks.LearningRateScheduler(lambda epoch, now: rate)
    refused(model, ArgumentError, "learning_rate", lambda: model.fit(X, Y, verbose=0, callbacks=[scheduler]))


@pytest.mark.parametrize("built", [True, False])
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"optimizer": "adamm"}, r"optimizer: 'adamm' is not known\. Did you mean 'adam'\?"),
        ({"optimizer": 3}, "optimizer: pass a name"),
        ({"loss": "msee"}, r"loss: 'msee' is not known\. Did you mean 'mse'\?"),
        ({"loss": ["binary_crossentrpy"]}, "Did you mean 'binary_crossentropy'"),
        ({"loss": "mse", "metrics": ["acuracy"]}, "metric: 'acuracy' is not known. Did you mean 'accuracy'"),
        ({"loss": "mse", "weighted_metrics": ["acuracy"]}, "Did you mean 'accuracy'"),
        ({"loss": "mse", "run_eagerly": "yes"}, "run_eagerly must be True or False"),
    ],
)
def test_names(settings: dict[str, Any], words: str, built: bool) -> None:
    model = pl.Sequential([pl.layers.Dense(3, **({"input_dim": 4} if built else {}))])
    with pytest.raises(ArgumentError, match=words):
        model.compile(**settings)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"loss": 3}, "loss: pass a name"),
        ({"loss": ["mse", "mse"]}, "loss: one entry for each of 1 outputs is needed. Received 2"),
        ({"loss": {"other": "mse"}}, r"loss: \['other'\] are not outputs"),
        ({"loss": "mse", "loss_weights": "much"}, "loss_weights must be a finite number. Received 'much'"),
        ({"loss": "mse", "loss_weights": [float("nan")]}, "loss_weights must be a finite number"),
        ({"loss": "mse", "metrics": "accuracy"}, "metrics: pass a list"),
        ({"loss": "mse", "metrics": [3]}, "metric: pass a name"),
    ],
)
def test_settings(settings: dict[str, Any], words: str) -> None:
    model = pl.Sequential([pl.layers.Dense(3, input_dim=4)])
    with pytest.raises(ArgumentError, match=words):
        model.compile(**settings)


def test_names_in_layers() -> None:
    for make, words in (
        (lambda: pl.layers.Dense(2, activation="reluu"), r"activation: 'reluu' is not known\. Did you mean 'relu'"),
        (lambda: pl.layers.Dense(2, kernel_initializer="glorot_unifrm"), "initializer: .*Did you mean 'glorot_uniform'"),
        (lambda: pl.layers.Dense(2, kernel_regularizer="l3"), "regularizer: 'l3' is not known"),
        (lambda: LambdaCallback(on_epoch_ended=print), "Did you mean 'on_epoch_end'"),
    ):
        with pytest.raises(ArgumentError, match=words):
            make()


def test_without_compile_and_without_loss() -> None:
    model = pl.Sequential([pl.layers.Dense(3, input_dim=4)])
    acts = [lambda: model.fit(X, Y, verbose=0), lambda: model.train_on_batch(X, Y), lambda: model.evaluate(X, Y, verbose=0)]
    for act in acts:
        refused(model, NotBuiltError, "compile", act)
    for eagerly in (False, True):
        model.compile("sgd", run_eagerly=eagerly)
        for act in acts:
            refused(model, ArgumentError, "without a loss|neither loss nor metrics", act)
        model.compile("sgd", metrics=["mse"], run_eagerly=eagerly)
        refused(model, ArgumentError, "without a loss", lambda: model.fit(X, X[:, :3], verbose=0))
        assert np.isfinite(model.evaluate(X, X[:, :3], verbose=0))


def test_a_refused_fit_calls_no_callback() -> None:
    class Recording(Callback):
        moments = 0

        def on_train_begin(self, logs: Any = None) -> None:
            self.moments += 1

    recording, model = Recording(), classifier()
    with pytest.raises(DataError):
        model.fit(X, Y + 9, verbose=0, callbacks=[recording])
    assert recording.moments == 0
    assert model.history is None


@pytest.mark.parametrize("eagerly", [False, True], ids=["planned", "eager"])
def test_targets_beyond_the_range_of_the_model(eagerly: bool) -> None:
    model = pl.Sequential([pl.layers.Dense(1, input_dim=4)])
    model.compile("sgd", "mse", run_eagerly=eagerly)
    refused(model, DataError, r"range of float32. Received -1e\+300 in row 5", lambda: model.fit(X, beyond(Y), verbose=0))


def test_a_float64_model_takes_what_float32_cannot_hold() -> None:
    model = pl.Sequential([pl.layers.Dense(1, dtype="float64", kernel_initializer="ones", input_dim=1)], dtype="float64")
    assert model.predict([[0.0], [1.0]] * np.array([1e300])).tolist() == [[0.0], [1e300]]


def test_the_shape_of_weights_is_looked_at_before_the_data() -> None:
    """In the shape that the user gave, not in a batch's."""
    model = classifier()
    with pytest.raises(ShapeError, match=r"sample_weight: .*\(40, 2\) do not fit.*one a sample, of shape \(40,\)"):
        model.fit(X, Y, sample_weight=np.ones((40, 2)), batch_size=7, verbose=0)
    model.fit(X, Y, sample_weight=np.ones((40, 1)), batch_size=7, verbose=0)


@pytest.mark.parametrize("eagerly", [False, True], ids=["planned", "eager"])
@pytest.mark.parametrize(("dtype", "value"), [("int64", 0.2), ("uint8", 300), ("uint8", -1), ("int32", 2.0**40)])
def test_data_that_an_integer_input_cannot_hold(dtype: str, value: float, eagerly: bool, tmp_path: Path) -> None:
    """Converted as they are taken, they would be other numbers without a word."""
    model = pl.Sequential([pl.Input((4,), dtype=dtype), pl.layers.Rescaling(0.1), pl.layers.Dense(3)])
    model.compile("sgd", "mse", run_eagerly=eagerly)
    y = np.zeros((40, 3))
    whole = np.arange(160.0).reshape(40, 4)
    model.fit(whole, y, verbose=0)
    x = whole.astype(np.int64 if isinstance(value, int) else np.float64)
    x[5, 1] = value
    file = np.memmap(tmp_path / "x", x.dtype, "w+", shape=x.shape)
    file[...] = x
    for given in (x, file):
        for act in (
            lambda given=given: model.fit(given, y, verbose=0),
            lambda given=given: model.fit(batches(given, y), verbose=0),
            lambda given=given: model.evaluate(given, y, verbose=0),
            lambda given=given: model.predict(given),
            lambda given=given: model.train_on_batch(given, y),
        ):
            refused(model, DataError, rf"x: values must be whole numbers from .* become {dtype}\. Received .* in row 5", act)


def test_what_evaluate_and_predict_refuse_by_their_own_names() -> None:
    model = classifier()
    for act in (lambda: model.evaluate(X, Y, steps=100, verbose=0), lambda: model.predict(X, steps=100)):
        refused(model, ArgumentError, r"^steps=100 with batch_size=32 needs 3200 samples\. Received 40", act)
    for act in (
        lambda: model.evaluate(batches(X, Y), batch_size=16, verbose=0),
        lambda: model.predict(batches(X), batch_size=16),
    ):
        refused(model, ArgumentError, "batch_size must be left out where x is an iterable", act)
    for act in (lambda: model.evaluate(batches(X, Y), steps=3, verbose=0), lambda: model.predict(batches(X), steps=3)):
        refused(model, DataError, "3 batches an epoch are needed.*without end with steps, or", act)
    endless = {"validation_data": batches(X, Y), "validation_steps": 3}
    model = classifier(pl.optimizers.SGD(0.0))  # validation comes after an epoch of training
    refused(model, DataError, "with validation_steps, or", lambda: model.fit(X, Y, verbose=0, **endless))
