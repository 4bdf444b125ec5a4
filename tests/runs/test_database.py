"""RunDatabase: what is written is read again; versions, damage, names."""

from __future__ import annotations

import math
import sqlite3
from pathlib import Path

import pytest

from pellucid.errors import ArgumentError, FileFormatError
from pellucid.runs import Run, RunDatabase, State
from pellucid.runs.database import FILE
from pellucid.runs.process import Process
from pellucid.runs.schema import APPLICATION_ID, migrate, migrations

RUN = Run(
    "first",
    State.FINISHED,
    "2026-01-02T03:04:05+00:00",
    note="stopped early",
    seconds=1.5,
    epochs_done=3,
    seed=7,
    study="search",
    trial=2,
    settings={"model": "mlp:3", "learning_rate": 0.1, "ignore": ["a"]},
    data={"name": "digits", "samples": {"training": 10}},
    versions={"python": "3.12"},
    machine={"threads": 2},
    results={"test": {"loss": 0.25, "accuracy": math.nan}},
    process=Process("elsewhere", 12, "boot/1"),
)


def tables(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    try:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    finally:
        connection.close()


def plain(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    with RunDatabase(tmp_path) as database:
        number = database.put(RUN)
    with RunDatabase(tmp_path, check=True) as database:
        read = database.get("first")
    assert read.id == number == 1
    assert math.isnan(read.results["test"]["accuracy"])
    assert read.results["test"]["loss"] == 0.25
    fields = [name for name in vars(RUN) if name not in ("id", "results")]
    assert [getattr(read, name) for name in fields] == [getattr(RUN, name) for name in fields]


def test_a_folder_keeps_its_number_and_no_number_is_given_twice(tmp_path: Path) -> None:
    with RunDatabase(tmp_path) as database:
        assert [database.put(Run(name, State.FINISHED, "")) for name in ("a", "b", "a", "b")] == [1, 2, 1, 2]
        database.delete(2)
        assert database.put(Run("c", State.FINISHED, "")) == 3


def test_metrics_by_epoch_and_step_go_with_their_run(tmp_path: Path) -> None:
    with RunDatabase(tmp_path) as database:
        number = database.put(RUN)
        database.add_metrics(number, "epoch", [(1, "loss", 2.0), (2, "loss", math.nan), (3, "loss", math.inf)])
        database.add_metrics(number, "epoch", [(1, "loss", 1.0)])
        database.add_metrics(number, "step", [(100, "loss", 0.5)])
        loss = database.curves(number)["loss"]
        assert loss[1] == 1.0
        assert math.isnan(loss[2])
        assert loss[3] == math.inf
        assert database.curves(number, "step") == {"loss": {100: 0.5}}
        database.forget_metrics(number, "epoch", after=1)
        assert database.curves(number) == {"loss": {1: 1.0}}
        database.delete(number)
        database.add_metrics(number, "epoch", [(4, "loss", 1.0)])  # by one who does not know yet
        assert database.curves(number) == database.curves(number, "step") == {}


def test_a_run_is_found_by_number_name_and_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with RunDatabase("runs") as database:
        assert database.key("runs/search/trial-1") == "search/trial-1"
        assert database.key(tmp_path / "other") == str(tmp_path / "other")
        for folder in ("runs/first", "other"):
            database.put(Run(database.key(folder), State.FINISHED, ""))
        assert [database.get(name).id for name in ("1", "first", "runs/first", "runs/first/", str(tmp_path / "runs/first"))] == [
            1
        ] * 5
        assert database.get("other").id == 2
        for name in ("3", "second", "9" * 30, "", "²"):
            with pytest.raises(ArgumentError, match="there is no run"):
                database.get(name)


class TestVersions:
    def test_a_new_database_is_of_the_newest_version_and_in_wal_mode(self, tmp_path: Path) -> None:
        RunDatabase(tmp_path).close()
        connection = plain(tmp_path / FILE)
        told = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "application_id", "journal_mode")]
        connection.close()
        assert told == [len(migrations()), APPLICATION_ID, "wal"]

    def test_an_older_one_is_brought_forward_with_all_that_is_in_it(self, tmp_path: Path) -> None:
        with RunDatabase(tmp_path) as database:
            database.put(RUN)
        connection = plain(tmp_path / FILE)
        later = [
            *migrations(),
            "ALTER TABLE runs ADD COLUMN mood TEXT NOT NULL DEFAULT 'good';\nCREATE TABLE notes (text TEXT);\n",
        ]
        migrate(connection, later)
        migrate(connection, later)  # nothing is left to do
        assert connection.execute("SELECT folder, mood FROM runs").fetchall() == [("first", "good")]
        assert connection.execute("PRAGMA user_version").fetchone() == (len(later),)
        connection.close()
        with pytest.raises(FileFormatError, match=r"of version 2, written by a later Pellucid"):
            RunDatabase(tmp_path)

    def test_a_migration_that_fails_changes_nothing(self, tmp_path: Path) -> None:
        RunDatabase(tmp_path).close()
        connection = plain(tmp_path / FILE)
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, [*migrations(), "CREATE TABLE notes (text TEXT);\nCREATE TABLE runs (again TEXT);\n"])
        connection.close()
        assert "notes" not in tables(tmp_path / FILE)
        RunDatabase(tmp_path, check=True).close()

    def test_another_program_s_database_is_left_alone(self, tmp_path: Path) -> None:
        connection = plain(tmp_path / FILE)
        connection.execute("CREATE TABLE customers (name TEXT)")
        connection.close()
        before = (tmp_path / FILE).read_bytes()
        with pytest.raises(FileFormatError, match="the database of another program"):
            RunDatabase(tmp_path)
        assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.parametrize("damage", ["text", "half", "middle", "json"])
def test_damage_is_refused_with_the_way_out(tmp_path: Path, damage: str) -> None:
    with RunDatabase(tmp_path) as database:
        for i in range(50):
            number = database.put(Run(f"run-{i}", State.FINISHED, "", settings={"text": "x" * 500}))
            database.add_metrics(number, "epoch", [(epoch, "loss", 0.5) for epoch in range(1, 30)])
    file = tmp_path / FILE
    content = file.read_bytes()
    if damage == "json":
        connection = plain(file)
        connection.execute("UPDATE runs SET settings = '{' WHERE id = 3")
        connection.close()
    else:
        third = len(content) // 3
        middle = content[:third] + b"\xff" * third + content[2 * third :]
        file.write_bytes({"text": b"not a database" * 500, "half": content[:third], "middle": middle}[damage])
    with (
        pytest.raises(FileFormatError, match=r"runs\.sqlite: not to be read .* `pellucid runs rebuild`"),
        RunDatabase(tmp_path, check=True) as database,
    ):
        database.runs()


def test_a_run_of_a_process_that_is_gone_has_died(tmp_path: Path) -> None:
    own = Process.own()
    runs = {
        "mine": Run("mine", State.RUNNING, "", process=own),
        "reused": Run("reused", State.RUNNING, "", process=Process(own.host, own.pid, "another start")),
        "elsewhere": Run("elsewhere", State.RUNNING, "", process=Process("another host", own.pid, "x")),
        "ended": Run("ended", State.FINISHED, "", process=Process(own.host, own.pid, "another start")),
    }
    with RunDatabase(tmp_path) as database:
        for run in runs.values():
            database.put(run)
        states = {run.folder: run.state for run in database.runs()}
    assert states == {"mine": "running", "reused": "died", "elsewhere": "running", "ended": "finished"}
