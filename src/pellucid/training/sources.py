"""ArraySource: batches gathered from arrays, many steps a job; and how batches are run one by one."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.samples import Samples
from pellucid.engine.alarm import armed
from pellucid.engine.gather import Gather
from pellucid.engine.plan import Plan
from pellucid.errors import ArgumentError
from pellucid.training.order import epoch_order
from pellucid.training.trainer import Trainer

Array = npt.NDArray[Any]
Before = Callable[[int], None]
"""Called with the number of a step, from 0, once its batch is at hand; where it is given, one step is run at a time."""

_ROWS_LOOKED_AT = 1024
# Native code runs this long at a stretch; between slices the bar and callbacks are served, and Ctrl-C where no alarm cuts a slice
# short. A slice costs 0.2 ms, as Python's own code and data have left the cache by then.
SLICE_SECONDS = 0.018
LONG_SLICE_SECONDS = 0.15


class ArraySource:
    """Batches gathered from arrays, many steps a job.

    Args:
        samples: the data; rows are taken as they are needed, so arrays may be memory-mapped.
        batch_size: samples in a step; the last batch of an epoch may be shorter and is trained on all the same.
        shuffle: take the samples of each epoch in a new order.
        steps: batches in an epoch; all by default.
        steps_name: what the user calls them.

    Raises:
        ArgumentError: there are not so many.
    """

    def __init__(
        self,
        samples: Samples,
        batch_size: int,
        *,
        shuffle: bool,
        steps: int | None = None,
        steps_name: str = "steps_per_epoch",
    ) -> None:
        self.samples = samples
        self.batch_size = batch_size
        self.shuffle = shuffle
        count = len(samples)
        batches = -(-count // batch_size)
        if steps is not None and steps > batches:
            raise ArgumentError(
                f"{steps_name}={steps} with batch_size={batch_size} needs {steps * batch_size} samples. Received {count}. "
                "Pass a generator to draw samples more than once in an epoch."
            )
        self.steps: int | None = steps if steps is not None else batches
        self.used = min(count, self.steps * batch_size)
        self._order = np.arange(count, dtype=np.int64)
        self._slice_steps: dict[tuple[str, int], int] = {}
        check = [a.dtype.kind == "f" and isinstance(a, np.memmap) for a in samples.arrays]
        self._gather = Gather(samples.arrays, self._order, check, samples.names)

    @property
    def count(self) -> int | None:
        return self.used

    def sizes(self) -> list[tuple[int, int]]:
        """(batch size, how many of them in a row): the full batches, then the short one."""
        full, rest = divmod(self.used, self.batch_size)
        return [(size, number) for size, number in ((self.batch_size, full), (rest, 1)) if size and number]

    def plan(self, trainer: Trainer, mode: str, size: int) -> Plan:
        """The program that takes batches of ``size`` samples from these arrays."""
        return trainer.plan(mode, self.samples, size, self._gather)

    def train(self, trainer: Trainer, before: Before | None = None, done: int = 0) -> Iterator[int]:
        """Train on one epoch, of which ``done`` steps are done already; yields after each slice how many are done."""
        self.write_order(self._order, trainer)
        if trainer.in_python("train"):
            yield from self._eagerly(trainer.train_eagerly, before, done)
        else:
            yield from self._planned(trainer, "train", trainer.train_steps, before, done)

    def write_order(self, order: npt.NDArray[np.int64], trainer: Trainer) -> None:
        """Write into ``order`` the samples as the trainer's epoch takes them; unshuffled, it begins where the last one ended."""
        first = trainer.epoch * self.used % len(order)
        epoch_order(order, shuffle=self.shuffle, seed=trainer.seed, steps_done=trainer.epoch_began, first=first)

    def describe(self) -> dict[str, Any]:
        """What an epoch is made of, to tell whether a training goes on with the same: settings, and a digest of some rows."""
        return {"batch_size": self.batch_size, "shuffle": self.shuffle, "steps": self.steps, "rows": self._digest}

    @cached_property
    def _digest(self) -> str:
        rows = np.unique(np.linspace(0, max(0, len(self.samples) - 1), _ROWS_LOOKED_AT, dtype=np.int64))
        digest = hashlib.blake2b(digest_size=16)
        for array in self.samples.arrays:
            digest.update(f"{array.dtype.str}{array.shape}".encode() + np.ascontiguousarray(array[rows]).tobytes())
        return digest.hexdigest()

    def state(self) -> dict[str, Any]:
        """Nothing: the order of samples is a function of what the trainer knows."""
        return {}

    def load_state(self, state: Mapping[str, Any], *, within: bool) -> None:
        """There is nothing to be put back."""

    def evaluate(self, trainer: Trainer, before: Before | None = None) -> Iterator[int]:
        if trainer.in_python("evaluate"):
            yield from self._eagerly(trainer.evaluate_eagerly, before)
        else:
            yield from self._planned(trainer, "evaluate", trainer.evaluate_steps, before)

    def predict(self, trainer: Trainer, before: Before) -> Iterator[list[Array]]:
        """The outputs of each batch, in the order of the samples."""
        if trainer.in_python("predict"):
            for number, batch in enumerate(self._batches()):
                before(number)
                yield trainer.predict_eagerly(batch)
            return
        done = 0
        for size, number in self.sizes():
            plan = self.plan(trainer, "predict", size)
            for _ in range(number):
                before(done)
                done += 1
                yield trainer.predict_step(plan, size)

    def _planned(
        self, trainer: Trainer, mode: str, run: Callable[[Any, int, int], int], before: Before | None, done: int = 0
    ) -> Iterator[int]:
        passed = done
        for size, number in self.sizes():
            if passed >= number:  # a training that was resumed has these behind it
                passed -= number
                continue
            plan = self.plan(trainer, mode, size)
            slice_steps = self._slice_steps.get((mode, size), 1)  # what the last epoch found
            left, passed = number - passed, 0
            while left:
                steps = min(slice_steps, left) if before is None else 1
                if before is not None:
                    before(done)
                start = time.perf_counter()
                ran = run(plan, steps, size)
                a_step = (time.perf_counter() - start) / ran
                longest = SLICE_SECONDS if armed() is None else LONG_SLICE_SECONDS
                slice_steps = max(1, min(2 * slice_steps, int(longest / max(a_step, 1e-7))))
                self._slice_steps[mode, size] = slice_steps
                left -= ran
                done += ran
                yield done

    def _eagerly(self, run: Callable[[Samples], Any], before: Before | None, done: int = 0) -> Iterator[int]:
        return one_by_one(self._batches(done), run, before, done)

    def _batches(self, done: int = 0) -> Iterator[Samples]:
        for start in range(done * self.batch_size, self.used, self.batch_size):
            rows = self._order[start : min(start + self.batch_size, self.used)]
            if any(self._gather.check):
                self._gather.refuse_not_finite(start, len(rows))
            groups = (self.samples.inputs, self.samples.targets, self.samples.weights)
            yield Samples(*([a[rows] for a in group] for group in groups))


def one_by_one(batches: Iterable[Samples], run: Callable[[Samples], Any], before: Before | None, done: int = 0) -> Iterator[int]:
    """Run batches, of which ``done`` are done already; yields after each how many are."""
    for number, batch in enumerate(batches, done):
        if before is not None:
            before(number)
        run(batch)
        yield number + 1
