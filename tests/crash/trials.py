"""Trials: a training is disturbed, resumed until it ends, and its end held against the undisturbed one's, byte for byte."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

from pellucid.checkpoints import CheckpointFolder
from pellucid.tensor_file import read_tensors
from tests.crash.faults import HOW, Disk, faulty
from tests.crash.training import END, end_of, train

LONGEST = 300.0  # seconds that a child may take; more is a hang


def started(folder: Path, kind: str, disk: Disk | None = None) -> int:
    """A child process that trains; its id. A fork, so that it need not import anything."""
    folder.mkdir(parents=True, exist_ok=True)
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        with warnings.catch_warnings(), faulty(disk or Disk()) as used:
            warnings.simplefilter("ignore")  # of a full disk
            train(folder, kind)
        status = 0
        if disk is None:
            (folder / "operations").write_text("\n".join(used.done), encoding="utf-8")
    except OSError:
        status = 2  # a fault that is no checkpoint's: the log's or the end's
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def ended(child: int, *, within: float = LONGEST) -> int | None:
    """The child's exit status (negative: the signal that ended it); None where it still runs after so many seconds."""
    until = time.monotonic() + within
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= until:
            return None
        time.sleep(0.0005)


def killed_after(child: int, seconds: float) -> bool:
    """Kill the child after this time; whether it was still running."""
    status = ended(child, within=seconds)
    if status is not None:
        assert status == 0, f"the training failed by itself: status {status}"
        return False
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def check_whole(folder: Path) -> bool:
    """Assert that every file by a checkpoint's name is whole; whether a part of a file was left by its own name."""
    checkpoints = CheckpointFolder(folder / "checkpoints")
    for step in checkpoints.steps():
        read_tensors(checkpoints.file(step))  # refuses anything partial
    return any((folder / "checkpoints").glob(".*.part"))


class Trials:
    """Disturbed trainings of one kind.

    Args:
        work: a folder to work in.
        kind: see `tests.crash.training`.
        seed: of the moments.
    """

    def __init__(self, work: Path, kind: str, seed: int = 0) -> None:
        self.work, self.kind = work, kind
        self.random = random.Random(f"{kind}{seed}")
        self.counts: Counter[str] = Counter()
        reference, warm = work / f"{kind}-reference", work / f"{kind}-warm"
        warm.mkdir()
        train(
            warm, kind, epochs=1, threads=1
        )  # loads the kernels once for all children; makes no threads, which a fork would lose
        begun = time.monotonic()
        assert ended(started(reference, kind)) == 0
        self.seconds = time.monotonic() - begun
        self.end = end_of(reference)
        self.operations = (reference / "operations").read_text(encoding="utf-8").split()
        assert self.end is not None

    def kill_at_random(self, kills: int) -> None:
        """Kill at random moments, several times in a row now and then, until there were so many."""
        number = 0
        while self.counts["killed"] < kills:
            folder = self.work / f"{self.kind}-kill-{number}"
            number += 1
            for _ in range(min(kills - self.counts["killed"], self.random.choice((1, 1, 2, 4)))):
                if not killed_after(started(folder, self.kind), self.random.uniform(0.0, 1.05 * self.seconds)):
                    break
                self.counts["killed"] += 1
                self.counts["killed within a save"] += check_whole(folder)
            self._finish(folder)

    def fault(self, at: int, how: str) -> None:
        """A fault at one operation of the disk."""
        folder = self.work / f"{self.kind}-{how.replace(' ', '-')}-{at}"
        child = started(folder, self.kind, Disk(at, how))
        status = ended(child)
        assert status in ((-signal.SIGKILL,) if how.startswith("killed") else (0, 2)), f"{how} {at}: status {status}"
        check_whole(folder)
        self.counts[how] += 1
        self._finish(folder)

    def faults(self, share: float = 1.0) -> None:
        """Every fault at every operation of the disk, or at a random share of them."""
        for at in range(len(self.operations)):
            for how in HOW:
                if self.random.random() < share:
                    self.fault(at, how)

    def _difference(self, folder: Path) -> str:
        (content, arrays), (expected, weights) = (read_tensors(at / END) for at in (folder, self.work / f"{self.kind}-reference"))
        wrong = [f"{name}: {content.get(name)} for {value}" for name, value in expected.items() if content.get(name) != value]
        return "\n".join([*wrong, *(name for name, weight in weights.items() if not np.array_equal(arrays[name], weight))])

    def _finish(self, folder: Path) -> None:
        """Resume to the end, without disturbance, and compare."""
        if end_of(folder) is None:
            assert ended(started(folder, self.kind)) == 0, f"{folder} does not resume"
        self.counts["compared"] += 1
        assert end_of(folder) == self.end, f"{folder} ends otherwise: {self._difference(folder)}"
        check_whole(folder)
        for file in [*(folder / "checkpoints").iterdir(), *(f for f in folder.iterdir() if f.is_file())]:
            file.unlink()
