"""What ``fit`` costs beside the program that it runs: checks at the door, shuffling, accuracy, the bar on a terminal.

Run as ``python -m benchmarks.fit ROUNDS THREADS`` in a process of its own; prints seconds of alternating runs as JSON.
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
        "| | seconds | from .. to |",
        "|---|---:|---:|",
    ]
    for name, seconds in answer.items():
        lines.append(f"| {name} | {statistics.median(seconds):.3f} | {min(seconds):.3f} .. {max(seconds):.3f} |")
    bare, *others = answer
    for name in others:
        ratio = statistics.median(a / b for a, b in zip(answer[name], answer[bare], strict=True))
        lines += ["", f"{name} / {bare}: {ratio:.3f}."]
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
    from benchmarks.systems.pellucid import Pellucid, build

    with tempfile.TemporaryDirectory() as folder:
        WORKLOAD.write(Path(folder) / "problem.npz")
        problem = Problem.read(WORKLOAD, Path(folder) / "problem.npz")
    bare = Pellucid(problem, threads)
    model, silent = build(problem, metrics=["accuracy"]), build(problem)

    def run_bare() -> None:
        for _ in range(EPOCHS):
            bare.epoch()

    def run_fit() -> None:
        model.fit(problem.x, problem.y, batch_size=WORKLOAD.batch, epochs=EPOCHS, verbose=1)

    def run_silent() -> None:
        silent.fit(problem.x, problem.y, batch_size=WORKLOAD.batch, epochs=EPOCHS, verbose=0, shuffle=False)

    runs = {
        "bare program": run_bare,
        "fit, silent, in order, loss alone": run_silent,
        "fit with bar, accuracy, shuffling": run_fit,
    }
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    with terminal():
        for number in range(rounds + 1):
            for name, run in runs.items():
                started = time.perf_counter()
                run()
                if number > 0:  # the first compiles and plans
                    seconds[name].append(time.perf_counter() - started)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
