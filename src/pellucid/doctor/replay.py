"""Replay: a training from a snapshot on, step by step on a copy, to the first step that went wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.samples import Samples
from pellucid.doctor.measure import are_finite, largest, rows_of
from pellucid.doctor.tracing import Origin, trace_step
from pellucid.engine.link import CLOCK_POSITION, CLOCK_STEP
from pellucid.errors import DataError
from pellucid.random.state import random_state_kept
from pellucid.training.sources import ArraySource
from pellucid.training.trainer import Trainer

Array = npt.NDArray[Any]
Rates = Sequence[tuple[int, Any]]
"""(step, learning rate): the rate of the steps before this one, number or schedule, as callbacks may change it."""


@dataclass(frozen=True)
class Snapshot:
    """What a training is between two steps, as far as the next steps depend on it.

    Args:
        step: training steps done.
        epoch: from 0; ``done`` steps of it are done, and ``epoch_began`` were done before it.
        position: samples of the epoch that are done.
        weights: of every parameter, in the model's order.
        slots: what the optimizer keeps for each; empty where it keeps nothing yet.
        samples: since the last update, where gradients are accumulated.
    """

    step: int
    epoch: int
    done: int
    epoch_began: int
    position: int
    weights: list[Array]
    slots: list[dict[str, Array]]
    samples: Array

    @classmethod
    def take(cls, trainer: Trainer, epoch: int, done: int) -> Snapshot:
        """Before step ``done`` (from 0) of this epoch."""
        assert trainer.slots is not None
        assert trainer.optimizer is not None
        step, weights = int(trainer.optimizer.batches), trainer.model.weights
        return cls(
            step,
            epoch,
            done,
            trainer.epoch_began if done else step,
            int(trainer.clock[CLOCK_POSITION]) if done else 0,
            [p.array.copy() for p in weights],
            [{name: a.copy() for name, a in trainer.slots.made(p).items()} for p in weights],
            trainer.slots.samples.copy(),
        )

    def restore(self, trainer: Trainer) -> None:
        """Let the training, of the same model or a copy, stand where this was taken."""
        assert trainer.slots is not None
        assert trainer.optimizer is not None
        for parameter, values, kept in zip(trainer.model.weights, self.weights, self.slots, strict=True):
            parameter.assign(values)
            member = trainer.optimizer.member(parameter.name)
            for name, array in trainer.slots.made(parameter).items():  # those that were made later begin as they began
                array[...] = kept[name] if name in kept else member.first_value(name, parameter.array)
        trainer.slots.samples[...] = self.samples
        trainer.optimizer.batches = self.step
        trainer.epoch, trainer.epoch_began = self.epoch, self.epoch_began
        trainer.clock[CLOCK_STEP], trainer.clock[CLOCK_POSITION] = self.step, self.position


@dataclass(frozen=True)
class BadStep:
    """The first step whose loss or weights are not finite.

    Args:
        step: its number, from 1; ``epoch`` and ``batch`` in it, likewise from 1.
        loss: of the step.
        origin: the first value in it that is not finite; None where the eager step, whose sums are rounded in another order,
            had none.
        growth: the greatest weight when training began, and just before this step.
        steps: from then to this step.
        rate: the learning rate of the step.
    """

    step: int
    epoch: int
    batch: int
    loss: float
    origin: Origin | None
    growth: tuple[float, float]
    steps: int
    rate: float


def find_bad_step(
    trainer: Trainer,
    source: Any,
    snapshot: Snapshot,
    rates: Rates,
    last: int,
    kept: Sequence[Samples] = (),
    began: tuple[int, float] = (0, 0.0),
) -> BadStep | None:
    """Run a copy from a snapshot on, one step at a time, until a loss or a weight is not finite; then trace that step.

    Args:
        trainer: of the training in question; it is copied.
        source: of its batches: an `ArraySource`, whose epochs are gone through again; else ``kept`` has the batches.
        rates: learning rates as they were, see `Rates`.
        last: the last step that was done.
        kept: the batches of a stream since the snapshot.
        began: the steps that were done when training began, and the greatest weight then.

    Returns:
        None where every step is finite: what happened was done from outside, by a callback or another thread.
    """
    with random_state_kept(), trainer.lock:
        copy = trainer.copy()
        snapshot.restore(copy)
        copy.training_sums.reset()
        steps = _array_steps(copy, source, snapshot) if isinstance(source, ArraySource) else _kept_steps(copy, kept, snapshot)
        for before, batch in steps:
            if before.step >= last:
                return None
            assert copy.optimizer is not None
            copy.optimizer.learning_rate = _rate_at(rates, before.step)
            rate = float(copy.optimizer.learning_rate)
            loss = _step(copy, source, batch, before)
            if math.isfinite(loss) and are_finite(p.array for p in copy.model.weights):
                continue
            before.restore(copy)
            copy.optimizer.learning_rate = _rate_at(rates, before.step)
            place = (before.step + 1, before.epoch + 1, before.done + 1)
            growth = (began[1], largest(before.weights))
            return BadStep(*place, loss, trace_step(copy, batch), growth, before.step - began[0], rate)
    return None


def _step(copy: Trainer, source: Any, batch: Samples, before: Snapshot) -> float:
    """One step of the program itself, on the batch that it took; its loss."""
    copy.training_sums.reset()
    try:
        copy.train_batch(batch)
    except (DataError, FloatingPointError):
        return math.nan  # refused, as what it would compute on is not finite
    return float(copy.training_sums.results().get("loss", 0.0))  # a step of the model's own may show none


def _array_steps(copy: Trainer, source: ArraySource, snapshot: Snapshot) -> Iterator[tuple[Snapshot, Samples]]:
    order = np.arange(len(source.samples), dtype=np.int64)
    epoch, done = snapshot.epoch, snapshot.done
    while True:
        copy.epoch = epoch
        if not done:
            copy.begin_epoch()
        source.write_order(order, copy)
        for start in range(done * source.batch_size, source.used, source.batch_size):
            rows = order[start : min(start + source.batch_size, source.used)]
            yield Snapshot.take(copy, epoch, start // source.batch_size), rows_of(source.samples, rows)
        epoch, done = epoch + 1, 0


def _kept_steps(copy: Trainer, kept: Sequence[Samples], snapshot: Snapshot) -> Iterator[tuple[Snapshot, Samples]]:
    for number, batch in enumerate(kept):
        yield Snapshot.take(copy, snapshot.epoch, snapshot.done + number), batch


def _rate_at(rates: Rates, step: int) -> Any:
    """The learning rate of the step that follows ``step`` others; the last is that of all further steps."""
    return next((rate for until, rate in rates if step < until), rates[-1][1])


def not_finite_rows(samples: Samples, order: Array, step: int, batch_size: int) -> dict[str, Any] | None:
    """The first value that is not finite among the batch of an epoch's step, with its row and column; None where all are."""
    rows = order[step * batch_size : (step + 1) * batch_size]
    for name, array in zip(samples.names, samples.arrays, strict=True):
        if array.dtype.kind != "f":
            continue
        with np.errstate(over="ignore"):
            values = np.asarray(array[rows]).astype(np.float32)  # what is too large becomes infinite, as in the batch
        finite = np.isfinite(values)
        if not finite.all():
            place = np.unravel_index(int(np.argmin(finite)), values.shape)
            return {"array": name, "row": int(rows[place[0]]), "place": tuple(map(int, place[1:])), "values": values}
    return None
