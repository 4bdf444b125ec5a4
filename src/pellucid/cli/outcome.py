"""How a command ends: exit codes that scripts can rely on, and one clear message instead of a traceback."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import ParamSpec, TypeVar

import typer

from pellucid.errors import DataError, DatasetUnavailable, FileFormatError, PellucidError, ShapeError

P = ParamSpec("P")
R = TypeVar("R")


class ExitCode(IntEnum):
    """What the number means that a command ends with."""

    OK = 0
    INTERNAL = 1  # a fault of Pellucid's
    USAGE = 2  # an unknown command, option or name, or a value that breaks its rule
    DATA = 3  # data that is not here, not readable, or does not fit the model
    RUN = 4  # a run folder or model file that is not here, damaged, or must not be written
    FOUND = 5  # the doctor found something wrong with a run
    INTERRUPTED = 130  # Ctrl-C


class Failure(PellucidError):
    """An error whose exit code is known where it is raised."""

    def __init__(self, message: str, code: ExitCode) -> None:
        super().__init__(message)
        self.code = code


@contextmanager
def failing_with(code: ExitCode) -> Iterator[None]:
    """Whatever goes wrong within ends the command with this code."""
    try:
        yield
    except Failure:
        raise
    except (PellucidError, OSError) as error:
        raise Failure(_text(error), code) from error


def reports_failures(command: Callable[P, R]) -> Callable[P, R]:
    """Decorator of a command: errors become one message on stderr and an exit code; PELLUCID_TRACEBACK=1 shows where."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except KeyboardInterrupt:
            _end("Interrupted.", ExitCode.INTERRUPTED)
            raise AssertionError from None  # _end does not return
        except BrokenPipeError:
            raise  # the reader of our output has left; Click ends quietly
        except typer.Exit:
            raise
        except Exception as error:
            if os.environ.get("PELLUCID_TRACEBACK", "") not in ("", "0"):
                raise
            code = _code(error)
            message = f"Error: {_text(error)}"
            if code == ExitCode.INTERNAL:
                message = (
                    f"Internal error: {type(error).__name__}: {error}\nPlease report it, with what PELLUCID_TRACEBACK=1 shows."
                )
            _end(message, code)
            raise AssertionError from None

    return run


def _end(message: str, code: ExitCode) -> None:
    print(message, file=sys.stderr)
    raise typer.Exit(int(code)) from None


def _code(error: Exception) -> ExitCode:
    if isinstance(error, Failure):
        return error.code
    if isinstance(error, DataError | DatasetUnavailable | FileFormatError | ShapeError):
        return ExitCode.DATA
    return ExitCode.USAGE if isinstance(error, PellucidError) else ExitCode.INTERNAL


def _text(error: Exception) -> str:
    if isinstance(error, OSError) and not isinstance(error, PellucidError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}."
    return str(error)
