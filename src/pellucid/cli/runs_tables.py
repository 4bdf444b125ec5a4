"""The tables of ``pellucid runs``."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pellucid.cli.console import fits, number, table
from pellucid.runs import Run, RunDatabase, State
from pellucid.runs.comparison import differences
from pellucid.runs.folder import BEGUN

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_LOOKS = {State.RUNNING: "green", State.DIED: "red", State.FAILED: "red", State.INTERRUPTED: "yellow"}
_LONGEST = 28  # letters of a value in a comparison
_SHOWN_EPOCHS = 6


def studies(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """The trials of each search."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        if run.study is not None:
            found.setdefault(run.study, []).append(run)
    return found


def list_table(screen: Console, runs: Sequence[Run], database: RunDatabase) -> Table:
    """A row for each run; where the terminal is narrow, without what is least asked for."""
    columns: dict[str, Callable[[Run], str]] = {
        "id": lambda run: str(run.id),
        "run": lambda run: _folder_cell(run, database),
        "state": _state_cell,
        "result": _result_cell,
        "epochs": lambda run: f"{run.epochs_done}/{run.settings.get('epochs') or '?'}",
        "begun": lambda run: _moment(run.begun),
        "model": lambda run: _escaped(str(run.settings.get("model", ""))),
        "optimizer": _optimizer_cell,
        "seconds": lambda run: f"{run.seconds:,.1f}",
        "note": lambda run: _escaped(run.note[:_LONGEST]),
    }
    for leaving_out in range(len(columns) - 4):
        names = list(columns)[: len(columns) - leaving_out]
        made = _rows(names, [[columns[name](run) for name in names] for run in runs])
        for column, name in zip(made.columns, names, strict=True):
            if name in ("run", "state", "model", "optimizer", "note"):
                column.justify = "left"
        made.columns[0].justify = "right"
        if fits(screen, made):
            break
    return made


def facts(run: Run, database: RunDatabase) -> dict[str, object]:
    """Name -> value of what `pellucid runs show` lists."""
    known: dict[str, object] = {
        "run": f"{run.id}  {database.folder(run)}" + ("" if database.folder(run).is_dir() else " (gone)"),
        "state": f"{run.state}{f' ({run.note})' if run.note else ''}",
        "begun": f"{_moment(run.begun)}, {run.epochs_done} of {run.settings.get('epochs') or '?'} epochs in {run.seconds:.1f} s",
    }
    if run.state in (State.RUNNING, State.DIED) and run.process is not None:
        known["process"] = f"{run.process.pid} on {run.process.host}"
    if run.study is not None:
        known["search"] = f"{run.study}, trial {run.trial}"
    for name, value in run.settings.items():
        if value not in (None, [], (), {}, ""):
            known[name.replace("_", " ")] = _plain(value)
    samples = run.data.get("samples")
    counted = ", ".join(f"{count:,} {part}" for part, count in samples.items() if count) if isinstance(samples, dict) else ""
    fingerprint = str(run.data.get("fingerprint", ""))[:12]
    known["data"] = " ".join(
        filter(
            None, [str(run.data.get("name", "")), f"({counted})" if counted else "", fingerprint and f"SHA-256 {fingerprint}..."]
        )
    )
    known["versions"] = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    known["machine"] = ", ".join(f"{name} {value}" for name, value in run.machine.items())
    return known


def results_of(run: Run) -> Table:
    """A row for each set, a column for each value."""
    names = list(dict.fromkeys(name for values in run.results.values() for name in values))
    rows = [[part, *(_number(name, values.get(name)) for name in names)] for part, values in run.results.items()]
    return _rows(["", *names], rows)


