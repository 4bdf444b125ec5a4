"""``pellucid doctor``: what is wrong with a run."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli.outcome import ExitCode, Failure, reports_failures

if TYPE_CHECKING:
    from pellucid.cli.run_folder import RunFolder
    from pellucid.cli.training_run import TrainingRun
    from pellucid.doctor import Report

EXAMPLES = """
[bold]Examples[/bold]

  pellucid doctor runs/digits-001
  pellucid doctor runs/wine-001 --data moved/wine.csv            [dim]where the data lies elsewhere now[/dim]
  pellucid doctor runs/digits-001 --json | jq .findings
"""


@reports_failures
def doctor(
    run: Annotated[Path, typer.Argument(help="a folder that pellucid train has written")],
    data: Annotated[str | None, typer.Option(help="what it was trained on; as the run's record says where not given")] = None,
    data_dir: Annotated[Path | None, typer.Option(metavar="FOLDER", help="where the files of mnist or fashion-mnist are")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the report as JSON")] = False,
) -> None:
    """Look a run over: its data, network, steps and losses; say what is wrong, with numbers, a likely cause and a remedy.

    A run whose loss became NaN or infinite is trained again, up to the first step that made such a value, and the operation
    that made it is named. Nothing is written. The exit code is 5 where something was found.
    """
    from pellucid.cli.console import console
    from pellucid.cli.run_folder import RunFolder

    folder = RunFolder.open(run)
    history = _history(folder)
    again = _made_again(folder, data, data_dir)
    bad = next((i for i, value in enumerate(history.get("loss", []), 1) if not math.isfinite(value)), None)
    report = _examined(folder, again, history) if bad is None else _trained_again(again, bad)
    if as_json:
        print(json.dumps(report.to_json(), indent=1, ensure_ascii=False))
    else:
        report.show(console())
    if not report.healthy:
        raise typer.Exit(int(ExitCode.FOUND))


def _history(folder: RunFolder) -> dict[str, list[float]]:
    """One value an epoch by name; null, which stands for what is not finite, as NaN."""
    from pellucid.runs.folder import HISTORY

    file = folder.path / HISTORY
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        curves = {str(name): values for name, values in found.items() if not any(isinstance(v, list) for v in values)}
        return {name: [math.nan if v is None else float(v) for v in values] for name, values in curves.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise Failure(f"{file}: damaged ({type(error).__name__}: {error}). Train the run anew.", ExitCode.RUN) from error


def _made_again(folder: RunFolder, data: str | None, data_dir: Path | None) -> TrainingRun:
    """The run as it was before its first step, on the same data.

    Raises:
        Failure: another version wrote it, or the data is not that which it was trained on.
    """
    from pellucid.cli.again import data_of, run_on, settings_of
    from pellucid.cli.console import console

    record = folder.record()
    stored = {**record["settings"], **({} if data is None else {"data": data})}
    threads = stored.get("threads") or record.get("machine", {}).get("threads")
    settings = settings_of({**stored, "threads": threads}, folder.path)
    again = run_on(data_of(settings, data_dir), settings, console(quiet=True))
    if again.fingerprint != record["data"]["fingerprint"]:
        told = f"{settings.data}: not the data that {folder.path} was trained on, or it has changed since."
        raise Failure(f"{told} Name that data by --data.", ExitCode.DATA)
    return again


def _examined(folder: RunFolder, again: TrainingRun, history: dict[str, list[float]]) -> Report:
    from pellucid.doctor import examine

    train, held, targets = again.parts.train, again.parts.validation, again.preparation.targets
    return examine(
        folder.model(),
        train.x,
        targets(train.y),
        validation_data=None if held is None else (held.x, targets(held.y)),
        history=history,
        batch_size=again.settings.batch_size,
    )


def _trained_again(again: TrainingRun, epochs: int) -> Report:
    """The same run from its beginning, with a doctor looking on, to the epoch in which the loss was no longer finite."""
    from pellucid.doctor import Doctor

    watching = Doctor(verbose=0)
    again.model.fit(
        again.parts.train.x,
        again.preparation.targets(again.parts.train.y),
        batch_size=again.settings.batch_size,
        epochs=epochs,
        callbacks=[watching],
        verbose=0,
        class_weight=again._class_weights() if again.settings.balance else None,
    )
    return watching.report
