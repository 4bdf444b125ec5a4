"""Recorder: whatever becomes of the database, the training does not notice."""

from __future__ import annotations

import json
import os
import sqlite3
import warnings
from pathlib import Path

import pytest

from pellucid.runs import Recorder, Run, RunDatabase, State
from pellucid.runs import recorder as module
from pellucid.runs.database import FILE


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSE", 0.0)
    monkeypatch.setattr(module, "_PATIENCE", 0.05)


def recorder(root: Path, **options: bool) -> Recorder:
    return Recorder(root, Run(str(root / "first"), State.RUNNING, "2026-01-01T00:00:00+00:00"), **options)


def train(told: Recorder, epochs: int, *, end: bool = False) -> None:
    told.begin()
    for epoch in range(epochs):
        told.epoch(epoch, {"loss": float(epoch)})
    if end:
        told.end(State.FINISHED)


def test_a_locked_database_is_warned_of_once_and_lacks_nothing_in_the_end(tmp_path: Path) -> None:
    RunDatabase(tmp_path).close()
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    told = recorder(tmp_path)
    with pytest.warns(UserWarning, match=r"not recorded in .*runs\.sqlite; training goes on\. .*database is locked") as caught:
        train(told, 5)
    assert len(caught) == 1
    other.execute("ROLLBACK")
    other.close()
    told.epoch(5, {"loss": 5.0})
    told.end(State.FINISHED)
    with RunDatabase(tmp_path) as database:
        assert database.get("first").epochs_done == 6
        assert database.curves(1) == {"loss": {epoch + 1: float(epoch) for epoch in range(6)}}


@pytest.mark.parametrize("obstacle", ["damaged", "a folder", "a file in place of the runs"])
def test_a_database_that_cannot_be_used_is_warned_of_once(tmp_path: Path, obstacle: str) -> None:
    root = tmp_path / "runs"
    if obstacle == "a file in place of the runs":
        root.write_text("not a folder")
    else:
        root.mkdir()
        if obstacle == "damaged":
            (root / FILE).write_bytes(b"not a database" * 1000)
        else:
            (root / FILE).mkdir()
    told = recorder(root)
    with pytest.warns(UserWarning, match="training goes on") as caught:
        train(told, 2, end=True)
    assert len(caught) == 1
    if obstacle == "damaged":
        assert (root / FILE).read_bytes() == b"not a database" * 1000


def test_a_run_that_is_gone_on_with_stays_in_its_row(tmp_path: Path) -> None:
    first = recorder(tmp_path)
    first.begin()
    for epoch in range(4):
        first.epoch(epoch, {"loss": 10.0 + epoch})
    again = Recorder(tmp_path, Run(str(tmp_path / "first"), State.RUNNING, "2027-01-01T00:00:00+00:00"))
    again.resume(2)  # the last checkpoint was written after two epochs
    again.begin()
    with RunDatabase(tmp_path) as database:
        assert database.curves(1) == {"loss": {1: 10.0, 2: 11.0}}
    again.epoch(2, {"loss": 12.0})
    again.end(State.FINISHED)
    assert again.curves == {"loss": {1: 10.0, 2: 11.0, 3: 12.0}}
    with RunDatabase(tmp_path) as database:
        (run,) = database.runs()
        assert (run.id, run.begun, run.epochs_done) == (1, "2026-01-01T00:00:00+00:00", 3)
        assert database.curves(1) == again.curves


def test_arrays_among_the_metrics_are_passed_over(tmp_path: Path) -> None:
    told = recorder(tmp_path)
    told.begin()
    told.epoch(0, {"loss": 1.0, "confusion": [[1, 2], [3, 4]]})
    told.end(State.FINISHED)
    with RunDatabase(tmp_path) as database:
        assert database.curves(1) == {"loss": {1: 1.0}}


def test_files_say_what_the_database_says(tmp_path: Path) -> None:
    told = recorder(tmp_path, files=True)
    told.begin()
    assert json.loads((tmp_path / "first/run.json").read_text())["state"] == "running"
    told.epoch(0, {"loss": 1.0})
    told.epoch(1, {"loss": float("nan"), "val_loss": 3.0})
    told.end(State.FAILED, "because", {"test": {"loss": float("inf")}})
    record = json.loads((tmp_path / "first/run.json").read_text())
    assert (record["state"], record["note"], record["results"]) == ("failed", "because", {"test": {"loss": None}})
    assert json.loads((tmp_path / "first/history.json").read_text()) == {"loss": [1.0, None], "val_loss": [None, 3.0]}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_opens_the_database_anew(tmp_path: Path) -> None:
    told = recorder(tmp_path)
    told.begin()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 on forks of programs with threads
        child = os.fork()
    if child == 0:
        told.epoch(0, {"loss": 1.0})
        os._exit(0 if told._pid == os.getpid() else 1)
    assert os.waitpid(child, 0)[1] == 0
    told.epoch(1, {"loss": 2.0})
    told.end(State.FINISHED)
    with RunDatabase(tmp_path, check=True) as database:
        assert database.curves(1) == {"loss": {1: 1.0, 2: 2.0}}
