"""``pellucid predict``: a run's answers, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pellucid.cli.outcome import ExitCode, failing_with, reports_failures

EXAMPLES = """
[bold]Examples[/bold]

  pellucid predict runs/digits-001 digits                        [dim]for the test set[/dim]
  pellucid predict runs/wine-001 new-wines.csv --out answers.csv
  pellucid predict runs/digits-001 digits | head -3
"""


@reports_failures
def predict(
    run: Annotated[Path, typer.Argument(help="a folder that pellucid train has written")],
    data: Annotated[str, typer.Argument(help="digits, mnist, fashion-mnist, FILE.npz, .csv or .parquet; needs no targets")],
    part: Annotated[str | None, typer.Option(metavar="SET", help="train, validation, test or all")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="write there instead of to the terminal")] = None,
    data_dir: Annotated[Path | None, typer.Option(metavar="FOLDER", help="where the files of mnist or fashion-mnist are")] = None,
) -> None:
    """Write a line for each sample as comma-separated text: the most probable label and the probability of every label.

    A file is answered row by row, in its order; of a data set, the test set. A model of numbers gives a column "prediction".
    """
    import csv
    import io
    import sys

    from pellucid.atomic import write_text
    from pellucid.cli.judged import judged

    chosen = judged(run, data, part, data_dir, need_targets=False)
    header, rows = chosen.predictions()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    if out is None:
        sys.stdout.write(text.getvalue())
        return
    with failing_with(ExitCode.RUN):
        write_text(out, text.getvalue())
    print(f"{len(chosen.part):,} predictions written to {out}")
