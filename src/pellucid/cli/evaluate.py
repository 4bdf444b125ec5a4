"""``pellucid evaluate``: how well a run does on data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pellucid.cli.outcome import reports_failures

EXAMPLES = """
[bold]Examples[/bold]

  pellucid evaluate runs/digits-001 digits                       [dim]on the test set[/dim]
  pellucid evaluate runs/digits-001 digits --part validation
  pellucid evaluate runs/wine-001 new-wines.csv                  [dim]on rows it has never seen[/dim]
  pellucid evaluate runs/book-001 another-book.txt               [dim]a language model's perplexity[/dim]
"""


@reports_failures
def evaluate(
    run: Annotated[Path, typer.Argument(help="a folder that pellucid train has written")],
    data: Annotated[str, typer.Argument(help="digits, mnist, fashion-mnist, FILE.npz, FILE.csv, FILE.parquet or FILE.txt")],
    part: Annotated[str | None, typer.Option(metavar="SET", help="train, validation, test or all")] = None,
    data_dir: Annotated[Path | None, typer.Option(metavar="FOLDER", help="where the files of mnist or fashion-mnist are")] = None,
) -> None:
    """Print a run's loss and metrics on data; for labels also precision and recall of each, and what was taken for what.

    On the data that the run was trained with, the test set is used, divided as it was then. On other data, its test set, or all
    of it where it has none.
    """
    from pellucid.cli.console import console, results_table
    from pellucid.cli.judged import judged
    from pellucid.cli.text_run import evaluated, is_text

    if is_text(data):
        name, pieces, results = evaluated(run, data, part)
        console().print(f"{run} on {data}, {name}: {len(pieces):,} pieces", markup=False)
        console().print(results_table({name: results}))
        return
    chosen = judged(run, data, part, data_dir, need_targets=True)
    screen = console()
    screen.print(f"{chosen.title}: {len(chosen.part):,} samples", markup=False)
    screen.print(results_table({chosen.part_name: chosen.evaluate()}))
    chosen.report().show(screen)
