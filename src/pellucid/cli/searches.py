"""Searches from the command line: begun or gone on with, told of, and concluded."""

from __future__ import annotations

import contextlib
import json
import math
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from pellucid.atomic import write_text
from pellucid.cli.console import console, fits, number, table
from pellucid.cli.data_source import open_data
from pellucid.cli.outcome import ExitCode, Failure, failing_with
from pellucid.cli.preparation import problem_of
from pellucid.cli.search import Search, Trial, check_names
from pellucid.cli.search_space import Range, SearchSpace
from pellucid.cli.training_run import Settings, TrainingRun, defaults_for
from pellucid.engine.team import num_threads, set_num_threads
from pellucid.errors import ArgumentError, FileFormatError
from pellucid.folders import next_free
from pellucid.runs import RunDatabase, State
from pellucid.runs.process import Process

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PLAN, FIGURE = "search.json", "search.png"
_FORMAT = 1
_SHOWN = 10


def begin(
    root: Path,
    name: str | None,
    asked: Mapping[str, Any],
    defaults: Mapping[str, Any],
    threads: int | None = None,
    data_dir: Path | None = None,
) -> Search:
    """A new search, or the one of this name with what it was begun with.

    Args:
        root: the folder of runs.
        name: of the search; the first free ``DATA-search-001``, ``-002``, ... where None.
        asked: the options that were given, by name.
        defaults: the others.
        threads: those that the search was begun with, else all processors, where None.
        data_dir: where the files of a data set lie.

    Raises:
        ArgumentError: an option breaks its rule, or is another than the search was begun with.
        Failure: the search's file is damaged, or its data has changed.
    """
    if name is not None and (Path(name).name != name or name.startswith(".")):
        raise ArgumentError(f"--study: a name is needed that can be a folder's. Received {name!r}.")
    file = None if name is None else root / name / PLAN
    stored = _stored(file) if file is not None and file.is_file() else None
    if stored is not None:
        for option, value in asked.items():
            if stored["options"].get(option) != value:
                raise ArgumentError(
                    f"--{option.replace('_', '-')}: the search {name} was begun with {stored['options'].get(option)!r}. Received "
                    f"{value!r}. Leave it out, or begin another search."
                )
        _refuse_a_second(root, str(name))
    options = stored["options"] if stored is not None else {"data": None, **defaults, **asked}
    if options["data"] is None:
        known = f"there is no search {name!r} in {root} to go on with; " if name is not None else ""
        raise ArgumentError(f"tune: {known}name the data: pellucid tune DATA.")
    threads = threads or (stored["threads"] if stored is not None else None)  # the last bits depend on them
    if threads is not None:
        set_num_threads(threads)
    opened = open_data(
        options["data"],
        target=options["target"],
        data_dir=data_dir,
        problem=problem_of(options["loss"]),
        categories=options["category"] or (),
        ignore=options["ignore"] or (),
    )
    if stored is not None and stored["fingerprint"] != opened.fingerprint():
        raise Failure(f"--study {name}: {options['data']} has changed since the search was begun. Begin another.", ExitCode.DATA)
    if options["balance"] and opened.problem == "regression":
        raise ArgumentError("--balance is for classes; numbers have none. Leave it out.")
    default = defaults_for(opened)
    base = Settings(
        data=options["data"],
        target=options["target"],
        model=options["model"] or default.model,
        epochs=options["epochs"] or default.epochs,
        batch_size=default.batch_size,
        optimizer="adam",
        learning_rate=None,
        loss=options["loss"] or default.loss,
        seed=options["seed"],
        validation_split=options["validation_split"] or default.validation_split,
        early_stopping=default.patience is not None,
        patience=default.patience or 5,
        threads=threads,
        category=tuple(options["category"] or ()),
        ignore=tuple(options["ignore"] or ()),
        balance=options["balance"],
    )
    sizes = options["model"] is None
    space = SearchSpace(
        learning_rate=Range.parse("--learning-rate", options["learning_rate"]),
        weight_decay=Range.parse("--weight-decay", options["weight_decay"]),
        optimizers=tuple(options["optimizer"]),
        batch_size=tuple(options["batch_size"] or [default.batch_size]),
        layers=Range.parse("--layers", options["layers"], whole=True) if sizes else None,
        width=Range.parse("--width", options["width"], whole=True) if sizes else None,
    )
    check_names(options["sampler"], options["pruner"])
    # What is wrong with names and data is said before a folder is made.
    if TrainingRun(opened, base, console(quiet=True)).parts.validation is None:
        raise ArgumentError("tune: a validation set is needed to choose by: --validation-split 0.1.")
    with failing_with(ExitCode.RUN):
        folder = root / name if name is not None else next_free(root, f"{opened.name}-search")
    search = Search(root, folder.name, opened, base, space, options["sampler"], options["pruner"], options["seed"])
    if stored is None:
        plan = {"format": _FORMAT, "options": options, "threads": threads, "fingerprint": opened.fingerprint()}
        with failing_with(ExitCode.RUN):
            write_text(folder / PLAN, json.dumps(plan, indent=1, ensure_ascii=False) + "\n")
    return search


