"""``pellucid train --resume``: a run that was stopped ends as one that was not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import pellucid as pl
from pellucid.cli.recording import RecordedEpochs
from pellucid.cli.stopwatch import Stopwatch

TRAIN = [sys.executable, "-m", "pellucid", "train"]
OPTIONS = ["digits", "--model", "mlp:32", "--epochs", "30", "--seed", "3", "--threads", "1", "--quiet"]


def weights(run: Path) -> list[np.ndarray]:
    return pl.load_model(run / "model.safetensors").get_weights()


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_a_run_that_is_killed_is_gone_on_with(tmp_path: Path) -> None:
    subprocess.run([*TRAIN, *OPTIONS, "--out", "whole"], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    process = subprocess.Popen([*TRAIN, *OPTIONS, "--out", "killed"], cwd=tmp_path, stdout=subprocess.DEVNULL)
    checkpoints = tmp_path / "killed" / "checkpoints"
    until = time.monotonic() + 120
    while not any(checkpoints.glob("checkpoint-*")) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (tmp_path / "killed" / "run.json").exists()
    subprocess.run([*TRAIN, "--resume", "killed", "--quiet"], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    for one, other in zip(weights(tmp_path / "whole"), weights(tmp_path / "killed"), strict=True):
        np.testing.assert_array_equal(one, other)
    history = [json.loads((tmp_path / run / "history.json").read_text()) for run in ("whole", "killed")]
    assert history[0] == history[1]
    assert sorted(p.name for p in (tmp_path / "whole").iterdir()) == sorted(p.name for p in (tmp_path / "killed").iterdir())


def test_what_cannot_be_resumed_is_said(tmp_path: Path) -> None:
    done = subprocess.run([*TRAIN, "--resume", "nowhere"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 4
    assert "is not a run that was begun" in done.stderr
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "begun.json").write_text("{")
    done = subprocess.run([*TRAIN, "--resume", "run"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 4
    assert "damaged" in done.stderr


def test_the_time_before_an_interruption_counts() -> None:
    """A clock that is put to the moments of a training by hand."""
    now = 100.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "perf_counter", lambda: now)
        first, second = Stopwatch(), Stopwatch()
        assert first.seconds == 0
        first.on_train_begin()
        now = 107.0
        stored = first.state()  # a checkpoint, after which the run is killed
        now = 200.0
        second.on_train_begin()
        second.load_state(stored)
        now = 203.0
        assert second.seconds == 10


def test_the_time_of_both_parts_is_in_the_record(pellucid, folder) -> None:
    def interrupt(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RecordedEpochs, "on_epoch_begin", interrupt)
        patch.setattr(Stopwatch, "state", lambda self: {"seconds": 1000.0})
        assert pellucid("train", "digits", "--model", "linear", "--epochs", "2", "--quiet", "--out", "run").exit_code == 130
    assert pellucid("train", "--resume", "run", "--quiet").exit_code == 0
    assert json.loads((folder / "run" / "run.json").read_text())["seconds"] > 1000


@pytest.fixture
def stopped(pellucid, folder):
    """Trains four epochs on the digits, or goes on, with these options; Ctrl-C comes before the epoch ``at``, counted from 0."""

    def train(*options: object, at: int = 2) -> Path:
        begin = RecordedEpochs.on_epoch_begin

        def interrupt(self, epoch, logs=None):
            if epoch == at:
                raise KeyboardInterrupt
            begin(self, epoch, logs)

        begun = () if "--resume" in options else ("digits", "--model", "linear", "--epochs", "4", "--out", "run")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(RecordedEpochs, "on_epoch_begin", interrupt)
            done = pellucid("train", *begun, "--quiet", *options)
        assert done.exit_code == 130, done.output
        return Path(folder / "run")

    return train


def files(run: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}


def test_more_epochs_are_known_when_the_run_is_stopped_again(pellucid, stopped) -> None:
    run = stopped()
    stopped("--resume", run, "--epochs", 6, at=5)
    assert pellucid("train", "--resume", run, "--quiet").exit_code == 0
    options = ("--model", "linear", "--epochs", 6, "--quiet")
    assert pellucid("train", "digits", *options, "--out", "whole").exit_code == 0
    for one, other in zip(weights(Path("whole")), weights(run), strict=True):
        np.testing.assert_array_equal(one, other)
    assert json.loads((run / "run.json").read_text())["epochs_done"] == 6


def test_a_schedule_ends_with_the_epochs_that_it_was_laid_out_for(pellucid, stopped) -> None:
    """The rate stays at 0 after them: of further epochs nothing would be learned."""
    run = stopped("--schedule", "cosine")
    before = files(run)
    for epochs in (3, 6):
        refused = pellucid("train", "--resume", run, "--epochs", epochs)
        assert refused.exit_code == 2
        assert "--epochs: the cosine schedule of" in refused.stderr
        assert f"train anew with --epochs {epochs}" in refused.stderr
    assert files(run) == before
    assert pellucid("train", "--resume", run, "--epochs", 4, "--quiet").exit_code == 0


def test_fewer_epochs_than_are_done_are_refused(pellucid, stopped) -> None:
    run = stopped()
    before = files(run)
    refused = pellucid("train", "--resume", run, "--epochs", 1)
    assert refused.exit_code == 2
    assert "--epochs: 2 epochs of" in refused.stderr
    assert files(run) == before
    assert pellucid("train", "--resume", run, "--epochs", 2, "--quiet").exit_code == 0
    assert json.loads((run / "run.json").read_text())["epochs_done"] == 2


def test_options_that_say_otherwise_than_the_run_are_refused(pellucid, stopped) -> None:
    """Also by what they would have been without: a seed of 0 is not the run's."""
    run = stopped("--seed", 3)
    before = files(run)
    for option, arguments in {
        "--seed": ["--seed", "0"],
        "--threads": ["--threads", "7"],
        "--optimizer": ["--optimizer", "sgd"],
        "--learning-rate": ["--learning-rate", "0.5"],
        "--early-stopping": ["--early-stopping"],
        "--ignore": ["--ignore", "a"],
        "DATA": ["mnist"],
    }.items():
        refused = pellucid("train", *arguments, "--resume", run)
        assert refused.exit_code == 2
        assert f"{option}: the run {run} was begun with" in refused.stderr
    for arguments in (["--out", "other"], ["--overwrite"]):
        refused = pellucid("train", *arguments, "--resume", run)
        assert refused.exit_code == 2
        assert f"{arguments[0]} does not go with --resume" in refused.stderr
    assert files(run) == before
    assert pellucid("train", "digits", "--model", "linear", "--seed", 3, "--resume", run, "--data-dir", ".", "-q").exit_code == 0
