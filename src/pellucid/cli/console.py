"""console: where commands print; plain text where the output is not a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pellucid.callbacks.progress_bar import rounded

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def console(*, quiet: bool = False, stderr: bool = False) -> Console:
    """A console on the present stdout (or stderr) that leaves long lines whole and colours no numbers."""
    from rich.console import Console

    return Console(quiet=quiet, stderr=stderr, highlight=False, soft_wrap=True)


def table(*columns: str) -> Table:
    """A table without lines whose first column is a name and whose others are numbers."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for i, column in enumerate(columns):
        made.add_column(column, justify="right" if i else "left", no_wrap=True)
    return made


def fits(screen: Console, made: Table) -> bool:
    """Whether the terminal is wide enough for the table."""
    from rich.measure import Measurement

    return Measurement.get(screen, screen.options.update(width=100_000), made).maximum <= screen.width


def print_facts(screen: Console, facts: Mapping[str, object]) -> None:
    """A line for each fact, names in a column of their own; long values are left whole."""
    width = max(map(len, facts)) + 3
    for name, value in facts.items():
        screen.print(f"{name:<{width}}{value}", markup=False)


def results_table(results: Mapping[str, Mapping[str, float]]) -> Table:
    """A row for each set, a column for each value."""
    names = list(next(iter(results.values())))
    made = table("", *names)
    for part, values in results.items():
        made.add_row(part, *(number(name, values[name]) for name in names))
    return made


def number(name: str, value: float) -> str:
    """Accuracies as percentages, the rest as the progress bar shows them."""
    if "accuracy" in name:
        return f"{value:.2%}"
    return rounded(value)