def progress(screen: Console, search: Search, total: int) -> Callable[[Trial], None]:
    """What tells of each trial in a line when it has ended, after a line on the search."""
    done, space = search.trials(), search.space
    screen.print(f"[bold]{escape(search.name)}[/bold]: {total} trials of at most {search.base.epochs} epochs, seed {search.seed}")
    if done:
        screen.print(f"{len(done)} are done already")
    searched = [
        f"learning rate {_span(space.learning_rate)}",
        f"weight decay {_span(space.weight_decay)}",
        f"optimizer {' or '.join(space.optimizers)}",
        f"batches of {' or '.join(map(str, space.batch_size))}",
    ]
    if space.layers is not None and space.width is not None:
        searched += [f"layers {_span(space.layers)}", f"width {_span(space.width)}"]
    else:
        searched.append(search.base.model)
    screen.print(", ".join(searched) + "\n", markup=False)
    scores = [trial.score for trial in done if not trial.given_up]

    def tell(trial: Trial) -> None:
        better = not trial.given_up and trial.score < min(scores, default=math.inf)
        if not trial.given_up:
            scores.append(trial.score)
        epochs = f"{len(trial.losses)} epoch{'s' if len(trial.losses) > 1 else ''}"
        what = epochs if trial.ended == "all epochs" else f"{epochs}, {trial.ended}"
        line = f"{trial.number:>4}/{total}  {_loss(trial.score):>8}  {what:<24} {_described(trial.settings)}"
        screen.print(f"{line}{'  best so far' if better else ''}", markup=False)

    return tell


def conclude(screen: Console, search: Search, language: str = "en", data_dir: Path | None = None) -> None:
    """Print the best trials, what mattered, and the command that trains with the best settings; write the figure."""
    from pellucid.figures import search as figure

    trials = search.trials()
    best = search.best()
    if best is None:
        screen.print("\nNo trial was trained to its end.")
        return
    ranked = sorted(trials, key=lambda trial: (trial.given_up, trial.score))
    screen.print(f"\nThe best of {len(trials)} trials, {sum(t.given_up for t in trials)} of them given up early")
    screen.print(_table(screen, ranked[:_SHOWN]))
    importance = search.importance()
    if importance:
        told = ", ".join(
            f"{name.replace('_', ' ')} {share:.0%}" for name, share in sorted(importance.items(), key=lambda i: -i[1])
        )
        screen.print(f"\nWhat mattered (share of the differences): {told}", markup=False)
    drawn = figure.search(importance, {t.number: t.losses for t in trials}, [t.number for t in trials if t.given_up])
    with failing_with(ExitCode.RUN):
        figure.save(drawn, search.folder / FIGURE, language=language)
    screen.print(f"\nWritten to {search.folder / FIGURE}; trials: pellucid runs --study {search.name}", markup=False)
    screen.print("\nTo train with the best settings, to the epoch of the lowest validation loss")
    screen.print(f"  {command(best, data_dir)}", markup=False)


def command(trial: Trial, data_dir: Path | None = None) -> str:
    """The command that trains a trial's network again, bit for bit, to its best epoch."""
    s = trial.settings
    parts = ["pellucid", "train", s.data]
    parts += [] if s.target is None else ["--target", s.target]
    for name, columns in (("--category", s.category), ("--ignore", s.ignore)):
        parts += [part for column in columns for part in (name, column)]
    parts += ["--balance"] if s.balance else []
    options = {
        "--model": s.model,
        "--optimizer": s.optimizer,
        "--learning-rate": s.learning_rate,
        "--weight-decay": s.weight_decay,
        "--batch-size": s.batch_size,
        "--epochs": trial.best_epoch,
        "--loss": s.loss,
        "--validation-split": s.validation_split,
        "--seed": s.seed,
        "--threads": s.threads or num_threads(),  # the last bits depend on them
        "--data-dir": data_dir,
    }
    parts += [str(part) for name, value in options.items() if value is not None for part in (name, value)]
    return shlex.join([*parts, "--no-early-stopping"])


