"""Files that are replaced as a whole or not at all: every operation of the disk fails once, and the order of operations."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pellucid.atomic import remove_leftovers, replacing, write_bytes, write_text
from pellucid.errors import ArgumentError
from tests.crash.faults import Disk, faulty


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_the_order_of_operations_survives_a_loss_of_power(tmp_path: Path) -> None:
    """The data must be on the disk before its name is, and the name before anybody is told that all went well."""
    with faulty(Disk()) as disk:
        write_bytes(tmp_path / "f", b"content")
    assert disk.done == (["open", "write", "fsync", "replace", "fsync"] if os.name == "posix" else disk.done)


@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("existing", [False, True])
def test_an_operation_that_fails_leaves_what_was_there(at: int, existing: bool, tmp_path: Path) -> None:
    if existing:
        (tmp_path / "f").write_bytes(b"before")
    before = names(tmp_path)
    with faulty(Disk(at)), pytest.raises(OSError, match="no space"):
        write_bytes(tmp_path / "f", b"after")
    assert names(tmp_path) == before
    assert not existing or (tmp_path / "f").read_bytes() == b"before"


@pytest.mark.skipif(os.name != "posix", reason="folders are flushed on POSIX alone")
def test_a_folder_that_cannot_be_flushed_is_told_and_the_new_file_is_whole(tmp_path: Path) -> None:
    with faulty(Disk(4)), pytest.raises(OSError, match="no space"):
        write_bytes(tmp_path / "f", b"after")
    assert (tmp_path / "f").read_bytes() == b"after"


def test_an_error_within_leaves_what_was_there(tmp_path: Path) -> None:
    write_text(tmp_path / "f", "before")
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "f") as file:
        file.write(b"half" * (1 // 0))
    assert (tmp_path / "f").read_text() == "before"
    assert names(tmp_path) == ["f"]


def test_a_disk_that_takes_little_at_a_time_gets_everything(tmp_path: Path, monkeypatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:3]))
    content = bytes(range(256)) * 20
    write_bytes(tmp_path / "f", content)
    assert (tmp_path / "f").read_bytes() == content


@pytest.mark.skipif(sys.platform == "win32", reason="the limit is POSIX'")
def test_a_limit_on_the_size_of_files_is_a_full_disk(tmp_path: Path) -> None:
    """The system itself refuses here, in a process of its own."""
    program = f"""
import resource, signal
from pellucid.atomic import write_bytes
write_bytes({str(tmp_path / "f")!r}, b"before")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
try:
    write_bytes({str(tmp_path / "f")!r}, bytes(5_000_000))
except OSError:
    print("told")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "told\n"
    assert (tmp_path / "f").read_bytes() == b"before"
    assert names(tmp_path) == ["f"]


@pytest.mark.skipif(os.name != "posix", reason="rights and links are POSIX'")
def test_rights_are_kept_and_links_stay_links(tmp_path: Path) -> None:
    file, link = tmp_path / "f", tmp_path / "link"
    write_bytes(file, b"1")
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(file.stat().st_mode) == 0o666 & ~umask
    file.chmod(0o640)
    link.symlink_to(file)
    write_bytes(link, b"2")
    assert link.is_symlink()
    assert file.read_bytes() == b"2"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_long_names_and_missing_folders(tmp_path: Path) -> None:
    write_bytes(tmp_path / ("한" * 80), b"whole")  # 240 of the 255 bytes that a name may have
    with pytest.raises(ArgumentError, match=r"does not exist\. Make it first"):
        write_bytes(tmp_path / "nowhere" / "f", b"")


def test_what_killed_writers_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in (".f.0123456789ab.part", "f", ".hidden", "x.part"):
        (tmp_path / name).touch()
    assert remove_leftovers(tmp_path) == [".f.0123456789ab.part"]
    assert names(tmp_path) == [".hidden", "f", "x.part"]
