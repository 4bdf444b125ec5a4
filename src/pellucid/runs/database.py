"""RunDatabase: the runs of a folder, in a file of SQLite that several processes may write at once."""

from __future__ import annotations

import contextlib
import json
import math
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from pellucid.errors import ArgumentError, FileFormatError
from pellucid.runs.process import Process
from pellucid.runs.run import Run, State
from pellucid.runs.schema import migrate

FILE = "runs.sqlite"
Per = Literal["epoch", "step"]
Values = Iterable[tuple[int, str, float]]  # epoch or step from 1, name, value
_OBJECTS = ("settings", "data", "versions", "machine", "results")
_PLAIN = ("folder", "state", "note", "begun", "seconds", "epochs_done", "seed", "study", "trial")


class RunDatabase:
    """The database ``runs.sqlite`` of a folder of runs, made where there is none.

    Args:
        root: the folder; made where it is missing.
        patience: seconds to wait while another process writes.
        check: look through the whole file for damage first.

    Raises:
        FileFormatError: the file is damaged, another program's, or of a later version. OSError: it cannot be opened.

    >>> import tempfile
    >>> with RunDatabase(tempfile.mkdtemp()) as database:
    ...     number = database.put(Run("first", State.FINISHED, "2026-01-01T00:00:00+00:00"))
    ...     database.add_metrics(number, "epoch", [(1, "loss", 0.5), (2, "loss", 0.25)])
    ...     [run.folder for run in database.runs()], database.curves(number)
    (['first'], {'loss': {1: 0.5, 2: 0.25}})
    """

    def __init__(self, root: str | Path, *, patience: float = 10.0, check: bool = False) -> None:
        self.root = Path(root)
        self.path = self.root / FILE
        self.root.mkdir(parents=True, exist_ok=True)
        with self._explained():
            # In autocommit mode each transaction is begun by hand. (sqlite3 does not open what it cannot write.)
            self._connection = sqlite3.connect(self.path, timeout=patience, isolation_level=None)
            try:
                self._prepare(patience, check)
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self, patience: float, check: bool) -> None:
        connection = self._connection
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection)
        if check and (told := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise FileFormatError(str(told))
        until = time.monotonic() + patience
        while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            try:
                if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
                    break  # the file system has no shared memory; the database works without, one process at a time
            except sqlite3.OperationalError:  # another process is at it; SQLite does not wait for this lock
                if time.monotonic() > until:
                    raise
                time.sleep(0.01)
        connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last moments, never the database

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> RunDatabase:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # Writing

    def put(self, run: Run) -> int:
        """Write a run in place of what was known of its folder, but for the metrics; its number, which stays the same."""
        values: dict[str, Any] = {name: getattr(run, name) for name in _PLAIN}
        values |= {name: _json(getattr(run, name)) for name in _OBJECTS}
        values["state"] = str(run.state)
        values["process"] = _json({} if run.process is None else asdict(run.process))
        names, places = ", ".join(values), ", ".join(f":{name}" for name in values)
        changes = ", ".join(f"{name} = :{name}" for name in values)
        with self._writing():
            if self._connection.execute(f"UPDATE runs SET {changes} WHERE folder = :folder", values).rowcount == 0:
                self._connection.execute(f"INSERT INTO runs ({names}) VALUES ({places})", values)
            row = self._connection.execute("SELECT id FROM runs WHERE folder = ?", (run.folder,)).fetchone()
        return int(row["id"])

    def add_metrics(self, number: int, per: Per, values: Values) -> None:
        """Values of a run by epoch or step; those of the same epoch or step and name are replaced.

        A run that was deleted meanwhile stays deleted.
        """
        rows = [(number, per, at, name, _real(value)) for at, name, value in values]
        with self._writing():
            self._connection.executemany(
                "INSERT OR REPLACE INTO metrics SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM runs WHERE id = ?1)", rows
            )

    def forget_metrics(self, number: int, per: Per, after: int) -> None:
        """Remove the values of epochs or steps behind this one: those that a resumed run does again."""
        with self._writing():
            self._connection.execute("DELETE FROM metrics WHERE run = ? AND per = ? AND number > ?", (number, per, after))

    def delete(self, number: int) -> None:
        """Remove a run and its metrics from the database; its folder stays."""
        with self._writing():
            self._connection.execute("DELETE FROM runs WHERE id = ?", (number,))

    # Reading

    def runs(self, study: str | None = None) -> list[Run]:
        """All, or those of a search, in the order of their numbers; each as it is now."""
        where = "" if study is None else " WHERE study = :study"
        with self._explained():
            rows = self._connection.execute(f"SELECT * FROM runs{where} ORDER BY id", {"study": study}).fetchall()
            return [_run(row).seen() for row in rows]

    def of_folder(self, folder: str) -> Run | None:
        """The run of this folder, as `key` tells it."""
        with self._explained():
            row = self._connection.execute("SELECT * FROM runs WHERE folder = ?", (folder,)).fetchone()
            return None if row is None else _run(row)

    def get(self, name: str) -> Run:
        """The run of this number, or of this folder: its path, or its place in the database's folder.

        Raises:
            ArgumentError: there is none.
        """
        with self._explained():
            row = None
            if name.isdecimal() and len(name) < 19:
                row = self._connection.execute("SELECT * FROM runs WHERE id = ?", (int(name),)).fetchone()
            for folder in () if row is not None else (name.rstrip("/"), self.key(name)):
                row = row or self._connection.execute("SELECT * FROM runs WHERE folder = ?", (folder,)).fetchone()
            if row is None:
                raise ArgumentError(f"{self.path}: there is no run {name!r}. `pellucid runs` lists them.")
            return _run(row).seen()

    def curves(self, number: int, per: Per = "epoch") -> dict[str, dict[int, float]]:
        """Name -> epoch or step from 1 -> value; NaN where it was not a number."""
        found: dict[str, dict[int, float]] = {}
        with self._explained():
            rows = self._connection.execute(
                "SELECT name, number, value FROM metrics WHERE run = ? AND per = ? ORDER BY name, number", (number, per)
            )
            for row in rows:
                found.setdefault(row["name"], {})[row["number"]] = math.nan if row["value"] is None else row["value"]
        return found

    # Folders

    def key(self, folder: str | Path) -> str:
        """How the database calls a folder: relative to its own where it lies within, else absolute."""
        path, root = Path(os.path.abspath(folder)), Path(os.path.abspath(self.root))
        return path.relative_to(root).as_posix() if path.is_relative_to(root) and path != root else str(path)

    def folder(self, run: Run) -> Path:
        """Where a run's files are."""
        return self.root / run.folder  # an absolute one stays as it is

    def holds(self, run: Run) -> bool:
        """Whether the run's folder lies within the database's, also when links are followed: only then may it be removed."""
        folder, root = self.folder(run).resolve(), self.root.resolve()
        return folder != root and folder.is_relative_to(root)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._explained():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # SQLite may have rolled back by itself
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """SQLite's errors as ours: what the system refuses is an OSError, the rest is damage."""
        try:
            yield
        except ArgumentError:
            raise
        except (sqlite3.DatabaseError, FileFormatError, ValueError, KeyError, TypeError) as error:
            if isinstance(error, sqlite3.OperationalError) and "no such" not in str(error):
                raise OSError(f"{self.path}: {error}") from error
            told = " ".join(str(error).split())
            raise FileFormatError(
                f"{self.path}: not to be read ({told}). The run folders are not touched by that; `pellucid runs rebuild` makes "
                "the database anew from them."
            ) from error


def _run(row: sqlite3.Row) -> Run:
    process = json.loads(row["process"])
    objects = {name: json.loads(row[name]) for name in _OBJECTS}
    if not all(isinstance(value, dict) for value in (*objects.values(), process)):
        raise TypeError("a column does not hold a JSON object")
    plain = {name: row[name] for name in _PLAIN if name != "state"}
    results = {part: {name: _number(value) for name, value in values.items()} for part, values in objects["results"].items()}
    return Run(
        **plain,
        **{**objects, "results": results},
        state=State(row["state"]),
        process=Process(**process) if process else None,
        id=row["id"],
    )


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(finite(value), ensure_ascii=False, allow_nan=False, default=str)


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _real(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def finite(value: Any) -> Any:
    """The value with None for what JSON cannot hold: infinities and NaN."""
    if isinstance(value, Mapping):
        return {str(key): finite(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
