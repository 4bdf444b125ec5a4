"""The database anew from the folders, and the deletion of runs: nothing outside of the folder of runs is touched."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from pellucid.errors import InUseError
from pellucid.runs import Recorder, Run, RunDatabase, State
from pellucid.runs.database import FILE
from pellucid.runs.deletion import delete
from pellucid.runs.process import Process
from pellucid.runs.rebuild import rebuild


def record(root: Path, folder: str, begun: str = "2026-01-01T00:00:00+00:00", **known: object) -> None:
    run = Run(
        str(root / folder), State.RUNNING, begun, seed=3, settings={"seed": 3, "epochs": 2}, data={"name": "digits"}, **known
    )
    told = Recorder(root, run, files=True)
    told.begin()
    told.epoch(0, {"loss": 0.5, "val_loss": 0.75})
    told.epoch(1, {"loss": 0.25, "val_loss": float("nan")})
    told.end(State.FINISHED, "stopped early", {"test": {"loss": 0.125}})


def content(root: Path) -> list[tuple[Run, str]]:
    """All runs and curves, but for what is new in a rebuilt database: numbers and processes."""
    with RunDatabase(root, check=True) as database:
        return [
            (replace(run, id=0, process=None), repr(database.curves(run.id)))
            for run in sorted(database.runs(), key=lambda run: run.folder)
        ]


def test_it_is_the_same_again(tmp_path: Path) -> None:
    record(tmp_path, "b", "2026-01-02T00:00:00+00:00")
    record(tmp_path, "a", "2026-01-03T00:00:00+00:00")
    record(tmp_path, "search/trial-001", study="search", trial=1)
    before = content(tmp_path)
    damaged = b"not a database" * 1000
    for ending in ("", "-wal", "-shm"):
        (tmp_path / (FILE + ending)).write_bytes(damaged)
    count, wrong, old = rebuild(tmp_path)
    assert (count, wrong) == (3, [])
    assert old is not None
    assert old.read_bytes() == damaged
    assert not (tmp_path / (FILE + "-wal")).exists()
    assert content(tmp_path) == before
    with RunDatabase(tmp_path) as database:
        assert [run.folder for run in database.runs()] == ["search/trial-001", "b", "a"]  # by time


def test_damaged_folders_are_left_out_and_named(tmp_path: Path) -> None:
    record(tmp_path, "good")
    damaged = {"half": '{"format": 1, "settings"', "list": "[]", "odd": '{"settings": 3}', "trial": '{"trial": "x"}'}
    for name, text in damaged.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(text)
    (tmp_path / "begun").mkdir()
    begun = {"format": 1, "settings": {"data": "digits", "seed": 1}, "fingerprint": "f"}
    (tmp_path / "begun" / "begun.json").write_text(json.dumps(begun))
    count, wrong, _ = rebuild(tmp_path)
    assert count == 2
    assert len(wrong) == len(damaged)
    for line, name in zip(wrong, damaged, strict=True):
        assert line.startswith(str(tmp_path / name))
    with RunDatabase(tmp_path) as database:
        assert database.get("begun").state == "interrupted"


def test_runs_elsewhere_are_taken_along_from_a_database_that_can_be_read(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "runs", tmp_path / "elsewhere"
    record(root, "inside")
    told = Recorder(root, Run(str(elsewhere), State.RUNNING, "2026-01-01T00:00:00+00:00"), files=True)
    told.begin()
    told.end(State.FINISHED)
    assert rebuild(root)[0] == 2
    with RunDatabase(root) as database:
        assert {run.folder for run in database.runs()} == {"inside", str(elsewhere)}


def test_not_while_a_run_is_trained(tmp_path: Path) -> None:
    told = Recorder(tmp_path, Run(str(tmp_path / "first"), State.RUNNING, ""))
    told.begin()
    with pytest.raises(InUseError, match=r"run 1 .* is being trained"):
        rebuild(tmp_path)
    with RunDatabase(tmp_path) as database, pytest.raises(InUseError, match="is being trained by process"):
        delete(database, database.get("first"))
    told.end(State.FINISHED)
    assert rebuild(tmp_path)[0] == 0  # there was never a folder


class TestDeletion:
    def test_folder_and_rows_go(self, tmp_path: Path) -> None:
        record(tmp_path, "first")
        record(tmp_path, "second")
        with RunDatabase(tmp_path) as database:
            assert delete(database, database.get("first"))
            assert [run.folder for run in database.runs()] == ["second"]
            assert database.curves(1) == {}
        assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["second"]

    @pytest.mark.parametrize("folder", ["{outside}", "../outside", ".", "", "inside/../../outside", "link", "link/within"])
    def test_nothing_outside_is_touched(self, tmp_path: Path, folder: str) -> None:
        """Whatever a database says, also one that somebody else made."""
        root, outside = tmp_path / "runs", tmp_path / "outside"
        (outside / "within").mkdir(parents=True)
        (outside / "within" / "precious").write_text("x")
        (root / "inside").mkdir(parents=True)
        os.symlink(outside, root / "link")
        with RunDatabase(root) as database:
            database.put(Run(folder.format(outside=outside), State.FINISHED, ""))
            assert not delete(database, database.get("1"))
            assert database.runs() == []
        assert (outside / "within" / "precious").read_text() == "x"
        assert (root / "inside").is_dir()
        assert (root / "link").is_symlink()

    def test_links_within_a_run_are_removed_and_not_followed(self, tmp_path: Path) -> None:
        root, outside = tmp_path / "runs", tmp_path / "outside"
        outside.mkdir()
        (outside / "precious").write_text("x")
        record(root, "first")
        os.symlink(outside, root / "first" / "link")
        with RunDatabase(root) as database:
            assert delete(database, database.get("first"))
        assert (outside / "precious").read_text() == "x"

    def test_a_run_that_died_may_go(self, tmp_path: Path) -> None:
        with RunDatabase(tmp_path) as database:
            gone = Process(Process.own().host, 2**30, "1")
            database.put(Run("dead", State.RUNNING, "", process=gone))
            (tmp_path / "dead").mkdir()
            assert delete(database, database.get("dead"))
        assert not (tmp_path / "dead").exists()
