"""What the tests of commands share: a folder of their own, and the commands called as a shell would."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from pellucid.cli.main import app


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, empty; no data sets, no colours forced from outside."""
    monkeypatch.chdir(tmp_path)
    for name in ("PELLUCID_DATA", "PELLUCID_TRACEBACK", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def pellucid(folder):
    """Calls ``pellucid`` with these arguments in this process."""

    def call(*arguments):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return call


@pytest.fixture
def shell(folder):
    """Calls ``pellucid`` as a process of its own."""

    def call(*arguments, **options):
        command = [sys.executable, "-m", "pellucid", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **options)

    return call
