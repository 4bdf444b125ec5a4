"""ReduceLROnPlateau: when the rate falls, and how far."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.callbacks import Callback, ReduceLROnPlateau
from pellucid.errors import ArgumentError
from tests.support.keras_peer import import_keras
from tests.support.training import slope


class Scripted(Callback):
    """Puts scripted values into the logs."""

    def __init__(self, values: list[float]) -> None:
        self.values = values

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs["val_loss"] = self.values[epoch]


def rates(values: list[float], **settings: Any) -> list[float]:
    """The rate of each epoch, from 1.0 on."""
    ones = np.ones((4, 1))
    watch = [Scripted(values), ReduceLROnPlateau(factor=0.5, **settings)]
    return slope(1.0).fit(ones, ones, epochs=len(values), verbose=0, callbacks=watch).history["learning_rate"]


@pytest.mark.parametrize(
    ("values", "settings", "expected"),
    [
        ([5, 4, 3, 2], {"patience": 1}, [1, 1, 1, 1]),
        ([5, 5, 5, 5], {"patience": 1}, [1, 1, 0.5, 0.25]),
        ([5, 5, 5, 5, 5, 5], {"patience": 2}, [1, 1, 1, 0.5, 0.5, 0.25]),
        ([5, 5, 5, 5, 5, 5], {"patience": 1, "cooldown": 2}, [1, 1, 0.5, 0.5, 0.25, 0.25]),
        ([5, 5, 5, 5, 5], {"patience": 1, "min_lr": 0.4}, [1, 1, 0.5, 0.4, 0.4]),
        ([5, 4.9, 4.8, 4.7], {"patience": 1, "min_delta": 0.15}, [1, 1, 0.5, 0.5]),
        ([1, 2, 3, 2], {"patience": 1, "mode": "max"}, [1, 1, 1, 1]),
        ([5, float("nan"), 4, float("nan")], {"patience": 1}, [1, 1, 0.5, 0.5]),
    ],
)
def test_the_rate_of_each_epoch(values: list[float], settings: dict[str, Any], expected: list[float]) -> None:
    """Worked by hand: after ``patience`` epochs that are no better, half."""
    assert rates(values, **settings) == expected


def test_it_says_so(capsys: Any) -> None:
    rates([1, 1, 1], patience=2, verbose=1)
    assert capsys.readouterr().out == "Epoch 3: no better val_loss for 2 epochs; learning rate 0.5.\n"


def test_a_state_goes_on_where_it_was_taken() -> None:
    """In the middle of patience and cooldown: the same rates as in one go."""
    draw = random.Random(3)
    values = [draw.choice([1.0, 2.0, 3.0]) for _ in range(40)]

    def run(cuts: set[int]) -> list[float]:
        model = SimpleNamespace(optimizer=SimpleNamespace(learning_rate=1.0, is_scheduled=False), metrics=[])
        seen = []
        callback = ReduceLROnPlateau(factor=0.5, patience=2, cooldown=1)
        callback.set_model(model)
        callback.on_train_begin()
        for epoch, value in enumerate(values):
            if epoch in cuts:
                state = callback.state()
                callback = ReduceLROnPlateau(factor=0.5, patience=2, cooldown=1)
                callback.set_model(model)
                callback.on_train_begin()
                callback.load_state(state)
            callback.on_epoch_end(epoch, {"val_loss": value})
            seen.append(model.optimizer.learning_rate)
        return seen

    assert len(set(run(set()))) > 5
    assert run(set(range(40))) == run(set())


def test_a_schedule_is_refused() -> None:
    callback = ReduceLROnPlateau("loss")
    schedule = pl.optimizers.schedules.ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)
    callback.set_model(SimpleNamespace(optimizer=pl.optimizers.SGD(schedule), metrics=[]))
    with pytest.raises(ArgumentError, match=r"must be a number, to be changed\. Received the schedule ExponentialDecay"):
        callback.on_train_begin()


@pytest.mark.parametrize("settings", [{"factor": 1.0}, {"factor": -0.1}, {"patience": -1}, {"cooldown": 0.5}, {"min_lr": -1}])
def test_arguments(settings: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=next(iter(settings))):
        ReduceLROnPlateau(**settings)


@pytest.mark.parity
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras' own variables
@pytest.mark.parametrize("mode", ["min", "max"])
def test_the_rates_are_those_of_keras(mode: str) -> None:
    keras = import_keras()
    draw = random.Random(1)
    reduced = 0
    for _ in range(300):
        settings = {
            "mode": mode,
            "factor": 0.5,
            "patience": draw.randrange(1, 4),
            "cooldown": draw.randrange(3),
            "min_delta": draw.choice([0.0, 0.5, 0.7]),
            "min_lr": draw.choice([0.0, 0.125, 0.3125]),
        }
        values = [draw.choice([0.0, 1.0, 1.5, 2.0, 3.0, float("nan")]) for _ in range(15)]
        values[0] = 2.0  # Keras takes whatever comes first for the best, and nothing is ever better than NaN
        seen = []
        for cls in (ReduceLROnPlateau, keras.callbacks.ReduceLROnPlateau):
            callback = cls(**settings)
            optimizer = (
                keras.optimizers.SGD(1.0)
                if cls is not ReduceLROnPlateau
                else SimpleNamespace(learning_rate=1.0, is_scheduled=False)
            )
            callback.set_model(SimpleNamespace(optimizer=optimizer, metrics=[]))
            callback.on_train_begin()
            rates = []
            for epoch, value in enumerate(values):
                callback.on_epoch_end(epoch, {"val_loss": value})
                rates.append(float(np.asarray(optimizer.learning_rate)))
            seen.append(rates)
        assert seen[0] == seen[1], (values, settings)
        reduced += seen[0][-1] < 1
    assert reduced > 100
