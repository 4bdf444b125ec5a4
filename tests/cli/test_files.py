"""Every file that a command leaves is written beside its place and put there in one step."""

import subprocess
import sys

import pytest

from pellucid.atomic import remove_leftovers
from pellucid.errors import ArgumentError
from pellucid.figures import registry
from pellucid.figures.picture import Settings
from tests.crash.faults import Disk, faulty

WATCHED = """
import os, sys
def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR):
        path = os.path.realpath(arguments[0])
        if path.startswith(os.path.realpath(os.getcwd())):
            print("WRITES", os.path.relpath(path), flush=True)
sys.addaudithook(watch)
from pellucid.cli.main import app
app(sys.argv[1:])
"""


COMMANDS = (
    "train digits --epochs 1 --model mlp:8",
    "predict runs/digits-001 digits --out answers.csv",
    "figures cost --out cost.svg --quick",
)


def test_no_command_writes_into_a_file_that_has_its_name_already(folder):
    """What is opened for writing has the name of a part, or is a lock."""
    written = []
    for command in COMMANDS:
        arguments = [sys.executable, "-c", WATCHED, *command.split()]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        written += [line.removeprefix("WRITES ") for line in done.stdout.splitlines() if line.startswith("WRITES ")]
    assert written
    assert [name for name in written if not name.endswith((".part", ".lock", ".sqlite"))] == []
    left = {file.name for file in folder.rglob("*")}
    assert {"model.safetensors", "history.json", "curves.png", "answers.csv", "cost.svg"} <= left
    assert all(not remove_leftovers(path) for path in [folder, *folder.rglob("*/")])


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_disk_that_is_full_leaves_the_picture_before(ending, tmp_path):
    picture = registry.get("cost")
    data = picture.compute(Settings(quick=True))
    file = tmp_path / f"cost.{ending}"
    file.write_bytes(b"before")
    for at in range(4):
        with faulty(Disk(at)), pytest.raises(OSError, match="no space"):
            picture.save(data, file)
        assert file.read_bytes() == b"before"
        assert [path.name for path in tmp_path.iterdir()] == [file.name]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such file")
def test_a_device_is_not_replaced():
    from pellucid.atomic import write_text

    with pytest.raises(ArgumentError, match="/dev/null: not a file"):
        write_text("/dev/null", "")
