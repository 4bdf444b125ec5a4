"""Doctor: a callback that says what is wrong with a training, and where its first NaN came from."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.arguments import flag
from pellucid.callbacks import Callback
from pellucid.data.samples import Samples
from pellucid.doctor.examination import examined_training
from pellucid.doctor.finding import Finding, Report
from pellucid.doctor.measure import are_finite, largest, range_of, rms
from pellucid.doctor.replay import Snapshot, find_bad_step, not_finite_rows
from pellucid.doctor.words import finding_of
from pellucid.errors import DataError
from pellucid.training.sources import ArraySource

_SHARE = 0.02  # of the time of a training that snapshots may take
_BATCHES_KEPT = 64  # of a stream, since the last snapshot


class Doctor(Callback):
    """Watches a training, and reports what is wrong with it, with numbers, a likely cause and a remedy.

    While all is finite it only keeps a copy of weights and optimizer now and then, in at most 2 % of the time, and never changes
    a bit of the training. When the loss or a weight is not finite, it goes back to that copy, makes the steps since then again to
    find the first bad one, and that one in Python to find the operation that made the first NaN or infinity. At the end of
    training it examines data, network, steps and losses, see `pellucid.doctor.CHECKS`.

    Args:
        verbose: print the report where something was found; 0 is silent.
        stop: end a training whose loss or weights are not finite, as `TerminateOnNaN` does.

    Attributes:
        report: a `Report`, once training is over.

    >>> import pellucid as pl
    >>> model = pl.Sequential([pl.layers.Dense(1, kernel_initializer="ones", input_dim=1)])
    >>> model.compile(pl.optimizers.SGD(1e30), "mse")
    >>> doctor = pl.doctor.Doctor(verbose=0)
    >>> history = model.fit([[1.0]] * 8, [[0.0]] * 8, batch_size=2, verbose=0, callbacks=[doctor])
    >>> doctor.report.findings[0].what
    'The first infinity arose in step 2 (epoch 1, batch 2): SquaredError made it, on the way forward.'
    """

    def __init__(self, verbose: int = 1, stop: bool = True) -> None:
        self.verbose = verbose
        self.stop = flag("Doctor", "stop", stop)
        self._begin()

    def _begin(self) -> None:
        self.report = Report()
        self._epoch = 0
        self._history: dict[str, list[float]] = {}
        self._sizes: dict[str, float] = {}
        self._began = (0, 0.0)
        self._first: list[Finding] = []
        self._snapshot: Snapshot | None = None
        self._rates: list[tuple[int, Any]] = []
        self._kept: list[Samples] = []  # of a stream, since the snapshot
        self._batch: Samples | None = None  # of a stream, the last
        self._next = 0.0  # when a snapshot may be taken again

    def set_training(self, trainer: Any, source: Any, validation: Any) -> None:
        self._begin()
        self._trainer, self._source, self._validation = trainer, source, validation
        if not isinstance(source, ArraySource):
            source.on_batch = self._keep

    def on_train_begin(self, logs: Any = None) -> None:
        self._sizes = {p.name: rms(p.array) for p in self.model.weights}
        self._began = (int(self.model.optimizer.batches), largest(p.array for p in self.model.trainable_weights))

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch
        self._take(0)

    def on_steps(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._note_rate()
        if (kept := self._snapshot) is not None and kept.epoch == self._epoch and kept.epoch_began != self._trainer.epoch_began:
            self._snapshot = None  # a training that was resumed within this epoch stands elsewhere since
        if not math.isfinite(float((logs or {}).get("loss", 0.0))):
            self._search()
        elif not self._first:
            self._take(batch + 1)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        for name, value in (logs or {}).items():
            if np.ndim(value) == 0:
                self._history.setdefault(name, []).append(float(value))
        if not are_finite(p.array for p in self.model.weights):
            self._search()

    def on_train_end(self, logs: Any = None) -> None:
        if isinstance(error := sys.exception(), DataError | FloatingPointError):
            self._look_at_data()
        if error is None or self._first:
            self.report = self._examine()
            if self.verbose and not self.report.healthy:
                self.report.show()
        if not isinstance(self._source, ArraySource):
            self._source.on_batch = None
        self._snapshot, self._kept, self._batch = None, [], None

    def _keep(self, batch: Samples) -> None:
        self._kept.append(batch)
        self._batch = batch

    # --- going back -------------------------------------------------------------------------------------------------

    def _take(self, done: int) -> None:
        """A snapshot before step ``done`` of the epoch, where one is due."""
        now = time.perf_counter()
        full = len(self._kept) >= _BATCHES_KEPT
        if self._first or (self._snapshot is not None and now < self._next and not full):
            return
        with self._trainer.lock:
            snapshot = Snapshot.take(self._trainer, self._epoch, done)
        if self._snapshot is not None and not are_finite(snapshot.weights):  # the loss shows it a step later
            self._search()
            return
        self._snapshot = snapshot
        self._rates.clear()
        self._kept.clear()
        taken = time.perf_counter()
        self._next = taken + (taken - now) / _SHARE

    def _note_rate(self) -> None:
        """With which rate the steps up to here were made: callbacks may assign another between slices."""
        rate = self.model.optimizer._learning_rate
        if self._rates and self._rates[-1][1] is rate:
            self._rates.pop()
        self._rates.append((int(self.model.optimizer.batches), rate))

    def _search(self) -> None:
        if self.stop:
            self.model.stop_training = True
        last = int(self.model.optimizer.batches)
        if self._snapshot is None:
            self._first = self._first or [_not_traced(last, "it was so before there was anything to go back to")]
        if self._first or self._snapshot is None:
            return
        self._note_rate()
        try:
            bad = find_bad_step(self._trainer, self._source, self._snapshot, self._rates, last, self._kept, self._began)
        except Exception as error:  # a model's own code may refuse to be copied; the training goes on as it would
            self._first = [_not_traced(last, f"the steps could not be made again: {type(error).__name__}: {error}")]
            return
        outside = "made again, all steps are finite: a callback or another thread changed weights"
        self._first = [finding_of(bad) if bad is not None else _not_traced(last, outside)]

    def _look_at_data(self) -> None:
        """Training ended by an error that says that a batch was not finite: which, and with what in it."""
        source, trainer = self._source, self._trainer
        if not isinstance(source, ArraySource) or trainer.optimizer is None:
            return
        order = np.arange(len(source.samples), dtype=np.int64)
        source.write_order(order, trainer)
        done = int(trainer.optimizer.batches)
        step = done - trainer.epoch_began
        found = not_finite_rows(source.samples, order[: source.used], step, source.batch_size)
        if found is None:
            return
        name, row, place, values = (found[key] for key in ("array", "row", "place", "values"))
        where = f"row {row}" + (f", position {place[0] if len(place) == 1 else place}" if place else "")
        numbers = {
            "step": done + 1,
            "epoch": self._epoch + 1,
            "batch": step + 1,
            "operation": f"gather {name}",
            "array": name,
            "row": row,
            "position": ", ".join(map(str, place)),
            "batch's values": range_of(values),
        }
        what = f"The first value that is not finite came with the data, in step {done + 1}: {name}, {where}."
        remedy = f"Remove or replace it: numpy.isfinite({name}) finds all such rows."
        self._first = [Finding("not_finite", what, numbers, "the data holds NaN, infinity, or more than float32 can", remedy)]

    # --- looking over -----------------------------------------------------------------------------------------------

    def _examine(self) -> Report:
        if self._first:  # what follows from a NaN is no finding of its own
            return Report(self._first, f"{self.model.name}: {self._first[0].numbers.get('step', '?')} steps")
        return examined_training(self._trainer, self._source, self._validation, self._history, self._sizes, self._batch)


def _not_traced(step: int, cause: str) -> Finding:
    return Finding(
        "not_finite",
        "The loss or a weight is no longer finite.",
        {"steps done": step},
        cause,
        "Train again with run_eagerly=True, and with pellucid.callbacks alone.",
    )
