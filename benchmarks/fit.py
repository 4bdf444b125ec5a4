"""What ``fit`` costs beside the program that it runs: checks at the door, shuffling, accuracy, the bar on a terminal.

After each epoch of a `fit` the bare program runs one, so that both meet the same moods of the machine. Run as ``python -m
benchmarks.fit ROUNDS THREADS`` in a process of its own; prints the seconds of each round, bare and by `fit`, as JSON.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.environments import find
from benchmarks.worker import ROOT
from benchmarks.workloads import WORKLOADS, Problem

EPOCHS = 5
WORKLOAD = replace(WORKLOADS[0], batches=468)  # nearly the 60,000 samples of Fashion-MNIST


def section(pythons: dict[str, str], rounds: int, threads: int, *, install: bool) -> str:
    """A table of both, and their ratio."""
    python = find("pellucid", pythons["pellucid"], install=install)
    result = subprocess.run(
        [python, "-m", "benchmarks.fit", str(rounds), str(threads)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"},
    )
    answer = json.loads(result.stdout.strip().splitlines()[-1])
    lines = [
        f"### `fit` and the bare program: {WORKLOAD.title}, {EPOCHS} epochs of {WORKLOAD.batch * WORKLOAD.batches} samples",
        "",
        "| | seconds | of the bare program | ratio (from .. to) |",
        "|---|---:|---:|---:|",
    ]
    for name, rounds_of in answer.items():
        bare, fits = zip(*rounds_of, strict=True)
        ratios = [f / b for b, f in rounds_of]
        seconds = f"{statistics.median(fits):.3f} | {statistics.median(bare):.3f}"
        lines.append(f"| {name} | {seconds} | {statistics.median(ratios):.3f} ({min(ratios):.3f} .. {max(ratios):.3f}) |")
    return "\n".join(lines)


@contextmanager
def terminal() -> Iterator[None]:
    """Let standard output be a terminal that somebody else reads, so that the bar is drawn as for a person."""
    if os.name == "nt":
        yield
        return
    master, slave = os.openpty()
    reader = subprocess.Popen(["cat"], stdin=master, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    before = os.dup(1)
    os.dup2(slave, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(before, 1)
        for descriptor in (before, master, slave):
            os.close(descriptor)
        reader.kill()
        reader.wait()


def main(rounds: int, threads: int) -> None:
    import pellucid as pl
    from benchmarks.systems.pellucid import Pellucid, build

    with tempfile.TemporaryDirectory() as folder:
        WORKLOAD.write(Path(folder) / "problem.npz")
        problem = Problem.read(WORKLOAD, Path(folder) / "problem.npz")
    bare = Pellucid(problem, threads)
    model, silent = build(problem, metrics=["accuracy"]), build(problem)

    def timed(model: pl.Model, **arguments: Any) -> tuple[float, float]:
        """Seconds of the bare program and of `fit`."""
        apart = 0.0

        def one_epoch_bare(epoch: int, logs: object) -> None:
            nonlocal apart
            started = time.perf_counter()
            bare.epoch()
            apart += time.perf_counter() - started

        started = time.perf_counter()
        between = pl.callbacks.LambdaCallback(on_epoch_end=one_epoch_bare)
        model.fit(problem.x, problem.y, batch_size=WORKLOAD.batch, epochs=EPOCHS, callbacks=[between], **arguments)
        return apart, time.perf_counter() - started - apart

    runs = {
        "fit, silent, in order, loss alone": lambda: timed(silent, verbose=0, shuffle=False),
        "fit with bar, accuracy, shuffling": lambda: timed(model, verbose=1),
    }
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    with terminal():
        for number in range(rounds + 1):
            for name, run in runs.items():
                found = run()
                if number > 0:  # the first compiles and plans
                    seconds[name].append(found)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
