"""``pellucid train``: a network from data to a run folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pellucid.cli.outcome import ExitCode, reports_failures

if TYPE_CHECKING:
    from rich.console import Console

    from pellucid.cli.data_source import Data
    from pellucid.cli.run_folder import RunFolder
    from pellucid.cli.text_run import Text
    from pellucid.cli.training_run import Settings, TrainingRun

EXAMPLES = """
[bold]Examples[/bold]

  pellucid train                                     [dim]handwritten digits, in seconds[/dim]
  pellucid train fashion-mnist --epochs 5
  pellucid train digits --model mlp:64 --optimizer sgd --learning-rate 0.1
  pellucid train wine.csv --target kind
  pellucid train houses.parquet --target price --ignore address --category postcode
  pellucid train pictures.npz --out runs/first --seed 7
  pellucid train fashion-mnist --model lenet5 --schedule cosine
  pellucid train fashion-mnist --model resnet18:16 --augment flip,shift --schedule cosine
  pellucid train digits --model lstm                 [dim]row by row, with a memory[/dim]
  pellucid train book.txt --model gru:256            [dim]what character comes next; then pellucid generate[/dim]
  pellucid train --resume runs/first                 [dim]after whatever stopped it[/dim]
"""
_WITH_RESUME = ("resume", "epochs", "data_dir", "quiet")  # what may be told of a run that is gone on with as it was begun


@reports_failures
def train(
    context: typer.Context,
    data: Annotated[
        str, typer.Argument(help="digits, mnist, fashion-mnist, FILE.npz (x and y), FILE.csv, FILE.parquet, FILE.txt")
    ] = "digits",
    target: Annotated[str | None, typer.Option(metavar="COLUMN", help="the column of a table to be predicted")] = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="mlp:100,100 (two hidden layers of 100), linear, lenet5, vgg-small, ...")
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="passes over the training set")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="samples a step")] = None,
    optimizer: Annotated[str, typer.Option(metavar="NAME", help="adam, sgd, ...")] = "adam",
    learning_rate: Annotated[float | None, typer.Option(help="the optimizer's own where not given")] = None,
    weight_decay: Annotated[
        float | None,
        typer.Option(min=0, help="pull weights towards 0 at each step by this times the learning rate"),
    ] = None,
    schedule: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="cosine: the learning rate falls to 0 over the run; constant where not given"),
    ] = None,
    augment: Annotated[
        str | None,
        typer.Option(metavar="NAMES", help="change images while training: flip, shift, turn, zoom; several with commas between"),
    ] = None,
    loss: Annotated[str | None, typer.Option(metavar="NAME", help="cross-entropy for labels, mse for numbers")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="the same seed gives the same run, bit for bit")] = 0,
    validation_split: Annotated[
        float | None, typer.Option(min=0, max=0.9, help="part of the training data held out to watch; 0 for none")
    ] = None,
    early_stopping: Annotated[
        bool | None,
        typer.Option(
            "--early-stopping/--no-early-stopping",
            help="stop when the validation loss no longer falls; keep the best weights. As it is for tables",
        ),
    ] = None,
    patience: Annotated[
        int | None, typer.Option(min=0, help="epochs to wait for a lower one (5; tables 20); turns early stopping on")
    ] = None,
    category: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="a column whose numbers are names, such as postcodes; repeatable")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="COLUMN", help="a column to leave out; repeatable")] = None,
    balance: Annotated[bool, typer.Option("--balance", help="let each class count alike, however few its samples")] = False,
    threads: Annotated[int | None, typer.Option(min=1, help="all processors where not given")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="where to write the run (runs/DATA-001, -002, ...)")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="write into --out even if it is not empty")] = False,
    data_dir: Annotated[Path | None, typer.Option(metavar="FOLDER", help="where the files of mnist or fashion-mnist are")] = None,
    resume: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help="go on with a stopped run as it was begun; without --schedule, --epochs may be more"),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="print the run's folder, nothing else")] = False,
) -> None:
    """Train a network; print training, validation and test results; write the run into a folder.

    Without arguments: two hidden layers on the handwritten digits that come with scikit-learn. Options that are not
    given are chosen to suit the data, and printed.
    """
    given = dict(locals())
    told = {name: value for name, value in given.items() if _was_told(context, name)}
    from pellucid.cli.again import run_on
    from pellucid.cli.console import console
    from pellucid.cli.data_source import open_data
    from pellucid.cli.preparation import problem_of
    from pellucid.cli.run_folder import RunFolder
    from pellucid.cli.text_run import DEFAULTS, is_text, read_text
    from pellucid.cli.training_run import Settings, defaults_for
    from pellucid.errors import ArgumentError

    screen = console(quiet=quiet)
    if resume is not None:
        _go_on(RunFolder(resume), told, data_dir, screen)
        return
    opened: Data | Text
    if is_text(data):
        opened, default = read_text(Path(data)), DEFAULTS
    else:
        opened = open_data(
            data, target=target, data_dir=data_dir, problem=problem_of(loss), categories=category or (), ignore=ignore or ()
        )
        default = defaults_for(opened, model)
        if balance and opened.problem == "regression":
            raise ArgumentError("--balance is for classes; numbers have none. Leave it out.")
    split = default.validation_split if validation_split is None else validation_split
    if early_stopping is None:
        early_stopping = patience is not None or (default.patience is not None and split > 0)
    settings = Settings(
        data=data,
        target=target,
        model=model or default.model,
        epochs=epochs or default.epochs,
        batch_size=batch_size or default.batch_size,
        optimizer=optimizer,
        learning_rate=default.learning_rate if learning_rate is None and optimizer.lower() == "adam" else learning_rate,
        loss=loss or default.loss,
        seed=seed,
        validation_split=split,
        early_stopping=early_stopping,
        patience=patience if patience is not None else default.patience or 5,
        threads=threads,
        category=tuple(category or ()),
        ignore=tuple(ignore or ()),
        balance=balance,
        weight_decay=weight_decay,
        schedule=schedule,
        augment=augment,
    )
    run = run_on(opened, settings, screen)
    folder = RunFolder.create(out, opened.name, overwrite=overwrite)
    folder.begin(asdict(settings), opened.fingerprint())
    _train(run, folder, quiet)


def _was_told(context: typer.Context, name: str) -> bool:
    """Whether an option of this name stands on the command line, be it with what it would have been without."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _go_on(folder: RunFolder, told: Mapping[str, Any], data_dir: Path | None, screen: Console) -> None:
    """Train the rest of a run that was stopped, on the same data by the same settings; ``told``: the options of this call."""
    from pellucid.cli.again import data_of, run_on, settings_of
    from pellucid.cli.outcome import Failure

    stored, fingerprint = folder.begun()
    with folder.alone():
        settings = _as_begun(settings_of(stored, folder.path), folder, told)
        opened = data_of(settings, data_dir)
        if opened.fingerprint() != fingerprint:
            raise Failure(
                f"--resume {folder.path}: {settings.data} has changed since the run was begun. Train anew.", ExitCode.DATA
            )
        run = run_on(opened, settings, screen)
        if settings.epochs != stored["epochs"]:
            folder.note(asdict(settings), fingerprint)  # so that it can be stopped and gone on with again
    _train(run, folder, screen.quiet)


