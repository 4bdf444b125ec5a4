"""Time of a training step: every system in its own process, in alternating rounds."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.environments import FLOOR, OURS, MissingSystem, find
from benchmarks.worker import PATIENCE, Worker, WorkerError
from benchmarks.workloads import Workload

ROUND_SECONDS = 0.5
PAUSE_SECONDS = 0.3  # until threads that spin while they wait have gone to sleep
PYTORCH = ("pytorch", "pytorch_compile")
FIRST_LOSS_TOLERANCE = 1e-5
LATER_LOSS_TOLERANCE = 2e-3  # rounding differs, and training amplifies it


class LossMismatch(Exception):
    """Two systems do not compute the same thing, so their times may not be compared."""


@dataclass
class Measured:
    """One system's rounds on a workload."""

    name: str
    setting: str
    versions: dict[str, str]
    losses: list[float] | None
    seconds: list[float] = field(default_factory=list)
    peak: int | None = None  # bytes of resident memory, in a process that trains in this setting and does nothing else

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


@dataclass
class Comparison:
    """All systems on one workload, and why some are not there."""

    workload: Workload
    measured: dict[str, Measured]
    missing: dict[str, str]

    @property
    def ours(self) -> str | None:
        """The system of these that is Pellucid; None where it is missing."""
        return next((name for name in OURS if name in self.measured), None)

    @property
    def best_peer(self) -> str | None:
        """The fastest system beside Pellucid; None where it, or each peer, is missing."""
        peers = self.measured.keys() - {*OURS, FLOOR}
        if self.ours is None or not peers:
            return None
        return min(sorted(peers), key=lambda name: self.measured[name].median)

    @property
    def memory(self) -> float | None:
        """The greatest memory of Pellucid as a share of PyTorch's, eager or compiled, whichever takes less."""
        ours = None if self.ours is None else self.measured[self.ours].peak
        theirs = [p for name in PYTORCH if name in self.measured and (p := self.measured[name].peak) is not None]
        return None if ours is None or not theirs else ours / min(theirs)

    def ratio(self, name: str, to: str) -> tuple[float, float, float]:
        """How many times the time of ``to`` is that of ``name``: median, lowest and highest over the rounds."""
        pairs = zip(self.measured[name].seconds, self.measured[to].seconds, strict=True)
        ratios = [a / b for a, b in pairs]
        return statistics.median(ratios), min(ratios), max(ratios)


def compare(
    workload: Workload,
    pythons: dict[str, str],
    *,
    rounds: int,
    threads: int,
    install: bool,
    with_memory: bool = True,
    patience: float = PATIENCE,
) -> Comparison:
    """Prepare each system, hold the losses against each other, measure in turn, ``rounds`` times, and memory at last."""
    measured: dict[str, Measured] = {}
    missing: dict[str, str] = {}
    workers: dict[str, Worker] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "problem.npz"
        workload.write(file)
        try:
            for name, python in pythons.items():
                _say(f"{workload.name}: preparing {name}")
                try:
                    python = find(name, python, install=install)
                    workers[name] = Worker(name, python, Path(folder) / f"{name}.log", patience)
                    answer = workers[name].prepare(workload, file, threads)
                except (MissingSystem, WorkerError) as reason:
                    missing[name] = str(reason)
                    if name in workers:
                        workers.pop(name).close()
                    continue
                measured[name] = Measured(name, answer["setting"], answer["versions"], answer["losses"])
            check_losses(measured)
            for number in range(rounds):
                _say(f"{workload.name}: round {number + 1} of {rounds}")
                for name in _rotated(list(workers), number):
                    time.sleep(PAUSE_SECONDS)
                    measured[name].seconds.append(workers[name].measure(ROUND_SECONDS))
        finally:
            for worker in workers.values():
                worker.close()
        if with_memory and not workload.inference:
            for name, row in measured.items():
                if name != FLOOR:
                    _say(f"{workload.name}: memory of {name}")
                    row.peak = _greatest_memory(workers[name], workload, file, threads, row.setting)
    return Comparison(workload, measured, missing)


def _greatest_memory(done: Worker, workload: Workload, file: Path, threads: int, setting: str) -> int | None:
    """In a new process, which finds kept what the first one has compiled, where a system keeps that."""
    worker = Worker(done.name, done.python, done.log, done.patience)
    try:
        return worker.greatest_memory(workload, file, threads, setting)
    except WorkerError as reason:
        _say(f"{workload.name}: no memory of {done.name}: {reason}")
        return None
    finally:
        worker.close()


def check_losses(measured: dict[str, Measured]) -> None:
    """Raise unless all systems saw the same losses in their first steps."""
    known = {name: m.losses for name, m in measured.items() if m.losses is not None}
    if not known:
        return
    reference_name, reference = next(iter(known.items()))
    for name, losses in known.items():
        for i, (loss, expected) in enumerate(zip(losses, reference, strict=True)):
            tolerance = FIRST_LOSS_TOLERANCE if i == 0 else LATER_LOSS_TOLERANCE
            if not abs(loss - expected) <= tolerance * abs(expected):
                raise LossMismatch(f"loss of step {i + 1}: {loss:.6f} ({name}), {expected:.6f} ({reference_name})")


def _rotated(names: list[str], by: int) -> list[str]:
    """Each round starts with another system, so that none always follows the same neighbour."""
    by %= max(len(names), 1)
    return names[by:] + names[:by]


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
