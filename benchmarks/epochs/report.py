"""Starts the scripts in turn and makes a table of what they say."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.environments import TITLES, MissingSystem, find
from benchmarks.worker import ROOT

EPOCHS = 3
SCRIPTS = {"pellucid": "pellucid", "pytorch_loader": "pytorch", "pytorch_indexing": "pytorch", "keras_fit": "keras_fit"}
"""Each script, and the system whose interpreter runs it."""

_TITLES = {**TITLES, "pytorch_loader": "PyTorch, DataLoader", "pytorch_indexing": "PyTorch, indexing by hand"}
_HEADING = "### Whole epochs of Fashion-MNIST from disk: 784-100x4-10, Adam, batch 128, shuffled"


def section(pythons: dict[str, str], rounds: int, threads: int, data: Path | None, *, install: bool) -> str:
    """A table; where the data set is not here, a line that says so."""
    from pellucid.datasets.fashion_mnist import DATASET
    from pellucid.errors import DatasetUnavailable

    try:
        folder = DATASET.locate(tuple(DATASET.sha256), data, fetch=False)
    except DatasetUnavailable as reason:
        return f"{_HEADING}\n\nMissing: the data set. {reason}"
    answers: dict[str, list[dict[str, Any]]] = {}
    missing: dict[str, str] = {}
    for number in range(rounds):
        for script, system in SCRIPTS.items():
            if script in missing:
                continue
            try:
                python = find(system, pythons[system], install=install)
                answers.setdefault(script, []).append(run(script, python, folder, threads))
            except (MissingSystem, subprocess.CalledProcessError) as reason:
                missing[script] = str(reason)
                answers.pop(script, None)
        print(f"epochs: round {number + 1} of {rounds}", flush=True)
    return table(answers, missing)


def table(answers: dict[str, list[dict[str, Any]]], missing: dict[str, str]) -> str:
    """Medians over all epochs of all rounds, in order."""
    seconds = {name: [s for found in rounds for s in found["epochs"]] for name, rounds in answers.items()}
    ours = statistics.median(seconds["pellucid"]) if "pellucid" in seconds else None
    lines = [_HEADING, "", "| way | to read | an epoch | from .. to | times Pellucid | test accuracy | setting |"]
    lines.append("|---|---:|---:|---:|---:|---:|---|")
    for name in sorted(seconds, key=lambda name: statistics.median(seconds[name])):
        values, rounds = seconds[name], answers[name]
        middle = statistics.median(values)
        read, accuracy = (statistics.median(found[key] for found in rounds) for key in ("read", "accuracy"))
        times = "" if ours is None else f"{middle / ours:.2f}"
        spread = f"{min(values):.3f} .. {max(values):.3f}"
        cells = (f"{read:.2f} s", f"{middle:.3f} s", spread, times, f"{accuracy:.3f}", rounds[-1]["setting"])
        lines.append(f"| {_TITLES[name]} | {' | '.join(cells)} |")
    return "\n".join([*lines, *(f"\nMissing: {_TITLES[name]} ({reason})." for name, reason in missing.items())])


def run(script: str, python: str, folder: Path, threads: int) -> dict[str, Any]:
    """The JSON that ``benchmarks.epochs.SCRIPT`` prints."""
    result = subprocess.run(
        [python, "-m", f"benchmarks.epochs.{script}", str(folder), str(EPOCHS), str(threads)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    answer: dict[str, Any] = json.loads(result.stdout.strip().splitlines()[-1])
    return answer