def _as_begun(settings: Settings, folder: RunFolder, told: Mapping[str, Any]) -> Settings:
    """The settings that a run was begun with, for as many epochs as are asked for now.

    Raises:
        ArgumentError: another option says otherwise, or the run cannot be of so many epochs.
    """
    from pellucid.errors import ArgumentError

    known = asdict(settings)
    for name, value in told.items():
        if name in _WITH_RESUME:
            continue
        option = "DATA" if name == "data" else f"--{name.replace('_', '-')}"
        if name not in known:
            raise ArgumentError(f"{option} does not go with --resume, which writes into the run's own folder. Leave it out.")
        if known[name] != (tuple(value) if isinstance(value, list) else value):
            was = f"the run {folder.path} was begun with {known[name]!r}"
            raise ArgumentError(f"{option}: {was}. Received {value!r}. Leave it out, or train anew.")
    epochs = told.get("epochs", settings.epochs)
    if epochs == settings.epochs:
        return settings
    if settings.schedule is not None:
        raise ArgumentError(
            f"--epochs: the {settings.schedule} schedule of {folder.path} was laid out for {settings.epochs} epochs, and ends "
            f"with them. Received {epochs}. Leave it out, or train anew with --epochs {epochs}."
        )
    if epochs < (begun := folder.epochs_begun()):
        raise ArgumentError(
            f"--epochs: {begun} epochs of {folder.path} are done or begun already. Received {epochs}. "
            f"Ask for {begun} or more, or leave it out for {settings.epochs}."
        )
    return replace(settings, epochs=epochs)


def _train(run: TrainingRun, folder: RunFolder, quiet: bool) -> None:
    from pellucid.cli.recording import RecordedEpochs, run_of, runs_root
    from pellucid.runs import Recorder, State

    recorder = Recorder(runs_root(folder.path), run_of(folder.path, run.record()))
    try:
        run.train(folder.checkpoints, [RecordedEpochs(recorder)])
        run.write(folder)
    except BaseException as error:
        folder.discard()
        state = State.INTERRUPTED if isinstance(error, KeyboardInterrupt) else State.FAILED
        recorder.end(state, f"{type(error).__name__}: {error}"[:500])
        raise
    recorder.end(State.INTERRUPTED if run.interrupted else State.FINISHED, run.note, run.results)
    if quiet:
        print(folder.path)
    if run.interrupted:
        raise typer.Exit(int(ExitCode.INTERRUPTED))
    folder.end()
