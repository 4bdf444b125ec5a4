"""Recorder: tells the database of a run as it goes on, and never stands in its way."""

from __future__ import annotations

import math
import os
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pellucid.errors import PellucidError
from pellucid.runs.database import FILE, Per, RunDatabase
from pellucid.runs.folder import write_folder
from pellucid.runs.process import Process
from pellucid.runs.run import Run, State

_PATIENCE = 5.0  # seconds that a write waits for other processes; after the first that waited in vain, none do
_PAUSE = 0.5  # seconds between writes: a short epoch must not pay for a transaction


class Recorder:
    """One run's line to the database.

    Nothing that goes wrong there reaches the training: a full disk, a locked or damaged database is warned of once. What could
    not be written is kept and tried again, so a database that was locked for a while lacks nothing in the end.

    Args:
        root: the folder of runs, with or without its database.
        run: what is known at the beginning; ``folder`` is a path.
        files: also write ``run.json`` and ``history.json`` into the folder, at the beginning and at the end.

    >>> import tempfile
    >>> root = tempfile.mkdtemp()
    >>> recorder = Recorder(root, Run(root + "/first", State.RUNNING, "2026-01-01T00:00:00+00:00"))
    >>> recorder.begin(); recorder.epoch(0, {"loss": 0.5}); recorder.end(State.FINISHED)
    >>> with RunDatabase(root) as database:
    ...     database.get("first").state.value, database.curves(1)
    ('finished', {'loss': {1: 0.5}})
    """

    def __init__(self, root: str | Path, run: Run, *, files: bool = False) -> None:
        self.root = Path(root)
        self.files = files
        self.curves: dict[str, dict[int, float]] = {}  # name -> epoch from 1 -> value
        self.run = replace(run, state=State.RUNNING, process=Process.own())
        self._values: dict[Per, list[tuple[int, str, float]]] = {"epoch": [], "step": []}
        self._database: RunDatabase | None = None
        self._pid = 0  # of the process that opened the database
        self._number: int | None = None
        self._forget: dict[Per, int] | None = None
        self._changed = True
        self._warned = False
        self._last = 0.0
        self._started = time.monotonic()
        self._before = run.seconds

    def begin(self) -> None:
        """Write that the run goes on from now; where its folder is known already, in the place of that run."""
        self._started = time.monotonic()
        self._changed = True
        self._write_files()
        self._attempt(self._write)

    def resume(self, epoch: int, steps: int = 0) -> None:
        """Before `begin`: so many epochs (steps) are done; what is known of later ones is forgotten, and of these kept."""
        self._forget = {"epoch": epoch, "step": steps}
        if epoch or steps:
            self.run = replace(self.run, epochs_done=epoch)
            self._attempt(self._take_up)

    def _take_up(self, database: RunDatabase) -> None:
        before = database.of_folder(database.key(self.run.folder))
        if before is not None:
            self._before = before.seconds
            self.run = replace(self.run, begun=before.begun, seconds=before.seconds)
            curves = database.curves(before.id)
            kept = {name: {at: v for at, v in values.items() if at <= self.run.epochs_done} for name, values in curves.items()}
            self.curves = {name: values for name, values in kept.items() if values}

    def epoch(self, epoch: int, logs: Mapping[str, Any] | None) -> None:
        """The results of an epoch, counted from 0; of metrics those that are one number."""
        seconds = round(self._before + time.monotonic() - self._started, 3)  # once: database and folder must say the same
        self.run = replace(self.run, epochs_done=epoch + 1, seconds=seconds)
        self._changed = True
        self._add("epoch", epoch + 1, logs)

    def step(self, step: int, logs: Mapping[str, Any] | None) -> None:
        """Values after a training step, counted from 1 over the whole training."""
        self._add("step", step, logs)

    def end(self, state: State, note: str = "", results: Mapping[str, Mapping[str, float]] | None = None) -> None:
        """Write how it ended, and let go of the database."""
        self.run = replace(self.run, state=state, note=note, results=results or {})
        self._changed = True
        self._write_files()
        self._attempt(self._write)
        self._close()

    def _write_files(self) -> None:
        if self.files:
            last = max((max(values) for values in self.curves.values()), default=0)
            history = {name: [values.get(at, math.nan) for at in range(1, last + 1)] for name, values in self.curves.items()}
            try:
                write_folder(Path(self.run.folder), self.run, history)
            except (OSError, PellucidError) as error:
                self._warn(f"The run is not recorded in {self.run.folder}; training goes on. {error}")

    def _add(self, per: Per, number: int, logs: Mapping[str, Any] | None) -> None:
        for name, given in (logs or {}).items():
            if (value := _number(given)) is not None:
                self._values[per].append((number, name, value))
                if per == "epoch":
                    self.curves.setdefault(name, {})[number] = value
        if time.monotonic() - self._last >= _PAUSE:
            self._attempt(self._write)

    def _write(self, database: RunDatabase) -> None:
        if self._changed:
            self._number = database.put(replace(self.run, folder=database.key(self.run.folder)))
            self._changed = False
        assert self._number is not None
        if self._forget is not None:
            for per, after in self._forget.items():
                database.forget_metrics(self._number, per, after)
            self._forget = None
        for per, values in self._values.items():
            if values:
                database.add_metrics(self._number, per, values)
                self._values[per] = []

    def _attempt(self, what: Callable[[RunDatabase], object]) -> None:
        try:
            if self._database is None or self._pid != os.getpid():  # a connection must not be used beyond a fork
                self._database = RunDatabase(self.root, patience=0.0 if self._warned else _PATIENCE)
                self._pid = os.getpid()
            what(self._database)
        except (OSError, PellucidError) as error:
            self._close()
            self._warn(f"The run is not recorded in {self.root / FILE}; training goes on. {error}")
        self._last = time.monotonic()

    def _warn(self, what: str) -> None:
        if not self._warned:
            self._warned = True
            warnings.warn(what, stacklevel=5)

    def _close(self) -> None:
        if self._database is not None and self._pid == os.getpid():
            self._database.close()
        self._database = None


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None  # an array, such as a confusion matrix
