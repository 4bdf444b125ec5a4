"""Checkpoint: when one is due, and which are kept. What is in them: tests/models/test_resuming.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.callbacks import Callback, Checkpoint
from pellucid.checkpoints import CheckpointFolder
from pellucid.errors import ArgumentError
from tests.support.training import slope

ONES = np.ones((6, 1))


class OneByOne(Callback):
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Makes training run one step a call."""


def steps_after(folder: Path, *, lasting: int = 4, rate: float = 0.1, callbacks: Any = (), **arguments: Any) -> list[int]:
    """The training steps of the checkpoints of a training of three steps an epoch."""
    keep, watch = Checkpoint(folder, **{"keep": 99, **arguments}), [OneByOne(), *callbacks]
    slope(rate).fit(ONES, ONES, batch_size=2, epochs=lasting, verbose=0, checkpoint=keep, callbacks=watch)
    return CheckpointFolder(folder).steps()


@pytest.mark.parametrize(
    ("arguments", "steps"),
    [
        ({}, [3, 6, 9, 12]),
        ({"epochs": 2, "monitor": "absent"}, [6, 12]),
        ({"epochs": 3, "monitor": "absent"}, [9, 12]),  # the last in any case
        ({"epochs": None, "monitor": "absent"}, [12]),
        ({"epochs": None, "monitor": "absent", "steps": 1}, list(range(1, 13))),
        ({"epochs": None, "monitor": "absent", "steps": 5}, [5, 10, 12]),
        ({"epochs": None, "monitor": "absent", "minutes": 0}, list(range(1, 13))),
        ({"epochs": 1, "keep": 1}, [12]),  # here the last is the best
    ],
)
def test_when_one_is_due(arguments: dict[str, Any], steps: list[int], tmp_path: Path) -> None:
    assert steps_after(tmp_path, **arguments) == steps


def test_the_best_is_kept_beyond_the_newest(tmp_path: Path) -> None:
    """w <- w + 2 rate (1 - w): a rate over 1 moves away from 1, so the first epoch is the best."""
    assert steps_after(tmp_path, rate=1.1, keep=2) == [3, 9, 12]
    assert steps_after(tmp_path / "largest", rate=1.1, keep=1, mode="max") == [12]
    (tmp_path / "other").mkdir()
    assert steps_after(tmp_path / "other", rate=1.1, keep=1, monitor="val_loss", lasting=2) == [6]


def test_the_best_checkpoint_has_the_best_epochs_weights(tmp_path: Path) -> None:
    seen = []

    class Note(Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            seen.append(self.model.get_weights()[0].copy())

    first = steps_after(tmp_path, rate=1.1, keep=1, callbacks=[Note()])[0]
    np.testing.assert_array_equal(pl.load_model(CheckpointFolder(tmp_path).file(first)).get_weights()[0], seen[0])


@pytest.mark.parametrize(
    "arguments",
    [{"epochs": 0}, {"steps": 0}, {"steps": 1.5}, {"minutes": -1}, {"minutes": float("nan")}, {"keep": 0}, {"mode": "best"}],
)
def test_arguments_are_checked(arguments: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=next(iter(arguments))):
        Checkpoint(tmp_path, **arguments)


def test_among_the_callbacks_it_stands_behind_the_others(tmp_path: Path) -> None:
    """What it writes, all others have seen: here, a learning rate that is set at the end of the epoch."""

    class Halving(Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.model.optimizer.learning_rate /= 2

    slope(0.1).fit(ONES, ONES, verbose=0, callbacks=[Checkpoint(tmp_path), Halving()])
    model = slope(0.1)
    model.fit(ONES, ONES, epochs=1, verbose=0, resume=tmp_path, callbacks=[Halving()])
    assert model.optimizer.learning_rate == 0.05
