"""Whole processes, in alternating rounds: seconds until they have ended, with a first step or a trained model behind them."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.environments import TITLES, MissingSystem, find
from benchmarks.worker import ROOT

_SYSTEMS = ("pellucid", "pytorch", "jax_scan", "keras_fit", "scikit_learn")
_EPOCHS = 20
_ACCURACY = 0.93  # on the held-out fifth; a process that learns less has not done the work
_TITLES = {
    0: "From the start of a process to the end of one training step",
    _EPOCHS: f"The small digits learned, {_EPOCHS} epochs",
}


class NotLearned(Exception):
    """A system's model is worse than the work asks for."""


def section(pythons: dict[str, str], rounds: int, *, install: bool) -> str:
    """A table for a first step and one for a trained model; caches of compiled code are filled in a round that is not counted."""
    available: dict[str, str] = {}
    missing: list[str] = []
    for name in _SYSTEMS:
        try:
            available[name] = find(name, pythons[name], install=install)
        except MissingSystem as reason:
            missing.append(f"Missing: {TITLES[name]} ({reason}).")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "digits.npz"
        _write(file)
        tables = [_table(available, file, epochs, rounds) for epochs in _TITLES]
    return "\n\n".join([*tables, *missing])


def _table(pythons: dict[str, str], file: Path, epochs: int, rounds: int) -> str:
    seconds: dict[str, list[float]] = {name: [] for name in pythons}
    for number in range(rounds + 1):
        for name, python in pythons.items():
            taken = _run(name, python, file, epochs)
            if number > 0:
                seconds[name].append(taken)
    ours = statistics.median(seconds["pellucid"]) if "pellucid" in seconds else None
    lines = [f"### {_TITLES[epochs]}", "", "| system | seconds | from .. to | times Pellucid |", "|---|---:|---:|---:|"]
    for name, values in sorted(seconds.items(), key=lambda item: statistics.median(item[1])):
        ratio = (
            "" if ours is None else f"{statistics.median(a / b for a, b in zip(values, seconds['pellucid'], strict=True)):.2f}"
        )
        lines.append(f"| {TITLES[name]} | {statistics.median(values):.2f} | {min(values):.2f} .. {max(values):.2f} | {ratio} |")
    return "\n".join(lines)


def _run(name: str, python: str, file: Path, epochs: int) -> float:
    started = time.perf_counter()
    result = subprocess.run(
        [python, "-m", f"benchmarks.starts.{name}", str(file), str(epochs)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    taken = time.perf_counter() - started
    accuracy = float(result.stdout.split()[-1])
    if epochs and accuracy < _ACCURACY:
        raise NotLearned(f"{TITLES[name]}: accuracy {accuracy:.3f} after {epochs} epochs, {_ACCURACY} are asked for")
    return taken


def _write(file: Path) -> None:
    import numpy as np
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    x = (x / 16).astype(np.float32)
    test = np.arange(len(x)) % 5 == 0
    np.savez(file, x=x[~test], y=y[~test], x_test=x[test], y_test=y[test])
