"""``pellucid runs``: what was trained here: list, show, compare, delete, rebuild."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli.outcome import ExitCode, Failure, failing_with, reports_failures

if TYPE_CHECKING:
    from pellucid.runs import RunDatabase

EXAMPLES = """
[bold]Examples[/bold]

  pellucid runs                                      [dim]the newest 20[/dim]
  pellucid runs --study digits-search                [dim]the trials of a search[/dim]
  pellucid runs show 3                               [dim]or: show digits-001[/dim]
  pellucid runs compare 1 2 3
  pellucid runs delete 2
  pellucid runs rebuild                              [dim]after damage: the database anew, from the folders[/dim]
"""
SHOW_EXAMPLES = """
[bold]Examples[/bold]

  pellucid runs show 3
  pellucid runs show runs/digits-001
"""
COMPARE_EXAMPLES = """
[bold]Examples[/bold]

  pellucid runs compare 1 2
  pellucid runs compare digits-001 digits-002 --out both.svg --theme dark
"""
DELETE_EXAMPLES = """
[bold]Examples[/bold]

  pellucid runs delete 2
  pellucid runs delete 2 3 4 --yes                   [dim]without asking[/dim]
"""
REBUILD_EXAMPLES = """
[bold]Example[/bold]

  pellucid runs rebuild --in experiments
