"""The callback, and `examine`: they look on and change nothing."""

from __future__ import annotations

import copy
import json
import random

import numpy as np
import pytest

import pellucid as pl
from pellucid.doctor import CHECKS, Doctor, Finding, Report, examine
from pellucid.doctor.replay import Snapshot, find_bad_step
from pellucid.engine.team import set_num_threads
from pellucid.layers import BatchNormalization, Dense, Dropout
from pellucid.optimizers.schedules import ExponentialDecay
from tests.doctor.gallery import digits, mlp, train


@pytest.fixture(params=[1, 2])
def threads(request, restored_threads):
    set_num_threads(request.param)


def fitted(callbacks=(), optimizer=lambda: "adam", nan=False, epochs=3, **fit):
    """Weights, history and all random streams after a training with everything that draws random numbers."""
    x, y = digits(200)
    if nan:
        y = y.astype(np.float32)[:, None]
    pl.utils.set_random_seed(5)
    np.random.seed(6)  # noqa: NPY002 (a user's callback may draw from it)
    random.seed(7)
    last = [Dense(1)] if nan else [Dense(10, "softmax")]
    model = pl.Sequential([Dense(16), BatchNormalization(), Dropout(0.3), *last])
    model.compile(optimizer(), "mse" if nan else "sparse_categorical_crossentropy")
    history = model.fit(x, y, epochs=epochs, verbose=0, validation_split=0.2, callbacks=list(callbacks), **fit)
    return model.get_weights(), history.history, (pl.random.seed.state(), np.random.random(), random.random())  # noqa: NPY002


def assert_same(one, other):
    for a, b in zip(one[0], other[0], strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_equal(one[1:], other[1:])


OPTIMIZERS = {
    "adam": lambda: "adam",
    "averaged": lambda: pl.optimizers.SGD(0.1, momentum=0.9, use_ema=True),
    "accumulated": lambda: pl.optimizers.RMSprop(gradient_accumulation_steps=3),
    "scheduled": lambda: pl.optimizers.SGD(ExponentialDecay(0.1, 5, 0.5)),
}


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_no_bit_of_a_training_is_changed(optimizer, monkeypatch):
    monkeypatch.setattr("pellucid.doctor.doctor._SHARE", 1e9)  # a snapshot at every opportunity
    assert_same(fitted([Doctor(verbose=0)], optimizer), fitted([], optimizer))


def test_no_bit_is_changed_by_going_back(monkeypatch):
    """A training that is told to go on after NaN: its NaNs, too, are the same."""
    settings = {"nan": True, "optimizer": lambda: pl.optimizers.SGD(1e8)}
    watched = fitted([doctor := Doctor(verbose=0, stop=False)], **settings)
    assert doctor.report.names == ["not_finite"]
    assert_same(watched, fitted([], **settings))


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_a_copy_makes_the_very_steps_that_the_training_made(optimizer):
    """From a snapshot in the middle of epoch 1 to the end of epoch 3; a weight is spoilt then, so that the copy goes that far."""

    class Watch(pl.callbacks.Callback):
        def set_training(self, trainer, source, validation):
            self.trainer, self.source, self.snapshot = trainer, source, None

        def on_epoch_begin(self, epoch, logs=None):
            self.epoch = epoch

        def on_train_batch_end(self, batch, logs=None):
            if self.epoch == 0 and batch == 2:
                self.snapshot = Snapshot.take(self.trainer, 0, batch + 1)

        def on_epoch_end(self, epoch, logs=None):
            if epoch == 2:
                self.weights = self.model.get_weights()
                self.copied = _to_the_end(self.trainer, self.source, self.snapshot)

    watch = Watch()
    fitted([watch], optimizer)
    for own, copied in zip(watch.weights, watch.copied, strict=True):
        np.testing.assert_array_equal(own, copied)


def _to_the_end(trainer, source, snapshot):
    """The weights of a copy that has made every step since the snapshot."""
    from pellucid.doctor import replay

    last, rate = trainer.optimizer.batches, trainer.optimizer._learning_rate
    seen = []
    step = replay._step
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay, "_step", lambda one, *rest: (step(one, *rest), seen.append(one.model.get_weights()))[0])
        assert find_bad_step(trainer, source, snapshot, [(last, rate)], last) is None
    assert len(seen) == last - snapshot.step
    return seen[-1]


def test_a_snapshot_takes_little_of_the_time(monkeypatch):
    taken = []
    take = Snapshot.take
    monkeypatch.setattr(Snapshot, "take", lambda *a: (taken.append(1), take(*a))[1])
    monkeypatch.setattr("pellucid.doctor.doctor._SHARE", 1e-9)
    fitted([Doctor(verbose=0)], epochs=5)
    assert len(taken) == 1  # the next would be due after a billion times what the first took


