"""Which rows fell: a new record against an old one. ``python -m benchmarks.guard OLD NEW``; status 1 where one fell.

Only ratios to peers measured in the same run are compared, since a machine's clock wanders. A row has *fallen* where its new
ratio is below the old one by more than the tolerance, and even the best of its new rounds is below the old median.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import record
from benchmarks.record import Row


def fallen(old: Sequence[Row], new: Sequence[Row], tolerance: float) -> list[tuple[Row, Row]]:
    """Pairs of an old and a new row, in the order of the old record."""
    measured = {row.name: row for row in new}
    pairs = [(row, measured[row.name]) for row in old if row.name in measured]
    return [(was, now) for was, now in pairs if now.times < was.times * (1 - tolerance) and now.high < was.times]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guard", description="Name the rows whose ratio fell.")
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--tolerance", type=float, default=0.1, help="a fall by this share is let pass (default: 0.1)")
    options = parser.parse_args(arguments)
    old, new = record.read(options.old), record.read(options.new)
    rows = fallen(old, new, options.tolerance)
    for was, now in rows:
        print(f"{now.title}: {was.times:.2f} times the fastest peer before ({was.peer}), {now.times:.2f} now ({now.peer})")
    missing = {row.name for row in old} - {row.name for row in new}
    if missing:
        print(f"not measured again: {', '.join(sorted(missing))}")
    if not rows:
        print("no row fell")
    return 1 if rows else 0


if __name__ == "__main__":
    sys.exit(main())
