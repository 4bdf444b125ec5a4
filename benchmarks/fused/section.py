"""The measured rows as a table for each of their headings."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

from benchmarks.environments import find
from benchmarks.worker import ROOT

_HOW = (
    "Each path as a plan runs it, beside the same mathematics without it, in one process. *Of memory* is the share of the "
    "machine's memory bandwidth that the path reaches on arrays that no cache holds: near 1, nothing is left to be gained."
)
_HEAD = (
    "| path | without it | with | without | times faster (from .. to) | of memory |",
    "|---|---|---:|---:|---:|---:|",
)


def section(pythons: dict[str, str], rounds: int, threads: int, *, install: bool) -> str:
    """Measure in a process of its own, and make the tables."""
    python = find("pellucid", pythons["pellucid"], install=install)
    result = subprocess.run(
        [python, "-m", "benchmarks.fused", str(rounds), str(threads)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return tables(json.loads(result.stdout.strip().splitlines()[-1]))


def tables(answer: dict[str, list[dict[str, Any]]]) -> str:
    """Markdown; the rows in which a path is slower than what it replaces are named at the end."""
    lines = ["### What fused and special-cased paths buy", "", _HOW]
    for heading, rows in answer.items():
        lines += ["", f"#### {heading}", ""]
        lines += [
            "| path | without it | with | without | times faster (from .. to) | of memory |",
            "|---|---|---:|---:|---:|---:|",
        ]
        lines += [_line(row) for row in rows]
    slower = [row["path"] for rows in answer.values() for row in rows if row["ratio"] < 1]
    lines += ["", f"Slower than what they replace: {', '.join(slower) or 'none'}."]
    return "\n".join(lines)


def _line(row: dict[str, Any]) -> str:
    share = "" if row["share"] is None else f"{row['share']:.2f}"
    times = f"{row['ratio']:.2f} ({row['least']:.2f} .. {row['most']:.2f})"
    return f"| {row['path']} | {row['without']} | {_time(row['fused'])} | {_time(row['plain'])} | {times} | {share} |"


def _time(seconds: float) -> str:
    return f"{seconds * 1e6:.3g} us" if seconds < 1e-3 else f"{seconds * 1e3:.3g} ms"