def epochs_table(screen: Console, curves: Mapping[str, Mapping[int, float]]) -> Table:
    """First, best and last epochs; as many metrics as the terminal has room for, the losses first."""
    names = sorted(curves, key=lambda name: (not name.endswith("loss"), name))
    watched = curves.get("val_loss") or curves.get("loss") or curves[names[0]]
    finite = {epoch: value for epoch, value in watched.items() if math.isfinite(value)}
    best = min(finite, key=lambda epoch: finite[epoch]) if finite else None
    every = sorted({epoch for values in curves.values() for epoch in values})
    step = max(1, (len(every) - 1) // (_SHOWN_EPOCHS - 1))
    shown = sorted({*every[::step][: _SHOWN_EPOCHS - 1], every[-1], *([] if best is None else [best])})
    while True:
        rows = [
            [f"{epoch}{' best' if epoch == best else ''}", *(_number(name, curves[name].get(epoch)) for name in names)]
            for epoch in shown
        ]
        made = _rows(["epoch", *names], rows)
        if fits(screen, made) or len(names) <= 1:
            return made
        names = names[:-1]


def what_next(run: Run, database: RunDatabase) -> list[tuple[str, str]]:
    """Commands that make sense for a run in its state."""
    folder = shlex.quote(str(database.folder(run)))
    if run.state in (State.DIED, State.INTERRUPTED) and (database.folder(run) / BEGUN).is_file():
        return [(f"pellucid train --resume {folder}", "the rest of its epochs")]
    if (database.folder(run) / "model.safetensors").is_file():
        return [(f"pellucid summary {folder}", "the network, layer by layer")]
    return []


def differences_table(runs: Sequence[Run]) -> Table:
    """A row for each setting in which runs differ, a column for each run."""
    found = differences(runs)
    rows = [[name, *(_escaped(_short(value)) for value in values)] for name, values in found.items()]
    return _rows(["what differs", *map(_title, runs)], rows or [["nothing", *("" for _ in runs)]])


def side_by_side(runs: Sequence[Run]) -> Table:
    """A row for each result, a column for each run; the best of each in bold."""
    rows = []
    for part, name in dict.fromkeys((part, name) for run in runs for part, values in run.results.items() for name in values):
        values = [run.results.get(part, {}).get(name, math.nan) for run in runs]
        cells = [_number(name, value) for value in values]
        finite = [value for value in values if math.isfinite(value)]
        if finite and len(set(finite)) > 1:
            best = max(finite) if name in ("accuracy", "r2") else min(finite)
            cells = [f"[bold]{cell}[/bold]" if value == best else cell for cell, value in zip(cells, values, strict=True)]
        rows.append([f"{part} {name}", *cells])
    states = ["state", *(str(run.state) for run in runs)]
    return _rows(["result", *map(_title, runs)], [*rows, states, ["seconds", *(f"{run.seconds:,.1f}" for run in runs)]])


def _rows(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    made = table(*names)
    for row in rows:
        made.add_row(*row)
    return made


def _title(run: Run) -> str:
    return _escaped(f"{run.id} {run.folder}")


def _folder_cell(run: Run, database: RunDatabase) -> str:
    return _escaped(run.folder if database.folder(run).is_dir() else f"{run.folder} (gone)")


def _state_cell(run: Run) -> str:
    look = _LOOKS.get(run.state)
    return f"[{look}]{run.state}[/{look}]" if look else str(run.state)


def _optimizer_cell(run: Run) -> str:
    optimizer, rate = run.settings.get("optimizer", ""), run.settings.get("learning_rate")
    if isinstance(optimizer, dict):
        rate, optimizer = optimizer.get("learning_rate"), optimizer.get("name", "")
    return _escaped(f"{optimizer} {rate:.3g}" if isinstance(rate, int | float) else str(optimizer))


def _result_cell(run: Run) -> str:
    if (found := run.result()) is None:
        return ""
    part, name, value = found
    return f"{part} {name} {_number(name, value)}"


def _number(name: str, value: float | None) -> str:
    return "-" if value is None or not math.isfinite(value) else number(name, value)


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return text


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(inner)}" for name, inner in value.items() if inner is not None)
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _short(value: Any) -> str:
    text = "-" if value is None else _plain(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
