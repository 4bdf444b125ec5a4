"""A folder of checkpoints: which are kept, which is the newest, and what is done about damage and other processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pellucid.checkpoints import CheckpointFolder
from pellucid.errors import ArgumentError, FileFormatError, InUseError

CONTENT = {"format": 2}


def write(folder: CheckpointFolder, step: int, keep: int = 3, best: int | None = None) -> Path:
    return folder.write(step, CONTENT, {"w": np.full(3, step)}, keep=keep, best=best)


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def test_the_newest_and_the_best_are_kept(tmp_path: Path) -> None:
    folder = CheckpointFolder(tmp_path / "runs" / "one")
    assert folder.newest() is None
    for step in range(10, 70, 10):
        write(folder, step, keep=2, best=20 if step >= 20 else None)
    assert folder.steps() == [20, 50, 60]
    newest = folder.newest()
    assert newest is not None
    assert newest.arrays["w"].tolist() == [60, 60, 60]
    write(folder, 70, keep=1, best=70)
    assert folder.steps() == [70]


def test_steps_are_counted_not_spelled(tmp_path: Path) -> None:
    folder = CheckpointFolder(tmp_path)
    for step in (9, 10, 10**11):
        write(folder, step)
    for name in ("checkpoint-1{}", "checkpoint-0000000011{}.damaged", ".checkpoint-0000000012{}.x.part"):
        (tmp_path / name.format(".safetensors")).write_bytes(b"")
    assert folder.steps() == [9, 10, 10**11]


@pytest.mark.parametrize("place", [0, 100, -1])
def test_a_damaged_newest_is_passed_over_and_said(place: int, tmp_path: Path) -> None:
    folder = CheckpointFolder(tmp_path)
    for step in (1, 2, 3):
        write(folder, step)
    flip(folder.file(3), place)
    with pytest.warns(UserWarning, match=r"passed over.*0002.*0003"):
        newest = folder.newest()
    assert newest is not None
    assert newest.path == folder.file(2)
    folder.set_aside_after(2)
    assert folder.steps() == [1, 2]
    assert folder.file(3).with_suffix(".safetensors.damaged").exists()


def test_an_empty_or_truncated_newest_is_passed_over(tmp_path: Path) -> None:
    folder = CheckpointFolder(tmp_path)
    for step in (1, 2, 3):
        write(folder, step)
    folder.file(3).write_bytes(b"")
    folder.file(2).write_bytes(folder.file(2).read_bytes()[:-1])
    with pytest.warns(UserWarning, match="passed over"):
        newest = folder.newest()
    assert newest is not None
    assert newest.path == folder.file(1)


def test_where_all_are_damaged_it_is_an_error(tmp_path: Path) -> None:
    folder = CheckpointFolder(tmp_path)
    for step in (1, 2):
        flip(write(folder, step), -1)
    with pytest.raises(FileFormatError, match="every checkpoint is damaged"):
        folder.newest()


def test_a_whole_newer_one_is_not_set_aside(tmp_path: Path) -> None:
    folder = CheckpointFolder(tmp_path)
    for step in (1, 2):
        write(folder, step)
    with pytest.raises(ArgumentError, match="is newer than"):
        folder.set_aside_after(1)
    assert folder.steps() == [1, 2]


def test_a_file_in_the_folders_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    with pytest.raises(ArgumentError, match="Received a file"):
        CheckpointFolder(tmp_path / "f").newest()


@pytest.mark.skipif(os.name != "posix", reason="locks are POSIX'")
def test_one_process_at_a_time_writes_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    program = f"""
import sys, time
from pellucid.checkpoints import CheckpointFolder
CheckpointFolder({str(tmp_path)!r}).acquire()
print("held", flush=True)
time.sleep(600)
"""
    folder = CheckpointFolder(tmp_path)
    other = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    try:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(InUseError, match="another process"):
            folder.acquire()
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    (tmp_path / ".checkpoint-0000000001.safetensors.abcdef.part").touch()
    folder.acquire()
    folder.release()
    assert os.listdir(tmp_path) == [".lock"]
