"""Run: what the database knows of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from pellucid.runs.process import Process


class State(StrEnum):
    """How a run stands. DIED is never stored: it is RUNNING whose process is gone."""

    RUNNING = "running"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    DIED = "died"


@dataclass(frozen=True)
class Run:
    """One training.

    Args:
        folder: relative to the database's folder where it lies within, else absolute.
        state: see `State`.
        note: how it ended, in a few words.
        begun: ISO 8601, UTC.
        seconds: of training.
        epochs_done: how many.
        seed: of weights, order and noise.
        study, trial: of a search, its name and the trial's number from 1.
        settings: what was asked for.
        data: name, fingerprint, samples by set.
        versions, machine: what it ran with and on.
        results: set -> metric -> value.
        process: who trains it.
        id: the database's number, 0 where it has none yet.
    """

    folder: str
    state: State
    begun: str
    note: str = ""
    seconds: float = 0.0
    epochs_done: int = 0
    seed: int | None = None
    study: str | None = None
    trial: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, Any] = field(default_factory=dict)
    machine: Mapping[str, Any] = field(default_factory=dict)
    results: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    process: Process | None = None
    id: int = 0

    def seen(self) -> Run:
        """The run as it is: DIED where it is said to be running by a process that is gone."""
        gone = self.state is State.RUNNING and self.process is not None and self.process.is_gone()
        return replace(self, state=State.DIED) if gone else self

    def result(self) -> tuple[str, str, float] | None:
        """``(set, metric, value)`` to tell it by: of the test set, else of validation or training; accuracy before loss."""
        for part in ("test", "validation", "training"):
            values = self.results.get(part, {})
            for name in ("accuracy", "rmse", "loss"):
                if name in values:
                    return part, name, values[name]
        return None
