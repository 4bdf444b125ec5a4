"""Starts the memory programs and makes a table of what they say."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.environments import TITLES, MissingSystem, find
from benchmarks.worker import ROOT

_SYSTEMS = ("pellucid", "pytorch")
_MEBIBYTE = 2**20


def section(pythons: dict[str, str], *, install: bool) -> str:
    """Peak resident memory on 60,000 images of 28 x 28 held as uint8 (45 MiB)."""
    answers: dict[str, dict[str, Any]] = {}
    missing: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rng = np.random.default_rng(3)
        np.save(folder / "x.npy", rng.integers(0, 256, (60_000, 784), dtype=np.uint8))
        np.save(folder / "y.npy", rng.integers(0, 10, 60_000))
        for system in _SYSTEMS:
            try:
                python = find(system, pythons[system], install=install)
                run(system, python, folder)  # compiles what is kept for later runs, and fills the disk's cache
                answers[system] = run(system, python, folder)
            except (MissingSystem, subprocess.CalledProcessError) as reason:
                missing.append(f"\nMissing: {TITLES[system]} ({reason}).")
    lines = [
        "### Peak memory: 784-100x4-10, Adam, two epochs of 60,000 images held as uint8",
        "",
        "| system | after import | peak | last loss |",
        "|---|---:|---:|---:|",
    ]
    for system, answer in answers.items():
        imported, peak = (round(answer[key] / _MEBIBYTE) for key in ("imported", "peak"))
        lines.append(f"| {TITLES[system]} | {imported} MiB | {peak} MiB | {answer['loss']:.3f} |")
    if len(answers) == len(_SYSTEMS):
        lines += ["", f"Pellucid / PyTorch: {answers['pellucid']['peak'] / answers['pytorch']['peak']:.2f}."]
    return "\n".join([*lines, *missing])


def growth_section(pythons: dict[str, str], *, install: bool) -> str:
    """Resident memory over 1,000 calls of ``fit`` on one model and on new ones."""
    answer = run("growth", find("pellucid", pythons["pellucid"], install=install), None)
    lines = ["### Memory over repeated `fit`", "", "| calls | one model | a new model each call |", "|---:|---:|---:|"]
    for calls, one, new in zip(answer["calls"], answer["one model"], answer["new models"], strict=True):
        lines.append(f"| {calls} | {one / _MEBIBYTE:.1f} MiB | {new / _MEBIBYTE:.1f} MiB |")
    return "\n".join(lines)


def run(program: str, python: str, folder: Path | None) -> dict[str, Any]:
    """The JSON that ``benchmarks.memory.PROGRAM`` prints."""
    arguments = [python, "-m", f"benchmarks.memory.{program}", *([str(folder)] if folder else [])]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(arguments, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT, env=environment)
    answer: dict[str, Any] = json.loads(result.stdout.strip().splitlines()[-1])
    return answer
