"""What runs inside a system's process: reads commands from standard input, answers on standard output, one JSON object a line.

Commands: ``prepare`` (read a problem, check the first losses, pick the fastest setting), ``round`` (measure once), ``memory``
(to a fresh process: train in the setting that is given and say the greatest resident memory), ``quit``.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
import traceback
from abc import ABC, abstractmethod
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.memory import resident
from benchmarks.workloads import Problem, Workload


class System(ABC):
    """One system that trains. Only ``epoch`` is timed."""

    packages: ClassVar[tuple[str, ...]] = ()  # distributions whose versions are reported

    def __init__(self, problem: Problem, threads: int) -> None:
        self.problem = problem
        self.workload = problem.workload
        self.threads = threads

    def settings(self) -> list[str]:
        """Ways to run it, all with the same result; the fastest here is measured."""
        return ["default"]

    def choose(self, setting: str) -> None:  # noqa: B027 - most systems have one setting
        """Run in this way from now on."""

    @abstractmethod
    def reset(self) -> None:
        """Back to the initial weights and a fresh optimizer."""

    @abstractmethod
    def epoch(self) -> None:
        """Train on every batch once, in order. When it returns, all work is done."""

    @abstractmethod
    def first_losses(self, steps: int) -> list[float] | None:
        """From the initial weights, the loss of each of the first steps; None where no losses are computed."""


LOSSES_COMPARED = 20


def serve(system_class: type[System]) -> None:
    """Answer commands until told to quit."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no answer

    system: System | None = None
    for line in sys.stdin:
        command = json.loads(line)
        try:
            match command["command"]:
                case "prepare":
                    system, answer = _prepare(system_class, command)
                case "round" if system is not None:
                    answer = {"seconds_per_step": _measure(system, command["seconds"])}
                case "memory":
                    answer = {"peak": _greatest_memory(system_class, command)}
                case "quit":
                    return
                case other:
                    answer = {"error": f"unexpected command {other!r}"}
        except Exception as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


def _prepare(system_class: type[System], command: dict[str, Any]) -> tuple[System, dict[str, Any]]:
    system = _made(system_class, command)
    setting = _fastest(system)
    system.choose(setting)
    system.reset()
    losses = system.first_losses(min(LOSSES_COMPARED, system.workload.batches))
    versions = {package: version(package) for package in system.packages}
    return system, {"losses": losses, "setting": setting, "versions": versions}


def _made(system_class: type[System], command: dict[str, Any]) -> System:
    workload = Workload(**{**command["workload"], "sizes": tuple(command["workload"]["sizes"])})
    return system_class(Problem.read(workload, Path(command["file"])), command["threads"])


def _greatest_memory(system_class: type[System], command: dict[str, Any]) -> int:
    """Bytes of a run as a user has it: one setting, no losses held against others, two epochs."""
    system = _made(system_class, command)
    system.choose(command["setting"])
    system.reset()
    for _ in range(2):
        system.epoch()
    return resident.peak()


def _fastest(system: System) -> str:
    settings = system.settings()
    if len(settings) == 1:
        return settings[0]
    best: dict[str, float] = {}
    for setting in settings:
        system.choose(setting)
        best[setting] = min(_epochs(system, 0.3))
    return min(best, key=lambda setting: best[setting])


def _measure(system: System, seconds: float) -> float:
    """Median time of a step over the epochs that fit into ``seconds``, at least three."""
    return statistics.median(_epochs(system, seconds)) / system.workload.batches


def _epochs(system: System, seconds: float) -> list[float]:
    """The time of each epoch."""
    system.reset()
    system.epoch()
    times: list[float] = []
    while len(times) < 3 or sum(times) < seconds:
        started = time.perf_counter()
        system.epoch()
        times.append(time.perf_counter() - started)
    return times
