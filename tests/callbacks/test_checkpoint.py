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

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs["constant"] = float("nan")  # never the best


def steps_after(folder: Path, *, lasting: int = 4, rate: float = 0.1, callbacks: Any = (), **arguments: Any) -> list[int]:
    """The training steps of the checkpoints of a training of three steps an epoch."""
    keep, watch = Checkpoint(folder, **{"keep": 99, **arguments}), [OneByOne(), *callbacks]
    slope(rate).fit(ONES, ONES, batch_size=2, epochs=lasting, verbose=0, checkpoint=keep, callbacks=watch)
    return CheckpointFolder(folder).steps()


@pytest.mark.parametrize(
    ("arguments", "steps"),
    [
        ({}, [3, 6, 9, 12]),
        ({"epochs": 2, "monitor": "constant", "mode": "min"}, [6, 12]),
        ({"epochs": 3, "monitor": "constant", "mode": "min"}, [9, 12]),  # the last in any case
        ({"epochs": None, "monitor": "constant", "mode": "min"}, [12]),
        ({"epochs": None, "monitor": "constant", "mode": "min", "steps": 1}, list(range(1, 13))),
        ({"epochs": None, "monitor": "constant", "mode": "min", "steps": 5}, [5, 10, 12]),
        ({"epochs": None, "monitor": "constant", "mode": "min", "minutes": 0}, list(range(1, 13))),
        ({"epochs": 1, "keep": 1}, [12]),  # here the last is the best
    ],
)
def test_when_one_is_due(arguments: dict[str, Any], steps: list[int], tmp_path: Path) -> None:
    assert steps_after(tmp_path, **arguments) == steps


def test_the_best_is_kept_beyond_the_newest(tmp_path: Path) -> None:
    """w <- w + 2 rate (1 - w): a rate over 1 moves away from 1, so the first epoch is the best."""
    assert steps_after(tmp_path, rate=1.1, keep=2) == [3, 9, 12]
    assert steps_after(tmp_path / "largest", rate=1.1, keep=1, mode="max") == [12]
    with pytest.warns(UserWarning, match="never among the logs"):
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


class Scripted(Callback):
    """Puts these values into the logs, epoch by epoch; None leaves a value out."""

    def __init__(self, **values: list[Any]) -> None:
        self.values = values

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        for name, values in self.values.items():
            if values[epoch] is not None:
                logs[name] = values[epoch]


def test_epochs_without_validation_are_not_compared_with_those_that_have_it(tmp_path: Path) -> None:
    """Validation in every other epoch: the loss of training, which falls all the time, is not what the best is judged by."""
    values = Scripted(val_loss=[None, 1.0, None, 2.0, None, 3.0])
    assert steps_after(tmp_path, keep=1, lasting=6, callbacks=[values]) == [6, 18]


def test_a_name_that_never_comes_is_said_at_the_end(tmp_path: Path) -> None:
    with pytest.warns(
        UserWarning, match=r"'val_lss' was never among the logs \(loss, constant\), so the best epoch is not known"
    ):
        steps_after(tmp_path, monitor="val_lss", mode="min")


def test_an_array_is_no_quantity_to_judge_by(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"Checkpoint: 'matrix_loss' is an array of shape \(2,\)"):
        steps_after(tmp_path, monitor="matrix_loss", callbacks=[Scripted(matrix_loss=[[1.0, 2.0]] * 4)])


def test_a_best_epoch_that_could_not_be_written_does_not_push_out_the_one_that_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second epoch is better, but the disk is full just then; the fourth is worse than the first."""
    write = CheckpointFolder.write

    def full_once(self: CheckpointFolder, step: int, *arguments: Any, **settings: Any) -> None:
        if step == 6:
            raise OSError(28, "no space left on the device")
        write(self, step, *arguments, **settings)

    monkeypatch.setattr(CheckpointFolder, "write", full_once)
    values = Scripted(val_loss=[2.0, 1.0, 4.0, 3.0])
    with pytest.warns(UserWarning, match="no checkpoint can be written at training step 6"):
        assert steps_after(tmp_path, keep=1, callbacks=[values]) == [3, 12]


def test_another_quantity_to_watch_begins_without_a_best(tmp_path: Path) -> None:
    """The loss that was the best says nothing of an accuracy, whose largest is."""
    watch = [Scripted(val_loss=[1.0, 9.0, 9.0, 9.0], score=[0.1, 0.2, 0.9, 0.3])]
    slope(0.1).fit(ONES, ONES, batch_size=6, epochs=1, verbose=0, checkpoint=Checkpoint(tmp_path), callbacks=watch)
    keep = Checkpoint(tmp_path, monitor="score", mode="max", keep=1)
    slope(0.1).fit(ONES, ONES, batch_size=6, epochs=4, verbose=0, checkpoint=keep, resume=True, callbacks=watch)
    assert CheckpointFolder(tmp_path).steps() == [3, 4]
