"""Trainings that are interrupted and resumed, and the comparison of how they end."""

from __future__ import annotations

from typing import Any

import pellucid as pl
from pellucid.callbacks import Callback, EarlyStopping, LearningRateScheduler, ReduceLROnPlateau
from tests.support.training import assert_same_bits, classifier, clusters

X, Y = clusters(80)
HELD_OUT = clusters(30, seed=5)
STEPS = 5  # an epoch, of 16 samples each
EPOCHS = 4


class Interrupt(Exception):
    pass


class Interrupting(Callback):
    """Ends training by an error after so many steps, as a kill would; it says nothing to anybody before."""

    def __init__(self, after: int) -> None:
        self.left = after

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.left -= 1
        if self.left == 0:
            raise Interrupt


class Thawing(Callback):
    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if epoch == 1:
            self.model.layers[0].trainable = True


def watchers() -> list[Callback]:
    return [
        EarlyStopping(patience=2, restore_best_weights=True),
        ReduceLROnPlateau("loss", patience=1, min_delta=0.1),
        LearningRateScheduler(lambda epoch, rate: rate * 0.9),
        Thawing(),
    ]


def model_for(optimizer: str, *, eager: bool = False) -> Any:
    made = {"adam": "adam", "momentum": pl.optimizers.SGD(0.05, momentum=0.9)}[optimizer]
    model = classifier(made, dropout=0.3, normalize=True, l2=0.01, run_eagerly=eager)
    model.layers[0].trainable = False
    return model


def fit(model: Any, *more: Callback, x: Any = X, y: Any = Y, **arguments: Any) -> Any:
    data = {"x": x, "y": y, "batch_size": 16} if y is not None else {"x": x, "steps_per_epoch": STEPS}
    arguments = {"epochs": EPOCHS, "validation_data": HELD_OUT, **arguments}
    return model.fit(**data, callbacks=[*watchers(), *more], verbose=0, **arguments)


def assert_same_end(one: Any, other: Any) -> None:
    assert one.history.history == other.history.history
    assert one.history.epoch == other.history.epoch
    assert_same_bits(one.get_weights(), other.get_weights())
    assert one.optimizer.iterations == other.optimizer.iterations
    assert one.optimizer.learning_rate == other.optimizer.learning_rate
