"""A run's folder: ``run.json`` and ``history.json``, which say all that the database does; ``begun.json`` until it has ended."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pellucid.atomic import write_text
from pellucid.errors import FileFormatError
from pellucid.runs.database import finite
from pellucid.runs.run import Run, State

RECORD, HISTORY, BEGUN = "run.json", "history.json", "begun.json"
FORMAT = 1
_LONGEST = 1 << 28  # bytes of a file; a run's are a thousandth of that

History = Mapping[str, Sequence[float]]


def write_folder(path: Path, run: Run, history: History) -> None:
    """Write both files; the record comes last, so a folder with a record is whole.

    Raises:
        OSError: the disk is full or fails.
    """
    path.mkdir(parents=True, exist_ok=True)
    write_history(path, history)
    record = {
        "pellucid": run.versions.get("pellucid", ""),
        "state": str(run.state),
        "note": run.note,
        "begun": run.begun,
        "seconds": run.seconds,
        "interrupted": run.state is State.INTERRUPTED,
        "epochs_done": run.epochs_done,
        "study": run.study,
        "trial": run.trial,
        "settings": run.settings,
        "data": run.data,
        "results": run.results,
        "versions": run.versions,
        "machine": run.machine,
    }
    write_record(path, record)


def write_history(path: Path, history: History) -> None:
    """One value an epoch by name; null stands for what is not finite.

    Raises:
        OSError: the disk is full or fails.
    """
    write_text(path / HISTORY, json.dumps(finite(history), indent=1, allow_nan=False) + "\n")


def write_record(path: Path, record: Mapping[str, Any]) -> None:
    """What the run was and is.

    Raises:
        OSError: the disk is full or fails.
    """
    content = finite({"format": FORMAT, **record})
    text = json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False, default=str)
    write_text(path / RECORD, text + "\n")


def write_begun(path: Path, settings: Mapping[str, Any], fingerprint: str) -> None:
    """What a run was asked for, and the fingerprint of its data, by which it can be gone on with.

    Raises:
        OSError: the disk is full or fails.
    """
    content = {"format": FORMAT, "settings": settings, "fingerprint": fingerprint}
    write_text(path / BEGUN, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def is_run(path: Path) -> bool:
    """Whether a run was written here, or begun."""
    return (path / RECORD).is_file() or (path / BEGUN).is_file()


def read_folder(path: Path, key: str) -> tuple[Run, dict[str, list[float]]]:
    """The run of a folder, and its history.

    Args:
        path: the folder.
        key: what the database calls it.

    Raises:
        FileFormatError: a file is damaged.
    """
    if not (path / RECORD).is_file():
        begun = _read(path / BEGUN)
        settings = _object(path / BEGUN, begun, "settings")
        data = {"name": settings.get("data", ""), "fingerprint": begun.get("fingerprint", "")}
        run = Run(key, State.INTERRUPTED, _moment(path / BEGUN), "stopped before its end", settings=settings, data=data)
        return _with_seed(run), {}
    file = path / RECORD
    record = _read(file)
    try:
        state = State(record.get("state") or ("interrupted" if record.get("interrupted") else "finished"))
        results = {
            part: {name: math.nan if value is None else float(value) for name, value in values.items()}
            for part, values in _object(file, record, "results").items()
        }
        told = {"pellucid": record["pellucid"]} if record.get("pellucid") else {}
        run = Run(
            key,
            State.INTERRUPTED if state in (State.RUNNING, State.DIED) else state,
            str(record.get("begun") or _moment(file)),
            note=str(record.get("note") or ""),
            seconds=float(record.get("seconds") or 0),
            epochs_done=int(record.get("epochs_done") or 0),
            study=None if record.get("study") is None else str(record["study"]),
            trial=None if record.get("trial") is None else int(record["trial"]),
            settings=_object(file, record, "settings"),
            data=_object(file, record, "data"),
            versions={**told, **_object(file, record, "versions")},
            machine=_object(file, record, "machine"),
            results=results,
        )
        history = _read(path / HISTORY) if (path / HISTORY).is_file() else {}
        values = {name: [_real(value) for value in column] for name, column in history.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise FileFormatError(f"{path}: its {RECORD} or {HISTORY} is damaged ({error}).") from None
    return _with_seed(run), values


def _with_seed(run: Run) -> Run:
    seed = run.settings.get("seed")
    return replace(run, seed=seed if isinstance(seed, int) else None)


def _read(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > _LONGEST:
            raise FileFormatError(f"{file}: too large for a run's file.")
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise FileFormatError(f"{file}: damaged or not readable ({error}).") from None
    if not isinstance(content, dict):
        raise FileFormatError(f"{file}: damaged (no JSON object).")
    return content


def _object(file: Path, content: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = content.get(name, {})
    if not isinstance(value, dict):
        raise FileFormatError(f"{file}: damaged ({name} is no JSON object).")
    return value


def _real(value: Any) -> float:
    """NaN for what is not a number: null, or a metric that is an array."""
    return float(value) if isinstance(value, int | float) else math.nan


def _moment(file: Path) -> str:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat(timespec="seconds")
