"""``pellucid doctor``: what is wrong with a run."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pellucid.cli.outcome import ExitCode, Failure, reports_failures

if TYPE_CHECKING:
    from pellucid.cli.judged import Judged
    from pellucid.cli.run_folder import RunFolder
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
    from pellucid.cli.judged import judged
    from pellucid.cli.run_folder import RunFolder

    folder = RunFolder.open(run)
    settings = folder.record()["settings"]
    source = data or settings["data"]
    history = _history(folder)
    bad = next((i for i, value in enumerate(history.get("loss", []), 1) if not math.isfinite(value)), None)
    if bad is None:
        report = _examined(judged(run, source, "train", data_dir, need_targets=True), settings, history)
    else:
        report = _trained_again(folder, source, data_dir, bad)
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


def _examined(chosen: Judged, settings: dict[str, Any], history: dict[str, list[float]]) -> Report:
    from pellucid.doctor import examine

    preparation = chosen.preparation
    held = chosen.data.divided(settings["validation_split"], settings["seed"]).validation
    return examine(
        chosen.model,
        chosen.part.x,
        preparation.targets(chosen.part.y),
        validation_data=None if held is None else (preparation.inputs(held.x), preparation.targets(held.y)),
        history=history,
        batch_size=settings["batch_size"],
    )


def _trained_again(folder: RunFolder, data: str, data_dir: Path | None, epochs: int) -> Report:
    """The same run from its beginning, with a doctor looking on, to the epoch in which the loss was no longer finite."""
    from pellucid.cli.console import console
    from pellucid.cli.data_source import open_data
    from pellucid.cli.preparation import problem_of
    from pellucid.cli.training_run import Settings, TrainingRun
    from pellucid.doctor import Doctor

    record = folder.record()
    stored = record["settings"]
    try:
        lists = {name: tuple(stored.get(name, ())) for name in ("category", "ignore")}
        settings = Settings(**{**stored, **lists, "threads": stored["threads"] or record["machine"]["threads"]})
    except (TypeError, KeyError) as error:
        raise Failure(f"{folder.path}: written by another version of Pellucid ({error}). Train anew.", ExitCode.RUN) from None
    opened = open_data(
        data,
        target=settings.target,
        data_dir=data_dir,
        problem=problem_of(settings.loss),
        categories=settings.category,
        ignore=settings.ignore,
    )
    again = TrainingRun(opened, settings, console(quiet=True))
    watching = Doctor(verbose=0)
    again.model.fit(
        again.parts.train.x,
        again.preparation.targets(again.parts.train.y),
        batch_size=settings.batch_size,
        epochs=epochs,
        callbacks=[watching],
        verbose=0,
        class_weight=again._class_weights() if settings.balance else None,
    )
    return watching.report