def compare_pruning(
    screen: Console,
    root: Path,
    name: str | None,
    asked: Mapping[str, Any],
    defaults: Mapping[str, Any],
    trials: int,
    threads: int | None,
    data_dir: Path | None,
) -> dict[str, list[Trial]]:
    """The same trials twice, blindly chosen: all trained to their ends, and with the hopeless ones given up; what each cost.

    Returns:
        the trials of each search by what it is called.
    """
    asked = dict(asked)
    if asked.pop("sampler", "random") != "random" or asked.get("pruner") == "none":
        raise ArgumentError("--compare sets random search with a pruner against random search without. Leave --sampler out.")
    pruner = asked.pop("pruner", defaults["pruner"])
    found = {}
    for what, chosen in (("random", "none"), (f"random, {pruner}", pruner)):
        options = {**asked, "sampler": "random", "pruner": chosen}
        search = begin(root, None if name is None else f"{name}-{chosen}", options, defaults, threads, data_dir)
        search.run(trials, progress(screen, search, trials))
        screen.print()
        found[what] = search.trials()
    made = table("search", "trials", "given up", "epochs", "seconds", "lowest loss", "trial")
    for what, done in found.items():
        whole = [trial for trial in done if not trial.given_up]
        best = min(whole, key=lambda trial: trial.score, default=None)
        made.add_row(
            what,
            str(len(done)),
            str(len(done) - len(whole)),
            f"{sum(len(trial.losses) for trial in done):,}",
            f"{sum(trial.seconds for trial in done):,.1f}",
            "-" if best is None else _loss(best.score),
            "-" if best is None else str(best.number),
        )
    screen.print(made)
    return found


def _refuse_a_second(root: Path, name: str) -> None:
    """Two processes at one search would take each other's trials for stopped ones."""
    with contextlib.suppress(FileFormatError, OSError), RunDatabase(root) as database:
        for run in database.runs(name):
            if run.state is State.RUNNING and run.process is not None and run.process.host == Process.own().host:
                told = f"process {run.process.pid} is at it already"
                raise Failure(f"--study {name}: {told}. Wait until it has ended, or begin another search.", ExitCode.RUN)


def _stored(file: Path) -> dict[str, Any]:
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        if stored["format"] > _FORMAT:
            raise Failure(f"{file}: written by a later version of Pellucid. Install that one to go on.", ExitCode.RUN)
        threads = None if stored["threads"] is None else int(stored["threads"])
        return {"options": dict(stored["options"]), "threads": threads, "fingerprint": str(stored["fingerprint"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Failure(f"{file}: damaged ({type(error).__name__}: {error}). Begin another search.", ExitCode.RUN) from error


def _table(screen: Console, trials: Sequence[Trial]) -> Table:
    """A row for each trial; where the terminal is narrow, without what is least asked for."""
    columns: dict[str, Callable[[Trial], str]] = {
        "trial": lambda trial: str(trial.number),
        "lowest loss": lambda trial: _loss(trial.score),
        "at epoch": lambda trial: f"{trial.best_epoch}/{len(trial.losses)}",
        "model": lambda trial: trial.settings.model,
        "optimizer": lambda trial: trial.settings.optimizer,
        "rate": lambda trial: f"{trial.settings.learning_rate:g}",
        "decay": lambda trial: "-" if trial.settings.weight_decay is None else f"{trial.settings.weight_decay:g}",
        "ended": lambda trial: trial.ended,
        "batch": lambda trial: str(trial.settings.batch_size),
    }
    for leaving_out in range(len(columns) - 2):
        names = list(columns)[: len(columns) - leaving_out]
        made = table(*names)
        for column, name in zip(made.columns, names, strict=True):
            column.justify = "left" if name in ("model", "optimizer", "ended") else "right"
        for trial in trials:
            made.add_row(*(columns[name](trial) for name in names))
        if fits(screen, made):
            break
    return made


def _described(s: Settings) -> str:
    decay = "" if s.weight_decay is None else f", decay {s.weight_decay:g}"
    return f"{s.model}, {s.optimizer} {s.learning_rate:g}{decay}, batch {s.batch_size}"


def _loss(value: float) -> str:
    return number("loss", value) if math.isfinite(value) else "-"


def _span(given: Range) -> str:
    return f"{given.low:g}" if given.low == given.high else f"{given.low:g} to {given.high:g}"
