"""Resuming where batches come from a stream: it is put back, or drawn again; and Ctrl-C between two batches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.callbacks import Callback, Checkpoint
from pellucid.checkpoints import CheckpointFolder
from tests.support.resuming import (
    STEPS,
    Interrupt,
    Interrupting,
    X,
    Y,
    assert_same_end,
    fit,
    model_for,
    watchers,
)
from tests.support.training import classifier


def endless(seed: int) -> Iterator[Any]:
    own = np.random.default_rng(seed)
    while True:
        rows = own.integers(0, len(X), 16)
        yield X[rows] * np.float32(np.random.uniform(0.9, 1.1)), Y[rows]  # noqa: NPY002


class Shuffled:
    """Batches that can be gone through again, each time in another order; ``own`` tells its state by itself."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(2)

    def __iter__(self) -> Iterator[Any]:
        order = self.random.permutation(len(X))
        for start in range(0, len(X), 16):
            yield X[order[start : start + 16]], Y[order[start : start + 16]]


class Telling:
    """A stream with a state of its own, which is asked how often it had to be drawn from."""

    def __init__(self) -> None:
        self.place = 0
        self.drawn = 0

    def __iter__(self) -> Telling:
        return self

    def __next__(self) -> Any:
        self.place += 1
        self.drawn += 1
        rows = np.random.default_rng(self.place).integers(0, len(X), 16)
        return X[rows], Y[rows]

    def state(self) -> int:
        return self.place

    def load_state(self, state: int) -> None:
        self.place = state


@pytest.mark.parametrize(("make", "steps"), [(lambda: endless(1), STEPS), (Shuffled, None)], ids=["endless", "shuffled"])
def test_streams_are_drawn_again(make: Any, steps: int | None, tmp_path: Path) -> None:
    def train(*more: Callback, **arguments: Any) -> Any:
        np.random.seed(4)  # noqa: NPY002
        model = model_for("adam")
        model.fit(make(), epochs=3, steps_per_epoch=steps, callbacks=[*watchers()[1:], *more], verbose=0, **arguments)
        return model

    whole = train()
    for after in (2, 5, 8):
        with pytest.raises(Interrupt):
            train(Interrupting(after), checkpoint=Checkpoint(tmp_path / str(after), steps=1))
        assert_same_end(whole, train(resume=tmp_path / str(after)))


def test_a_stream_that_ends_with_the_step_that_was_saved(tmp_path: Path) -> None:
    """The epoch's results then come from the checkpoint alone: no further step says what is summed."""
    whole = classifier()
    whole.fit(Shuffled(), epochs=2, verbose=0)
    keep = Checkpoint(tmp_path, steps=1, keep=9)
    classifier().fit(Shuffled(), epochs=2, verbose=0, checkpoint=keep, callbacks=[Interrupting(99)])
    within = [s for s in CheckpointFolder(tmp_path).steps() if s % STEPS == 0]
    first = CheckpointFolder(tmp_path).file(within[0])
    for last in CheckpointFolder(tmp_path).steps()[1:]:
        if last != within[0]:
            CheckpointFolder(tmp_path).file(last).unlink()
    again = classifier()
    again.fit(Shuffled(), epochs=2, verbose=0, resume=first)
    assert_same_end(whole, again)


def test_a_streams_own_state_is_used(tmp_path: Path) -> None:
    whole, stream = model_for("adam"), Telling()
    fit(whole, x=Telling(), y=None)
    with pytest.raises(Interrupt):
        fit(model_for("adam"), Interrupting(12), x=Telling(), y=None, checkpoint=Checkpoint(tmp_path, steps=1))
    model = model_for("adam")
    fit(model, x=stream, y=None, resume=tmp_path)
    assert whole.optimizer.iterations == model.optimizer.iterations
    assert stream.drawn < 12


def test_ctrl_c_between_two_steps_is_kept(tmp_path: Path, monkeypatch: Any) -> None:
    """As a signal's handler does, the interrupt comes in Python, when a slice of steps is over."""
    from pellucid.training.trainer import Trainer

    whole = classifier(dropout=0.3)
    whole.fit(X, Y, batch_size=16, epochs=3, verbose=0)
    run, slices = Trainer.train_steps, []

    def interrupted(self: Trainer, *arguments: Any) -> int:
        done = run(self, *arguments)
        slices.append(arguments)
        if len(slices) == 4:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(Trainer, "train_steps", interrupted)
    with pytest.raises(KeyboardInterrupt):
        classifier(dropout=0.3).fit(X, Y, batch_size=16, epochs=3, verbose=0, checkpoint=Checkpoint(tmp_path, epochs=None))
    monkeypatch.undo()
    steps = CheckpointFolder(tmp_path).steps()
    assert steps
    model = classifier(dropout=0.3)
    model.fit(X, Y, batch_size=16, epochs=3, verbose=0, resume=tmp_path)
    assert_same_end(whole, model)


def test_ctrl_c_with_a_batch_in_hand_does_not_lose_it(tmp_path: Path, monkeypatch: Any) -> None:
    """It was drawn from the stream, but not trained on."""
    from pellucid.training.trainer import Trainer

    for make in (lambda: endless(1), Telling):
        whole = classifier()
        whole.fit(make(), steps_per_epoch=STEPS, epochs=3, verbose=0)
        for number in (1, 4, STEPS + 1, STEPS + 3):
            folder, filled, calls = tmp_path / f"{make.__name__}{number}", Trainer._filled, []

            def interrupted(*arguments: Any, calls: Any = calls, number: int = number, filled: Any = filled) -> Any:
                calls.append(arguments)
                if len(calls) == number:
                    raise KeyboardInterrupt
                return filled(*arguments)

            monkeypatch.setattr(Trainer, "_filled", interrupted)
            np.random.seed(4)  # noqa: NPY002
            with pytest.raises(KeyboardInterrupt):
                classifier().fit(make(), steps_per_epoch=STEPS, epochs=3, verbose=0, checkpoint=folder)
            monkeypatch.undo()
            model = classifier()
            model.fit(make(), steps_per_epoch=STEPS, epochs=3, verbose=0, checkpoint=folder, resume=True)
            if make is Telling:
                assert_same_end(whole, model)
            assert model.optimizer.iterations == 3 * STEPS
