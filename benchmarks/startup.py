"""Import time: fresh processes that import a package and do nothing else, in alternating rounds."""

from __future__ import annotations

import statistics
import subprocess

from benchmarks.environments import MissingSystem, find
from benchmarks.worker import ROOT

_SUBJECTS = {"pellucid": "pellucid", "pytorch": "torch", "jax_scan": "jax", "scikit_learn": "sklearn"}
_CODE = "import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"


def section(pythons: dict[str, str], rounds: int, *, install: bool) -> str:
    """A table of import times; the first round only fills the disk's cache."""
    available: dict[str, str] = {}
    for name in _SUBJECTS:
        try:
            available[name] = find(name, pythons[name], install=install)
        except MissingSystem:
            continue
    times: dict[str, list[float]] = {name: [] for name in available}
    for number in range(rounds + 1):
        for name, python in available.items():
            seconds = _import_seconds(python, _SUBJECTS[name])
            if number > 0:
                times[name].append(seconds)
    lines = ["### Import", "", "| `import` | seconds | from .. to |", "|---|---:|---:|"]
    for name, values in times.items():
        lines.append(f"| {_SUBJECTS[name]} | {statistics.median(values):.3f} | {min(values):.3f} .. {max(values):.3f} |")
    return "\n".join(lines)


def _import_seconds(python: str, module: str) -> float:
    result = subprocess.run(
        [python, "-c", _CODE.format(module=module)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT / "docs",
    )
    return float(result.stdout)
