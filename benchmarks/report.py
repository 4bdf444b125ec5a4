"""The measurements as Markdown."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.arithmetic import operations
from benchmarks.ceilings import Ceilings
from benchmarks.environments import FLOOR, TITLES
from benchmarks.goals import GOALS, MEMORY
from benchmarks.record import Row, row_of
from benchmarks.steps import Comparison


def comparison_section(comparison: Comparison, ceilings: Ceilings | None = None) -> str:
    """A table with a row for each system, ordered by time; below it what was reached of the goals and of the machine."""
    lines = [
        f"### {comparison.workload.title}",
        "",
        "| system | a step | rounds from .. to | times Pellucid (from .. to) | memory | setting |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for name, row in sorted(comparison.measured.items(), key=lambda item: item[1].median):
        ratio = "" if comparison.ours is None else _ratio(comparison.ratio(name, comparison.ours))
        title = f"**{TITLES[name]}**" if name == comparison.ours else f"*{TITLES[name]}*" if name == FLOOR else TITLES[name]
        spread = f"{_microseconds(min(row.seconds))} .. {_microseconds(max(row.seconds))}"
        lines.append(
            f"| {title} | {_microseconds(row.median)} us | {spread} | {ratio} | {_mebibytes(row.peak)} | {row.setting} |"
        )
    found = row_of(comparison, ceilings)
    if found is not None:
        lines += ["", f"Fastest peer: {TITLES[found.peer]}, {found.times:.2f} times Pellucid's time.{_judged(found)}"]
        if found.memory is not None:
            reached = "reached" if found.memory_is_met else "**not reached**"
            lines += ["", f"Peak memory: {found.memory:.2f} of PyTorch's. Goal: at most {MEMORY}; {reached}."]
        if found.of_ceiling is not None:
            amount = f"{operations(comparison.workload) / 1e6:.3g} MFLOP a step"
            lines += ["", f"Matrix products: {amount}; Pellucid does them at {found.of_ceiling:.0%} of the machine's ceiling."]
    losses = next((row.losses for row in comparison.measured.values() if row.losses), None)
    if losses:
        lines += ["", f"All losses agree: {losses[0]:.4f} at the first step, {losses[-1]:.4f} at step {len(losses)}."]
    lines += [f"\nMissing: {TITLES[name]} ({reason})." for name, reason in comparison.missing.items()]
    return "\n".join(lines)


def _judged(row: Row) -> str:
    goal = GOALS.get(row.name)
    return "" if goal is None else f" Goal: {goal}; {'reached' if row.is_met else '**not reached**'}."


def machine_section(versions: dict[str, str], rounds: int, threads: int) -> str:
    """What was measured on, with what, when."""
    listed = ", ".join(f"{name} {number}" for name, number in sorted(versions.items()))
    return "\n".join(
        [
            f"- {_processor()}, {os.cpu_count()} cores visible, {threads} threads used; {platform.system()} {platform.machine()}",
            f"- Python {platform.python_version()}; {listed}",
            f"- {datetime.now(UTC):%Y-%m-%d}, commit {_commit()}, {rounds} alternating rounds, medians",
        ]
    )


def document(sections: list[str]) -> str:
    how = "Written by `python -m benchmarks`; [README.md](README.md) says how. Only ratios carry over to other machines."
    return "\n\n".join(["# Results", how, *sections]) + "\n"


def _microseconds(seconds: float) -> str:
    value = seconds * 1e6
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _mebibytes(size: int | None) -> str:
    return "" if size is None else f"{size / 2**20:.0f} MiB"


def _ratio(values: tuple[float, float, float]) -> str:
    median, low, high = values
    return f"{median:.2f} ({low:.2f} .. {high:.2f})"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if sys.platform == "linux" and cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _commit() -> str:
    try:
        result = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return result.stdout.strip()
