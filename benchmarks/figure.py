"""The record as a picture: ``python -m benchmarks.figure RECORD.json FILE.svg``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import record
from benchmarks.environments import TITLES
from benchmarks.goals import GOALS
from benchmarks.record import Row

_AHEAD, _BEHIND, _INK, _FAINT = "#0072B2", "#D55E00", "#222222", "#999999"


def draw(rows: Sequence[Row]) -> Any:
    """A bar a row: times the fastest peer, with the range of the rounds and the goal."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 1.2 + 0.42 * len(rows)), layout="constrained")
    axes = figure.add_subplot()
    for place, row in enumerate(rows):
        colour = _AHEAD if row.times >= 1 else _BEHIND
        axes.barh(place, row.times, color=colour, height=0.62, zorder=2)
        axes.plot([row.low, row.high], [place, place], color=_INK, linewidth=1, zorder=3)
        axes.text(max(row.high, row.times) + 0.05, place, f"{row.times:.2f}", va="center", color=_INK)
        if row.name in GOALS:
            axes.plot([GOALS[row.name].times] * 2, [place - 0.4, place + 0.4], color=_INK, linewidth=2, zorder=4)
    axes.set_yticks(
        range(len(rows)), [f"{row.title}\nfastest peer: {TITLES.get(row.peer, row.peer)}" for row in rows], fontsize=8
    )
    axes.invert_yaxis()
    axes.axvline(1, color=_FAINT, linewidth=1, zorder=1)
    axes.set_xlabel("times the fastest peer's speed (thin line: range of the rounds; upright mark: goal)")
    axes.set_xlim(left=0)
    axes.grid(axis="x", color="#e5e5e5", zorder=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    return figure


def main() -> None:
    target = Path(sys.argv[2])
    undated = {"Date": None} if target.suffix == ".svg" else None
    draw(record.read(Path(sys.argv[1]))).savefig(target, dpi=150, metadata=undated)


if __name__ == "__main__":
    main()
