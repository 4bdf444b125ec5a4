"""``pellucid summary``: what a run is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pellucid.cli.outcome import reports_failures

EXAMPLES = """
[bold]Example[/bold]

  pellucid summary runs/digits-001
"""


@reports_failures
def summary(run: Annotated[Path, typer.Argument(help="a folder that pellucid train has written")]) -> None:
    """Print a run's network layer by layer, its settings, data and results."""
    from pellucid.cli.console import console, print_facts, results_table
    from pellucid.cli.run_folder import RunFolder

    folder = RunFolder.open(run)
    record = folder.record()
    folder.model().summary()
    screen = console()
    data = record["data"]
    samples = ", ".join(f"{count:,} {name}" for name, count in data["samples"].items())
    settings = {
        name.replace("_", " "): ", ".join(value) if isinstance(value, list) else value
        for name, value in record["settings"].items()
        if value is not None and value != []
    }
    stopped = ", interrupted" if record["interrupted"] else ""
    facts = {
        **settings,
        "data": f"{data['name']} ({samples})",
        "trained": f"{record['epochs_done']} epochs in {record['seconds']:.1f} s, {record['begun']}{stopped}",
        "with": f"Pellucid {record['pellucid']}, Python {record['versions']['python']}",
    }
    screen.print()
    print_facts(screen, facts)
    screen.print()
    results = {
        part: {name: float("nan") if value is None else value for name, value in values.items()}
        for part, values in record["results"].items()
    }
    if results:
        screen.print(results_table(results))
