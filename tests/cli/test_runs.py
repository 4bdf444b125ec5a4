"""``pellucid runs``: what ``pellucid train`` recorded: listed, shown, compared, deleted, rebuilt."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pellucid.runs import Run, RunDatabase, State
from pellucid.runs.database import FILE
from pellucid.runs.process import Process

QUICK = ("digits", "--model", "mlp:8", "--epochs", 2)


@pytest.fixture
def two(pellucid):
    """Two runs that differ in seed and learning rate."""
    assert pellucid("train", *QUICK).exit_code == 0
    assert pellucid("train", *QUICK, "--seed", 1, "--learning-rate", 0.01, "--weight-decay", 0.001).exit_code == 0


def test_a_training_is_recorded_as_its_folder_says(pellucid, folder, two):
    with RunDatabase("runs", check=True) as database:
        first, second = database.runs()
        curves = database.curves(2)
    assert (first.folder, first.state, first.epochs_done, first.seed) == ("digits-001", "finished", 2, 0)
    record = json.loads((folder / "runs/digits-002/run.json").read_text())
    assert second.settings == record["settings"]
    assert second.settings["weight_decay"] == 0.001
    assert second.data["fingerprint"] == record["data"]["fingerprint"]
    assert second.results == record["results"]
    history = json.loads((folder / "runs/digits-002/history.json").read_text())
    assert curves == {name: dict(enumerate(values, 1)) for name, values in history.items()}


def test_list(pellucid, folder, two):
    done = pellucid("runs")
    assert done.exit_code == 0
    accuracy = json.loads((folder / "runs/digits-001/run.json").read_text())["results"]["test"]["accuracy"]
    assert re.search(rf"^ *1 +digits-001 +finished +test accuracy {accuracy:.2%} +2/2", done.output, re.MULTILINE)
    last = pellucid("runs", "--last", 1).output
    assert "digits-002" in last
    assert "digits-001" not in last
    assert "1 older" in last


@pytest.mark.parametrize("columns", [80, 120])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_cut(pellucid, two, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    output = pellucid("runs").output
    assert max(map(len, output.splitlines())) <= columns
    assert "…" not in output
    assert ("optimizer" in output) == (columns == 120)


def test_show(pellucid, two):
    for name in ("2", "digits-002", "runs/digits-002"):
        done = pellucid("runs", "show", name)
        assert done.exit_code == 0
        assert "learning rate      0.01" in done.output
        assert "1,294 training, 144 validation, 359 test" in done.output
        assert "2 best" in done.output
        assert "pellucid summary runs/digits-002" in done.output
    missing = pellucid("runs", "show", "7")
    assert missing.exit_code == 2
    assert "there is no run '7'" in missing.stderr


def test_compare(pellucid, folder, two):
    done = pellucid("runs", "compare", 1, "digits-002", "--out", "both.svg", "--language", "ko", "--theme", "dark")
    assert done.exit_code == 0, done.stderr
    assert re.search(r"^learning_rate +0\.001 +0\.01$", done.output, re.MULTILINE)
    assert re.search(r"^seed +0 +1$", done.output, re.MULTILINE)
    assert "batch_size" not in done.output  # it does not differ
    assert "test accuracy" in done.output
    assert (folder / "both.svg").read_bytes().startswith(b"<?xml")
    assert "runs/comparison-1-2.png" in pellucid("runs", "compare", 1, 2).output
    for runs, message in ((("1",), "two runs at least"), (("1", "1"), "two runs at least"), (("1", "9"), "no run '9'")):
        refused = pellucid("runs", "compare", *runs)
        assert refused.exit_code == 2
        assert message in refused.stderr


def test_delete_asks_and_removes_folder_and_row(pellucid, folder, two):
    from typer.testing import CliRunner

    from pellucid.cli.main import app

    for answer in ("n\n", ""):
        refused = CliRunner().invoke(app, ["runs", "delete", "1"], input=answer)
        assert refused.exit_code == 2
        assert "Nothing was deleted" in refused.stderr
    assert (folder / "runs/digits-001").is_dir()
    assert CliRunner().invoke(app, ["runs", "delete", "1"], input="y\n").exit_code == 0
    assert not (folder / "runs/digits-001").exists()
    assert pellucid("runs", "delete", 2, "--yes").exit_code == 0
    assert "no run yet" in pellucid("runs").output
    assert [path.name for path in (folder / "runs").iterdir()] == [FILE]


def test_a_run_written_elsewhere_is_listed_and_only_forgotten(pellucid, folder):
    assert pellucid("train", *QUICK, "--out", "elsewhere").exit_code == 0
    assert str(folder / "elsewhere") in pellucid("runs", "show", "elsewhere").output
    done = pellucid("runs", "delete", "elsewhere", "--yes")
    assert "its folder stays" in done.output
    assert (folder / "elsewhere/run.json").is_file()


def test_runs_go_to_the_database_beside_them_where_there_is_one(pellucid, folder):
    (folder / "experiments").mkdir()
    RunDatabase("experiments").close()
    assert pellucid("train", *QUICK, "--out", "experiments/a").exit_code == 0
    assert not (folder / "runs").exists()
    assert re.search(r"^ *1 +a +finished", pellucid("runs", "--in", "experiments").output, re.MULTILINE)


def test_damage_is_told_and_healed_by_rebuild(pellucid, folder, two):
    before = pellucid("runs").output
    (folder / "runs" / FILE).write_bytes(b"not a database" * 1000)
    for command in ([], ["show", "1"], ["compare", "1", "2"], ["delete", "1", "--yes"]):
        refused = pellucid("runs", *command)
        assert refused.exit_code == 4
        assert "pellucid runs rebuild" in refused.stderr
    assert pellucid("evaluate", "runs/digits-001", "digits").exit_code == 0  # the folders are as good as before
    done = pellucid("runs", "rebuild")
    assert "2 runs in the new database" in done.output
    assert pellucid("runs").output == before


def test_training_goes_on_where_the_database_is_damaged(pellucid, folder):
    (folder / "runs").mkdir()
    (folder / "runs" / FILE).write_bytes(b"not a database" * 1000)
    with pytest.warns(UserWarning, match="not recorded in .*; training goes on"):
        done = pellucid("train", *QUICK)
    assert done.exit_code == 0
    assert (folder / "runs/digits-001/run.json").is_file()


def test_without_runs_the_way_to_some_is_told(pellucid, folder):
    for command in ([], ["show", "1"], ["rebuild"]):
        refused = pellucid("runs", *command)
        assert refused.exit_code == 4
        assert "--in FOLDER" in refused.stderr
    assert not list(folder.iterdir())


def test_names_from_strangers_are_printed_as_they_are(pellucid, folder):
    with RunDatabase("runs") as database:
        database.put(Run("[bold]x[/nothing]", State.FAILED, "never", note="[red]", settings={"model": "[/]"}))
        database.put(Run("y", State.RUNNING, "", process=Process(Process.own().host, 2**30, "1")))
    output = pellucid("runs").output
    assert "[bold]x[/nothing]" in output
    assert re.search(r"y \(gone\) +died", output)
    for command in (["show", "1"], ["show", "2"], ["compare", "1", "2"]):
        assert pellucid("runs", *command).exit_code == 0


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_a_killed_training_has_died_and_finishes_in_its_row(pellucid, folder):
    command = [sys.executable, "-m", "pellucid", "train", "--model", "mlp:32", "--epochs", "40", "--threads", "1", "--quiet"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while not any(Path("runs/digits-001/checkpoints").glob("checkpoint-*")) and time.monotonic() < until:
        assert process.poll() is None
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    shown = pellucid("runs", "show", "1").output
    assert re.search(r"^state +died", shown, re.MULTILINE)
    assert "pellucid train --resume runs/digits-001" in shown
    assert pellucid("train", "--resume", "runs/digits-001", "--quiet").exit_code == 0
    with RunDatabase("runs", check=True) as database:
        (run,) = database.runs()
        curves = database.curves(1)
    assert (run.id, run.state, run.epochs_done) == (1, "finished", 40)
    history = json.loads((folder / "runs/digits-001/history.json").read_text())
    # The epochs between the last half second and the kill may be missing: the database is not what training waits for.
    assert curves["loss"].items() <= dict(enumerate(history["loss"], 1)).items()
    assert curves["loss"][40] == history["loss"][39]