def test_the_report_is_printed_where_something_was_found(capsys):
    x, y = digits(100)
    for units, found in ((11, True), (10, False)):
        pl.utils.set_random_seed(0)
        model = pl.Sequential([Dense(16, "relu"), Dense(units, "softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(x, y + units - 10, epochs=2, verbose=0, callbacks=[Doctor()])
        assert ("labels_shifted" in capsys.readouterr().out) is found


def test_a_stream_is_examined_by_its_last_batch():
    x, y = digits(640)
    doctor = Doctor(verbose=0)
    model = pl.Sequential([Dense(16, "relu"), Dense(11, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    batches = [(x[i : i + 320], y[i : i + 320] + 1) for i in (0, 320)]
    model.fit(batches, epochs=2, verbose=0, callbacks=[doctor])
    assert doctor.report.names[0] == "labels_shifted"


def test_doctors_may_come_and_go_where_a_training_is_resumed(tmp_path):
    settings = {"checkpoint": str(tmp_path / "run")}
    fitted([Doctor(verbose=0)], epochs=2, **settings)
    assert_same(fitted([Doctor(verbose=0)], epochs=4, resume=True, **settings), fitted([], epochs=4))


def test_a_doctor_serves_one_training_after_the_other():
    doctor = Doctor(verbose=0)
    fitted([doctor], nan=True, optimizer=lambda: pl.optimizers.SGD(1e8))
    assert doctor.report.names == ["not_finite"]
    x, y = digits(200)
    model = pl.Sequential([Dense(32, "relu"), Dense(10, "softmax")])
    model.compile(pl.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=10, verbose=0, callbacks=[doctor])
    assert doctor.report.healthy, str(doctor.report)


def test_a_model_that_cannot_be_copied_is_still_looked_at():
    class Stubborn(Dense):
        def __deepcopy__(self, memo):
            raise RuntimeError("not me")

    x, y = digits(200)
    doctor = Doctor(verbose=0)
    model = pl.Sequential([Stubborn(11, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, np.full_like(y, 3), epochs=2, verbose=0, callbacks=[doctor])
    assert doctor.report.names == ["labels_constant"]
    assert doctor.report.skipped == {"probe": "RuntimeError: not me"}


def test_several_inputs_and_outputs_are_no_stumbling_block():
    x, y = digits(200)
    first, second = pl.Input((64,)), pl.Input((64,))
    joined = pl.layers.Concatenate()([Dense(8, "relu")(first), Dense(8, "relu")(second)])
    model = pl.Model([first, second], [Dense(10, "softmax", name="digit")(joined), Dense(1, name="sum")(joined)])
    model.compile("adam", ["sparse_categorical_crossentropy", "mse"])
    doctor = Doctor(verbose=0)
    model.fit([x, x], [y, x.sum(1) / 20], epochs=2, verbose=0, callbacks=[doctor])
    assert (doctor.report.names, doctor.report.skipped) == ([], {})


def test_examine_leaves_the_model_as_it_is():
    x, y = digits(200)
    model = pl.Sequential(mlp(16)())
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=2, verbose=0)
    weights, iterations = model.get_weights(), model.optimizer.iterations
    slots = copy.deepcopy([model.optimizer.memory.of(p) for p in model.weights])
    report = examine(model, (x * 255).astype(np.uint8), y, validation_data=(x, y), history={"loss": [2.0, 2.0]})
    assert report.names[0] == "inputs_not_scaled"
    assert model.optimizer.iterations == iterations
    np.testing.assert_equal(model.get_weights(), weights)
    np.testing.assert_equal([model.optimizer.memory.of(p) for p in model.weights], slots)


def test_a_report_as_text_and_as_json():
    finding = Finding("name", "What.", {"a": 1.0, "b": float("inf"), "c": 3}, "cause", "remedy")
    report = Report([finding], "model: 3 samples")
    text = str(report)
    assert all(part in text for part in ("name: What.", "a 1, b inf, c 3", "cause", "remedy", "model: 3 samples"))
    again = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert again["findings"][0]["numbers"] == {"a": 1.0, "b": "inf", "c": 3}
    assert not again["healthy"]
    assert Report().healthy


def test_a_check_that_fails_itself_is_told_and_silences_no_other(monkeypatch):
    def broken_check(case):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("pellucid.doctor.examination.CHECKS", [broken_check, *CHECKS])
    x, y = digits(100)
    model = pl.Sequential(mlp(8)())
    model.compile("sgd", "sparse_categorical_crossentropy")
    report = examine(model, x, np.full_like(y, 1))
    assert report.skipped == {"broken_check": "ZeroDivisionError: oh"}
    assert report.names == ["labels_constant"]


def test_symptoms_are_left_out_where_the_model_has_learned():
    """Saturated tanh units are switches here: the loss is far below that of the best constant answer."""
    x, y = digits()
    wide = pl.initializers.RandomNormal(stddev=3.0)
    report = train(mlp(64, activation="tanh", kernel_initializer=wide), x, y, optimizer=pl.optimizers.Adam(0.01), epochs=10)
    assert report.healthy, str(report)
