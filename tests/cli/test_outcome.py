"""Exit codes, and messages instead of tracebacks."""

import os

import pytest
import typer

from pellucid.cli.outcome import ExitCode, Failure, failing_with, reports_failures
from pellucid.errors import ArgumentError, DataError, DatasetUnavailable, FileFormatError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ArgumentError("x"), 2),
        (DataError("x"), 3),
        (DatasetUnavailable("x"), 3),
        (FileFormatError("x"), 3),
        (Failure("x", ExitCode.RUN), 4),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("x"), 1),
    ],
)
def test_each_kind_of_error_has_its_code(error, code, capsys, monkeypatch):
    monkeypatch.delenv("PELLUCID_TRACEBACK", raising=False)

    @reports_failures
    def command():
        raise error

    with pytest.raises(typer.Exit) as caught:
        command()
    assert caught.value.exit_code == code
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert err.count("\n") == (2 if code == 1 else 1)


def test_the_traceback_is_there_for_those_who_ask(monkeypatch):
    monkeypatch.setenv("PELLUCID_TRACEBACK", "1")

    @reports_failures
    def command():
        raise ArgumentError("x")

    with pytest.raises(ArgumentError):
        command()


def test_an_error_of_the_system_names_its_file(tmp_path):
    with pytest.raises(Failure, match="nowhere: No such file") as caught, failing_with(ExitCode.RUN):
        (tmp_path / "nowhere").read_text()
    assert caught.value.code == ExitCode.RUN


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["trian"], 2, "No such command"),
        (["train", "--epochs", "0"], 2, "--epochs"),
        (["train", "digit"], 2, "Did you mean 'digits'"),
        (["train", "none.csv", "--target", "y"], 3, "no such file"),
        (["train", "fashion-mnist", "--data-dir", "nowhere"], 3, "train-images-idx3-ubyte.gz"),
        (["summary", "nowhere"], 4, "not a run"),
    ],
)
def test_the_codes_that_a_shell_sees(shell, arguments, code, message):
    done = shell(*arguments)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_without_network_a_shell_sees_3_and_where_to_put_the_files(shell, folder):
    """A proxy that refuses at once stands in for a machine without network."""
    dead = "http://127.0.0.1:9"
    environment = {**os.environ, "PELLUCID_CACHE": str(folder / "cache"), "HTTPS_PROXY": dead, "HTTP_PROXY": dead, "NO_PROXY": ""}
    environment |= {"https_proxy": dead, "http_proxy": dead, "no_proxy": ""}
    done = shell("train", "mnist", env=environment)
    assert done.returncode == 3
    assert str(folder / "cache" / "datasets" / "mnist") in done.stderr
    assert "Traceback" not in done.stderr


def test_help_has_examples_and_exit_codes(pellucid):
    text = pellucid("--help").output
    assert "Examples" in text
    assert all(f"{int(code)}  " in text for code in ExitCode)
    for command in ("train", "evaluate", "predict", "summary", "info"):
        assert f"  pellucid {command}" in pellucid(command, "--help").output
        assert pellucid(command, "--help").exit_code == 0


def test_help_loads_nothing_heavy(shell):
    done = shell("train", "--help", env={**os.environ, "PYTHONPROFILEIMPORTTIME": "1"})
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "typer" in loaded
    assert not loaded & {"numba", "sklearn", "matplotlib", "pandas", "pooch"}
