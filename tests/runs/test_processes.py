"""Several processes at one database, and processes that die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pellucid.runs import RunDatabase

WRITER = """
import sys
from pellucid.runs import Recorder, Run, State, recorder
recorder._PAUSE = 0.0  # every epoch is a transaction of its own
root, name, epochs = sys.argv[1], sys.argv[2], int(sys.argv[3])
told = Recorder(root, Run(f"{root}/{name}", State.RUNNING, "2026-01-01T00:00:00+00:00"))
told.begin()
for epoch in range(epochs):
    told.epoch(epoch, {"loss": 1 / (1 + epoch), "val_loss": 2 / (1 + epoch)})
told.end(State.FINISHED, results={"test": {"loss": float(epochs)}})
"""


def test_four_processes_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    """They also race to make the database: none is there when they begin."""
    epochs = 40
    command = [sys.executable, "-W", "error", "-c", WRITER, str(tmp_path)]
    writers = [subprocess.Popen([*command, f"run-{i}", str(epochs)], stderr=subprocess.PIPE, text=True) for i in range(4)]
    for writer in writers:
        _, errors = writer.communicate(timeout=120)
        assert writer.returncode == 0, errors
    with RunDatabase(tmp_path, check=True) as database:
        runs = database.runs()
        assert sorted(run.folder for run in runs) == [f"run-{i}" for i in range(4)]
        for run in runs:
            assert (run.state, run.epochs_done, run.results) == ("finished", epochs, {"test": {"loss": epochs}})
            assert database.curves(run.id)["val_loss"] == {epoch: 2 / epoch for epoch in range(1, epochs + 1)}


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_a_run_whose_process_was_killed_is_shown_as_died(tmp_path: Path) -> None:
    code = WRITER.replace("told.end(", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)\ntold.end(")
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path), "killed", "3"], timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL
    with RunDatabase(tmp_path, check=True) as database:
        (run,) = database.runs()
        assert (run.state, run.epochs_done) == ("died", 3)
        assert database.curves(run.id)["loss"][3] == 1 / 3


@pytest.mark.skipif(os.name != "posix", reason="limits as POSIX has them")
def test_a_disk_that_is_full_ends_the_record_and_not_the_training(tmp_path: Path) -> None:
    """A limit on the size of files stands in for the disk: SQLite's writes fail in the middle of a transaction."""
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    code = limit + WRITER.replace(
        "for epoch in", "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, resource.RLIM_INFINITY))\nfor epoch in"
    ).replace('{"loss"', '{"x" * 2000: 0.0, "loss"')
    command = [sys.executable, "-W", "always", "-c", code, str(tmp_path), "full", "200"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("UserWarning") == 1
    assert "training goes on" in done.stderr
    with RunDatabase(tmp_path, check=True) as database:  # what was written until then is whole
        (run,) = database.runs()
        assert run.state == "died"
        assert 0 < len(database.curves(run.id).get("loss", {})) < 200
