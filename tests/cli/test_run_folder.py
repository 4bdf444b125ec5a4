"""RunFolder: one process at a time trains in it, and what another one needs is left alone."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
import pytest

from pellucid.checkpoints import CheckpointFolder
from pellucid.cli.recording import RecordedEpochs
from pellucid.cli.run_folder import RunFolder

POSIX = pytest.mark.skipif(os.name != "posix", reason="locks are POSIX'")


def checkpoint(run: RunFolder, step: int, **training: int) -> Path:
    return CheckpointFolder(run.checkpoints).write(step, {"training": training}, {"w": np.zeros(3)}, keep=3, best=None)


@POSIX
def test_a_folder_that_another_process_trains_in_is_left_alone(pellucid, shell, folder, monkeypatch):
    """In the first epoch, of which there is no checkpoint yet, another process asks for the folder."""
    refused, left, begin = [], [], RecordedEpochs.on_epoch_begin
    options = ("--model", "linear", "--epochs", "1", "--quiet")

    def ask(self, epoch, logs=None):
        refused.append(shell("train", "digits", *options, "--out", "run", "--overwrite"))
        refused.append(shell("train", "--resume", "run", "--quiet"))
        left.append((folder / "run" / "begun.json").is_file())
        begin(self, epoch, logs)

    monkeypatch.setattr(RecordedEpochs, "on_epoch_begin", ask)
    done = pellucid("train", "digits", *options, "--out", "run")
    assert done.exit_code == 0, done.output
    assert left == [True]
    for other in refused:
        assert other.returncode == 4
        assert "another process writes checkpoints here" in other.stderr


def test_an_earlier_run_is_forgotten_but_for_its_lock_file(tmp_path: Path) -> None:
    """A lock file of its own would let each of two processes have a lock."""
    run = RunFolder.create(tmp_path / "run", "digits")
    run.begin({}, "first")
    checkpoint(run, 1, epoch=1, steps=0)
    inode = (run.checkpoints / ".lock").stat().st_ino
    RunFolder.create(tmp_path / "run", "digits", overwrite=True).begin({}, "second")
    assert os.listdir(run.checkpoints) == [".lock"]
    assert (run.checkpoints / ".lock").stat().st_ino == inode
    assert run.begun() == ({}, "second")


@POSIX
def test_what_another_training_needs_is_not_removed(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run", "digits")
    run.begin({}, "f")
    other = CheckpointFolder(run.checkpoints)
    other.acquire()
    run.end()
    run.discard()
    assert run.begun() == ({}, "f")
    other.release()
    run.discard()
    assert os.listdir(tmp_path) == []


def test_epochs_begun_are_those_of_the_newest_whole_checkpoint(tmp_path: Path) -> None:
    """`fit` tells of what is damaged, when it goes on from there; here it is passed over without a word."""
    run = RunFolder(tmp_path)
    assert run.epochs_begun() == 0
    checkpoint(run, 10, epoch=2, steps=0)
    assert run.epochs_begun() == 2
    newest = checkpoint(run, 13, epoch=2, steps=3)
    assert run.epochs_begun() == 3
    newest.write_bytes(b"")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run.epochs_begun() == 2
