"""The moments at which callbacks are called: their order and arguments, as in Keras."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.callbacks import Callback, LambdaCallback, LearningRateScheduler
from pellucid.errors import ArgumentError
from tests.support.keras_peer import import_keras
from tests.support.training import classifier, clusters

X, Y = clusters(10)
NAMES = sorted(name for name in vars(Callback) if name.startswith("on_") and name not in ("on_steps", "on_interrupt"))


def recording(base: type, record: list[tuple[Any, ...]]) -> Any:
    """A callback on ``base`` that notes each moment, its number, and the names in the logs."""

    def note(name: str):
        def moment(self, *arguments, logs=None) -> None:
            *number, last = arguments if arguments else (None,)
            if logs is None and not isinstance(last, int):
                logs = last
            else:
                number = list(arguments)
            record.append((name, *number, sorted(logs or {})))

        return moment

    return type("Recording", (base,), {name: note(name) for name in NAMES})()


def moments(model: Any, base: type) -> list[tuple[Any, ...]]:
    """All moments of a fit with validation, an evaluation and a prediction."""
    record: list[tuple[Any, ...]] = []
    watch = recording(base, record)
    model.fit(X, Y, batch_size=4, epochs=2, validation_data=(X, Y), validation_batch_size=5, verbose=0, callbacks=[watch])
    model.evaluate(X, Y, batch_size=5, verbose=0, callbacks=[watch])
    model.predict(X, batch_size=5, verbose=0, callbacks=[watch])
    return record


LOGS = ["accuracy", "loss"]
BOTH = ["accuracy", "loss", "val_accuracy", "val_loss"]
TEST = [
    ("on_test_begin", []),
    *((f"on_test_batch_{moment}", batch, logs) for batch in (0, 1) for moment, logs in (("begin", []), ("end", LOGS))),
    ("on_test_end", LOGS),
]


def epoch(number: int) -> list[tuple[Any, ...]]:
    batches = [
        (f"on_train_batch_{moment}", batch, logs) for batch in (0, 1, 2) for moment, logs in (("begin", []), ("end", LOGS))
    ]
    return [("on_epoch_begin", number, []), *batches, *TEST, ("on_epoch_end", number, BOTH)]


EXPECTED = [
    ("on_train_begin", []),
    *epoch(0),
    *epoch(1),
    ("on_train_end", BOTH),
    *TEST,
    ("on_predict_begin", []),
    *((f"on_predict_batch_{moment}", batch, []) for batch in (0, 1) for moment in ("begin", "end")),
    ("on_predict_end", []),
]


@pytest.mark.parametrize("eagerly", [False, True])
def test_order_and_arguments(eagerly: bool) -> None:
    assert moments(classifier(run_eagerly=eagerly), Callback) == EXPECTED


@pytest.mark.parity
def test_order_and_arguments_are_those_of_keras() -> None:
    keras = import_keras()
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    theirs = moments(model, keras.callbacks.Callback)
    assert [m[:-1] for m in theirs] == [m[:-1] for m in EXPECTED]
    # What Keras' predictions log is a dictionary of outputs, which is no result of the kind that histories hold.
    assert [m for m in theirs if "predict" not in m[0]] == [m for m in EXPECTED if "predict" not in m[0]]


def test_moments_of_a_stream_whose_end_is_not_known() -> None:
    record: list[tuple[Any, ...]] = []
    classifier().fit(iter([(X, Y)] * 2), verbose=0, callbacks=[recording(Callback, record)])
    ends = [m for m in record if m[0] == "on_train_batch_end"]
    assert [m[1] for m in ends] == [0, 1]


def test_logs_of_a_batch_are_means_since_the_epoch_began() -> None:
    means: list[float] = []
    watch = LambdaCallback(on_train_batch_end=lambda batch, logs: means.append(logs["loss"]))
    model = classifier("sgd")
    history = model.fit(X, Y, batch_size=5, epochs=2, verbose=0, callbacks=[watch]).history
    assert means[1::2] == history["loss"]
    assert means[0] != means[1]


def test_params_and_model_are_set() -> None:
    seen: dict[str, Any] = {}

    class Look(Callback):
        def on_train_begin(self, logs: Any = None) -> None:
            seen.update(self.params, model=self.model)

    model = classifier()
    model.fit(X, Y, batch_size=4, epochs=3, verbose=0, callbacks=[Look()])
    assert seen == {"epochs": 3, "steps": 3, "samples": 10, "resumed": False, "model": model}


def test_one_callback_needs_no_list() -> None:
    epochs: list[int] = []
    classifier().fit(X, Y, epochs=2, verbose=0, callbacks=LambdaCallback(on_epoch_end=lambda epoch, logs: epochs.append(epoch)))
    assert epochs == [0, 1]


@pytest.mark.parametrize("eagerly", [False, True])
@pytest.mark.parametrize("moment", ["on_train_batch_end", "on_epoch_end"])
def test_stop_training(moment: str, eagerly: bool) -> None:
    """In a batch: the epoch ends with it; at the end of an epoch: no other begins. The next fit starts afresh."""
    model = classifier(run_eagerly=eagerly)

    def stop(number: int, logs: Any) -> None:
        model.stop_training = number == 1

    fit = {"batch_size": 2, "epochs": 5, "verbose": 0}
    history = model.fit(X, Y, callbacks=[LambdaCallback(**{moment: stop})], **fit)
    in_batch = moment == "on_train_batch_end"
    assert history.epoch == ([0] if in_batch else [0, 1])
    assert model.optimizer.iterations == (2 if in_batch else 10)
    assert model.fit(X, Y, **fit).epoch == [0, 1, 2, 3, 4]


def test_an_error_in_a_callback_surfaces_and_training_ends_in_order() -> None:
    ended: list[bool] = []

    def fail(epoch: int, logs: Any) -> None:
        raise ZeroDivisionError("mine")

    model = classifier()
    callbacks = [LambdaCallback(on_epoch_end=fail), LambdaCallback(on_train_end=lambda logs: ended.append(True))]
    with pytest.raises(ZeroDivisionError, match="mine"):
        model.fit(X, Y, verbose=0, callbacks=callbacks)
    assert ended == [True]
    model.fit(X, Y, verbose=0)


def test_learning_rate_scheduler(capsys) -> None:
    asked: list[tuple[int, float]] = []

    def schedule(epoch: int, rate: float) -> float:
        asked.append((epoch, rate))
        return rate / 2

    model = classifier("sgd")
    model.optimizer.learning_rate = 0.8
    history = model.fit(X, Y, epochs=3, verbose=0, callbacks=[LearningRateScheduler(schedule, verbose=1)]).history
    assert asked == [(0, 0.8), (1, 0.4), (2, 0.2)]
    assert history["learning_rate"] == [0.4, 0.2, 0.1]
    assert model.optimizer.learning_rate == 0.1
    assert "Epoch 3: learning rate 0.1." in capsys.readouterr().out


def test_learning_rate_scheduler_does_not_put_an_end_to_a_schedule() -> None:
    schedule = pl.optimizers.schedules.CosineDecay(0.1, 5)
    model = classifier(pl.optimizers.SGD(schedule))
    with pytest.raises(ArgumentError, match=r"LearningRateScheduler: .* must be a number, to be changed. .* CosineDecay"):
        model.fit(X, Y, verbose=0, callbacks=[LearningRateScheduler(lambda epoch, rate: 0.1)])
    assert model.optimizer.is_scheduled


@pytest.mark.parametrize("eagerly", [False, True])
def test_the_scheduled_rate_is_the_rate_of_the_steps(eagerly: bool) -> None:
    """Plain descent with rates 1, 0, 1/2: the middle epoch changes nothing."""
    model = classifier("sgd", run_eagerly=eagerly)
    weights: list[np.ndarray] = [model.get_weights()[0]]
    keep = LambdaCallback(on_epoch_end=lambda epoch, logs: weights.append(model.get_weights()[0]))
    rates = [0.5, 0.0, 0.5]
    model.fit(X, Y, epochs=3, verbose=0, callbacks=[LearningRateScheduler(lambda epoch, rate: rates[epoch]), keep])
    changed = [bool((a != b).any()) for a, b in pairwise(weights)]
    assert changed == [True, False, True]


def test_lambda_callback_takes_every_moment() -> None:
    counts = dict.fromkeys(NAMES, 0)

    def count(name: str):
        def moment(*arguments: Any) -> None:
            counts[name] += 1

        return moment

    watch = LambdaCallback(**{name: count(name) for name in NAMES})
    model = classifier()
    model.fit(X, Y, batch_size=4, validation_split=0.5, verbose=0, callbacks=[watch, LambdaCallback(on_epoch_end=None)])
    model.predict(X, callbacks=[watch])
    assert all(counts.values()), counts
    with pytest.raises(ArgumentError, match=r"'on_batch_end' is not known\. Did you mean 'on_t"):
        LambdaCallback(on_batch_end=print)


def test_history_is_the_callers_to_keep() -> None:
    model = classifier()
    first = model.fit(X, Y, verbose=0)
    second = model.fit(X, Y, epochs=2, verbose=0)
    assert len(first.history["loss"]) == 1
    assert len(second.history["loss"]) == 2


def test_the_older_names_of_batches_are_called_too() -> None:
    """Keras' base class calls ``on_batch_end`` from ``on_train_batch_end``; a callback that has only it must not stay silent."""

    class Older(pl.callbacks.Callback):
        def __init__(self) -> None:
            self.seen: list[tuple[str, int]] = []

        def on_batch_begin(self, batch, logs=None):  # type: ignore[no-untyped-def]
            self.seen.append(("begin", batch))

        def on_batch_end(self, batch, logs=None):  # type: ignore[no-untyped-def]
            self.seen.append(("end", batch))

    callback = Older()
    model = pl.Sequential([pl.layers.Dense(1, input_dim=2)])
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 2)), np.ones(4), batch_size=2, epochs=1, verbose=0, callbacks=[callback])
    assert callback.seen == [("begin", 0), ("end", 0), ("begin", 1), ("end", 1)]
