"""EarlyStopping: when it stops, and which weights remain."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.callbacks import Callback, EarlyStopping, LambdaCallback
from pellucid.errors import ArgumentError
from tests.support.training import assert_same_bits, classifier, clusters, slope

X, Y = clusters()
NAN = float("nan")


class Scripted(Callback):
    """Puts scripted values into the logs, and each epoch's number into the weights."""

    def __init__(self, values, name: str = "val_loss") -> None:
        self.values = values
        self.name = name

    def on_epoch_end(self, epoch, logs=None) -> None:
        logs[self.name] = self.values[epoch]
        self.model.set_weights([[[float(epoch)]]])


def run(values, name: str = "val_loss", **settings) -> tuple[int, float, EarlyStopping]:
    """How many epochs ran, the epoch whose weights remain, and the callback."""
    model = slope(0.0)
    stopping = EarlyStopping(monitor=name, **settings)
    ones = np.ones((4, 1))
    history = model.fit(ones, ones, epochs=len(values), verbose=0, callbacks=[Scripted(values, name), stopping])
    return len(history.epoch), model.get_weights()[0].item(), stopping


@pytest.mark.parametrize(
    ("values", "settings", "epochs"),
    [
        ([4, 3, 2, 1], {}, 4),
        ([3, 3, 3, 3], {}, 2),
        ([3, 2, 2.5, 1, 1], {}, 3),
        ([3, 2, 2.5, 2.4, 1, 1], {"patience": 2}, 4),
        ([3, 2, 2.5, 1.9, 2, 2, 2], {"patience": 2}, 6),
        ([3, 2.95, 2.9, 2.85], {"min_delta": 0.1, "patience": 2}, 3),
        ([3, 2.8, 2.6, 2.4], {"min_delta": 0.1, "patience": 2}, 4),
        ([3, 2, 1, 0.5], {"baseline": 1.5, "patience": 2}, 4),
        ([NAN, NAN, NAN], {}, 2),
        ([3, NAN, 2, 1], {"patience": 2}, 4),
        ([1, 2, 3, 4, 5, 6], {"start_from_epoch": 3, "patience": 1}, 5),
        ([1, 2, 3, 2], {"mode": "max"}, 4),
        ([1, 2, 1.5, 3], {"mode": "max"}, 3),
    ],
)
def test_when_it_stops(values, settings, epochs) -> None:
    ran, _, stopping = run(values, **settings)
    assert ran == epochs
    if epochs < len(values):
        assert stopping.stopped_epoch == epochs - 1


@pytest.mark.parametrize(("name", "rising"), [("val_accuracy", 4), ("acc", 4), ("loss_of_mine", 2), ("val_loss", 2)])
def test_auto_mode_goes_by_the_name(name, rising) -> None:
    assert run([0.1, 0.2, 0.3, 0.4], name)[0] == rising


def test_the_best_weights_come_back_when_it_stops() -> None:
    ran, weights, stopping = run([3, 1, 2, 2, 0], patience=2, restore_best_weights=True)
    assert (ran, weights, stopping.best_epoch) == (4, 1.0, 1)
    assert run([3, 1, 2, 2, 0], patience=2)[1] == 3.0


def test_they_come_back_when_training_ends_by_itself() -> None:
    assert run([3, 1, 2, 2], patience=9, restore_best_weights=True)[1] == 1.0


def test_where_nothing_was_better_the_first_epoch_is_the_best() -> None:
    """As in Keras: all NaN."""
    assert run([NAN, NAN, NAN], patience=9, restore_best_weights=True)[1] == 0.0


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_they_come_back_when_training_is_broken_off(error) -> None:
    class Break(Callback):
        def on_epoch_begin(self, epoch, logs=None) -> None:
            if epoch == 3:
                raise error

    model = slope(0.0)
    ones = np.ones((4, 1))
    stopping = EarlyStopping(patience=9, restore_best_weights=True)
    with pytest.raises(error):
        model.fit(ones, ones, epochs=9, verbose=0, callbacks=[Scripted([3, 1, 2, 2]), stopping, Break()])
    assert model.get_weights()[0].item() == 1.0


def test_a_second_fit_begins_anew() -> None:
    model = slope(0.0)
    ones = np.ones((4, 1))
    stopping = EarlyStopping(patience=0)
    for _ in range(2):
        history = model.fit(ones, ones, epochs=9, verbose=0, callbacks=[Scripted([3, 2, 1, 1]), stopping])
        assert len(history.epoch) == 4


def test_on_real_training() -> None:
    model = classifier()
    seen = []
    keep = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append((logs["val_loss"], model.get_weights())))
    stopping = EarlyStopping(patience=3, restore_best_weights=True)
    model.fit(X, Y, validation_split=0.4, epochs=200, batch_size=4, verbose=0, callbacks=[keep, stopping])
    losses = [loss for loss, _ in seen]
    assert len(seen) == np.argmin(losses) + 1 + 3 < 200
    assert_same_bits(model.get_weights(), seen[int(np.argmin(losses))][1])