"""

Root = Annotated[Path, typer.Option("--in", metavar="FOLDER", help="the folder of runs")]
Names = Annotated[list[str], typer.Argument(metavar="RUN...", help="numbers or folders")]
_RUNS = Path("runs")


@reports_failures
def runs(
    context: typer.Context,
    study: Annotated[str | None, typer.Option(metavar="NAME", help="the trials of this search")] = None,
    last: Annotated[int, typer.Option(min=1, metavar="N", help="so many, the newest")] = 20,
    root: Root = _RUNS,
) -> None:
    """List what was trained here, the newest last; trials of a search are counted, and listed with --study.

    Every training is recorded while it runs, by pellucid train, pellucid tune or pellucid.callbacks.RunRecorder. A run that says
    running although its process is gone is shown as died.
    """
    if context.invoked_subcommand is not None:
        return
    from pellucid.cli.console import console
    from pellucid.cli.runs_tables import list_table, studies

    screen = console()
    with _opened(root) as database:
        every = database.runs(study)
        found = every if study is not None else [run for run in every if run.study is None]
        for name, trials in ({} if study is not None else studies(every)).items():
            screen.print(f"search {name}: {len(trials)} trials; pellucid runs --study {name}", markup=False)
        if not found:
            known = f"no search {study!r}" if study is not None else "no run yet, but of searches"
            screen.print(f"{database.path}: {known}." if every or study else f"{database.path}: no run yet.", markup=False)
            return
        screen.print(list_table(screen, found[-last:], database))
        if len(found) > last:
            screen.print(f"{len(found) - last} older ones are not shown (--last {len(found)})")


@reports_failures
def show(
    run: Annotated[str, typer.Argument(metavar="RUN", help="its number or folder")],
    root: Root = _RUNS,
) -> None:
    """Print all that is known of a run: settings, data, machine, results, and its epochs in short."""
    from pellucid.cli.console import console, print_facts
    from pellucid.cli.runs_tables import epochs_table, facts, results_of, what_next

    screen = console()
    with _opened(root) as database:
        found = database.get(run)
        print_facts(screen, facts(found, database))
        curves = database.curves(found.id)
        if found.results:
            screen.print()
            screen.print(results_of(found))
        if curves:
            screen.print()
            screen.print(epochs_table(screen, curves))
        for command, what in what_next(found, database):
            screen.print(f"\n  {command}\n      {what}", markup=False)


@reports_failures
def compare(
    runs: Names,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="the figure, .png or .svg (beside the runs)")] = None,
    theme: Annotated[str, typer.Option(metavar="light|dark", help="of the figure")] = "light",
    language: Annotated[str, typer.Option(metavar="en|ko", help="of the figure's labels")] = "en",
    root: Root = _RUNS,
) -> None:
    """Print in which settings runs differ and their results side by side; draw their curves into one figure."""
    from pellucid.cli.console import console
    from pellucid.cli.runs_tables import differences_table, side_by_side
    from pellucid.errors import ArgumentError
    from pellucid.figures import runs as figure
    from pellucid.figures.picture import checked_path

    screen = console()
    with _opened(root) as database:
        found = [database.get(name) for name in dict.fromkeys(runs)]
        if len({run.id for run in found}) < 2:
            raise ArgumentError("runs compare: two runs at least are needed. `pellucid runs` lists them.")
        screen.print(differences_table(found))
        screen.print()
        screen.print(side_by_side(found))
        histories = {f"{run.id} {run.folder}": database.curves(run.id) for run in found}
    if not any(histories.values()):
        screen.print("\nNo curves: no run has an epoch behind it.")
        return
    file = checked_path(out or root / f"comparison-{'-'.join(str(run.id) for run in found)}.png")
    with failing_with(ExitCode.RUN):
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.save(figure.runs(histories), file, language=language, theme=theme)
    screen.print(f"\nCurves: {file}", markup=False)


@reports_failures
def delete(
    runs: Names,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask")] = False,
    root: Root = _RUNS,
) -> None:
    """Delete runs: their folders with all that is in them, and what the database knows of them.

    Nothing outside of the folder of runs is touched: a run that was written elsewhere is only forgotten.
    """
    from pellucid.cli.console import console
    from pellucid.runs.deletion import delete as delete_run

    screen = console()
    with _opened(root) as database:
        found = [database.get(name) for name in dict.fromkeys(runs)]
        for run in found:
            folder = database.folder(run)
            kept = "" if database.holds(run) else " (lies elsewhere: its folder stays)"
            screen.print(f"{run.id}  {folder}{kept}", markup=False)
        if not yes:
            try:
                agreed = typer.confirm(f"Delete {'this run' if len(found) == 1 else f'these {len(found)} runs'} for good?")
            except typer.Abort:
                agreed = False
            if not agreed:
                raise Failure("Nothing was deleted. Answer y, or add --yes.", ExitCode.USAGE)
        with failing_with(ExitCode.RUN):
            for run in found:
                delete_run(database, run)
    screen.print(f"Deleted: {', '.join(str(run.id) for run in found)}")


@reports_failures
def rebuild(root: Root = _RUNS) -> None:
    """Make the database anew from the folders' run.json and history.json; the old one is kept beside it.

    Numbers are given anew, the oldest run first. Values by step and runs without a folder are not in the folders, and are lost.
    """
    from pellucid.cli.console import console
    from pellucid.runs.rebuild import rebuild as rebuild_database

    if not root.is_dir():
        raise Failure(f"{root}: no such folder. Name the folder of runs: --in FOLDER.", ExitCode.RUN)
    with failing_with(ExitCode.RUN):
        count, wrong, old = rebuild_database(root)
    screen = console()
    for line in wrong:
        screen.print(f"left out: {line}", markup=False)
    screen.print(f"{count} runs in the new database." + (f" The old one is {old}." if old is not None else ""), markup=False)


@contextmanager
def _opened(root: Path) -> Iterator[RunDatabase]:
    """The database of a folder of runs, looked through for damage; none is made where there is none."""
    from pellucid.errors import FileFormatError
    from pellucid.runs.database import FILE, RunDatabase

    if not (root / FILE).is_file():
        raise Failure(
            f"{root / FILE}: no such file, so no runs. Train one (pellucid train), name another folder (--in FOLDER), or make "
            "the database anew from the folders (pellucid runs rebuild).",
            ExitCode.RUN,
        )
    try:
        with RunDatabase(root, check=True) as database:
            yield database
    except (FileFormatError, OSError) as error:
        raise Failure(str(error), ExitCode.RUN) from error
