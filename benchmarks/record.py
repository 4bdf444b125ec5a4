"""A record: each row's ratio to the fastest peer, as JSON, for a later run to be held against."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.arithmetic import operations
from benchmarks.ceilings import Ceilings
from benchmarks.environments import FLOOR
from benchmarks.goals import GOALS, MEMORY
from benchmarks.scaling import Curve
from benchmarks.steps import Comparison


@dataclass(frozen=True)
class Row:
    """One workload: how many times the fastest peer's speed, over the rounds, and the share of the products alone."""

    name: str
    title: str
    peer: str
    times: float
    low: float
    high: float
    of_products: float | None = None
    of_ceiling: float | None = None  # the step's products, as a share of what the machine's products can do at most
    memory: float | None = None  # the greatest, as a share of PyTorch's

    @property
    def is_met(self) -> bool | None:
        """Whether it reaches its goal; None where there is none."""
        goal = GOALS.get(self.name)
        return None if goal is None else goal.is_met(self.times, self.of_products)

    @property
    def memory_is_met(self) -> bool | None:
        """Whether memory stays within the goal; None where none was measured."""
        return None if self.memory is None else self.memory <= MEMORY


def row_of(comparison: Comparison, ceilings: Ceilings | None = None) -> Row | None:
    """The row of a comparison; None where Pellucid or all peers are missing."""
    best, ours = comparison.best_peer, comparison.ours
    if best is None or ours is None:
        return None
    times, low, high = comparison.ratio(best, ours)
    share = comparison.ratio(FLOOR, ours)[0] if FLOOR in comparison.measured else None
    workload = comparison.workload
    flops = None if ceilings is None else operations(workload) / comparison.measured[ours].median / ceilings.flops
    return Row(workload.name, workload.title, best, times, low, high, share, flops, comparison.memory)


def write(path: Path, machine: str, rows: Iterable[Row], curves: Iterable[Curve] = ()) -> None:
    """Rows and curves that the file holds already and that were not measured again stay."""
    kept = {row.name: row for row in read(path)} if path.exists() else {}
    kept |= {row.name: row for row in rows}
    drawn = {curve.name: curve for curve in read_curves(path)} if path.exists() else {}
    drawn |= {curve.name: curve for curve in curves}
    content = {"machine": machine, "rows": [asdict(r) for r in kept.values()], "curves": [asdict(c) for c in drawn.values()]}
    text = json.dumps(content, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def read(path: Path) -> list[Row]:
    """The rows of a record."""
    return [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))["rows"]]


def read_curves(path: Path) -> list[Curve]:
    """The cost curves of a record."""
    return [Curve(**curve) for curve in json.loads(path.read_text(encoding="utf-8")).get("curves", [])]
