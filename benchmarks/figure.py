"""The record as pictures: ``python -m benchmarks.figure RECORD.json RATIOS.svg [CURVES.svg]``."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import record
from benchmarks.environments import TITLES
from benchmarks.goals import GOALS
from benchmarks.record import Row
from benchmarks.scaling import Curve

_AHEAD, _BEHIND, _INK, _FAINT = "#0072B2", "#D55E00", "#222222", "#999999"
_LINES = ("#0072B2", "#D55E00", "#009E73")


def draw(rows: Sequence[Row]) -> Any:
    """A bar a row: times the fastest peer, with the range of the rounds and the goal."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 1.2 + 0.42 * len(rows)), layout="constrained")
    axes = figure.add_subplot()
    for place, row in enumerate(rows):
        colour = _AHEAD if row.times >= 1 else _BEHIND
        axes.barh(place, row.times, color=colour, height=0.62, zorder=2)
        axes.plot([row.low, row.high], [place, place], color=_INK, linewidth=1, zorder=3)
        goal, label, end = GOALS.get(row.name), f"{row.times:.2f}", max(row.high, row.times)
        if goal is not None:
            axes.plot([goal.times] * 2, [place - 0.4, place + 0.4], color=_INK, linewidth=2, zorder=4)
            end = max(end, goal.times)
            if row.times < goal.times and row.is_met:
                label += f"  ({row.of_products:.2f})"
        axes.text(end + 0.05, place, label, va="center", color=_INK)
    axes.set_yticks(
        range(len(rows)), [f"{row.title}\nfastest peer: {TITLES.get(row.peer, row.peer)}" for row in rows], fontsize=8
    )
    axes.invert_yaxis()
    axes.axvline(1, color=_FAINT, linewidth=1, zorder=1)
    axes.set_xlabel(
        "times the fastest peer's speed\n(thin line: range of the rounds; upright mark: goal; in brackets:\n"
        "times the speed of the products alone, by which it is reached)"
    )
    axes.set_xlim(left=0)
    axes.grid(axis="x", color="#e5e5e5", zorder=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    return figure


def draw_curves(curves: Sequence[Curve]) -> Any:
    """A panel a curve, in log-log, with the slopes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3 * max(len(curves), 1), 3), layout="constrained")
    for place, curve in enumerate(curves):
        axes = figure.add_subplot(1, len(curves), place + 1)
        for (name, seconds), colour in zip(curve.seconds.items(), _LINES, strict=False):
            slope = curve.slope(name)
            label = TITLES[name] if slope is None else f"{TITLES[name]}: {slope:.2f}"
            times = [math.nan if s is None else 1e6 * s for s in seconds]
            axes.loglog(curve.values, times, "o-", color=colour, markersize=3, label=label)
        axes.set_title(curve.title, fontsize=8)
        axes.legend(fontsize=6, frameon=False)
        axes.set_xticks(curve.values, [str(value) for value in curve.values], fontsize=7)
        axes.minorticks_off()
        axes.tick_params(labelsize=7)
        axes.set_ylabel("us a step" if place == 0 else "", fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def main() -> None:
    source = Path(sys.argv[1])
    pictures = [draw(record.read(source)), *([draw_curves(record.read_curves(source))] if len(sys.argv) > 3 else [])]
    for picture, target in zip(pictures, map(Path, sys.argv[2:]), strict=True):
        picture.savefig(target, dpi=150, metadata={"Date": None} if target.suffix == ".svg" else None)


if __name__ == "__main__":
    main()