def test_a_name_that_is_not_there_is_said() -> None:
    model = slope(0.0)
    ones = np.ones((4, 1))
    stop = EarlyStopping("val_lss", mode="min")
    with pytest.warns(UserWarning, match=r"'val_lss' is not among the logs \(loss, val_loss\)"):
        history = model.fit(ones, ones, validation_split=0.5, epochs=2, verbose=0, callbacks=[stop])
    assert len(history.epoch) == 2


def test_without_validation_data_it_is_said_where_fit_was_called() -> None:
    with pytest.warns(UserWarning, match="only with validation_data or validation_split: pass one to fit") as caught:
        slope(0.0).fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0, callbacks=[EarlyStopping()])
    assert caught[0].filename == __file__


def test_it_says_when_it_stops(capsys) -> None:
    run([1, 2, 2], verbose=1)
    assert "no better val_loss since epoch 1" in capsys.readouterr().out


@pytest.mark.parametrize("settings", [{"patience": -1}, {"patience": 1.5}, {"mode": "least"}, {"start_from_epoch": -1}])
def test_arguments(settings) -> None:
    with pytest.raises(ArgumentError, match=next(iter(settings))):
        EarlyStopping(**settings)


class TestHoweverTrainingEnds:
    """The best weights come back; each way out has its test here or above."""

    def fit(self, *around, epochs=9):
        model = slope(0.0)
        ones = np.ones((4, 1))
        stopping = EarlyStopping(patience=9, restore_best_weights=True)
        watch = [Scripted([3, 1, 2, 2, 2, 2, 2, 2, 2]), *around, stopping]
        model.fit(ones, ones, epochs=epochs, verbose=0, callbacks=watch)
        return model

    def test_another_callback_stops_it(self):
        class Stop(Callback):
            def on_epoch_end(self, epoch, logs=None):
                self.model.stop_training = epoch == 3

        assert self.fit(Stop()).get_weights()[0].item() == 1.0

    @pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
    @pytest.mark.parametrize("moment", ["on_epoch_begin", "on_train_batch_end", "on_epoch_end", "on_steps"])
    def test_an_error_at_any_moment(self, error, moment):
        model = None

        def fail(number, logs):
            nonlocal model
            model = failing.model
            if failing.epochs == 4:
                raise error

        class Failing(LambdaCallback):
            epochs = 0

        failing = Failing(**{moment: fail})

        class Count(Callback):
            def on_epoch_begin(self, epoch, logs=None):
                failing.epochs += 1

        with pytest.raises(error):
            self.fit(Count(), failing)
        assert model.get_weights()[0].item() == 1.0

    @pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
    def test_another_callback_fails_when_training_ends(self, error):
        class Failing(Callback):
            def on_train_end(self, logs=None):
                kept.append(self.model)
                raise error

        kept = []
        with pytest.raises(error):
            self.fit(Failing())
        assert kept[0].get_weights()[0].item() == 1.0

    def test_the_loss_became_nan(self):
        model = slope(0.0)
        ones = np.ones((4, 1))
        stopping = EarlyStopping(patience=1, restore_best_weights=True)
        model.fit(ones, ones, epochs=5, verbose=0, callbacks=[Scripted([3, 1, NAN, NAN, NAN]), stopping])
        assert model.get_weights()[0].item() == 1.0

    def test_moving_statistics_come_back_with_the_weights(self):
        model = classifier(normalize=True)
        seen = []
        keep = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(model.get_weights()))
        rising = LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(val_loss=float(epoch)))
        model.fit(X, Y, epochs=4, verbose=0, callbacks=[keep, rising, EarlyStopping(patience=9, restore_best_weights=True)])
        assert_same_bits(model.get_weights(), seen[0])


def test_a_state_goes_on_where_it_was_taken() -> None:
    """Best value, patience and best weights outlive the callback."""
    values = [3, 1, 2, 2, 2, 0.5]
    model = slope(0.0)
    state: dict = {}
    for epoch, value in enumerate(values):
        stopping = EarlyStopping(patience=3, restore_best_weights=True)
        stopping.set_model(model)
        stopping.on_train_begin()
        if epoch:
            stopping.load_state(state)
        model.set_weights([[[float(epoch)]]])
        model.stop_training = False
        stopping.on_epoch_end(epoch, {"val_loss": value})
        state = stopping.state()
        if model.stop_training:
            break
    assert epoch == 4
    assert state["best"] == 1
    stopping.on_train_end()
    assert model.get_weights()[0].item() == 1.0
