"""again: a run's settings and data, read back so that it can be gone on with or repeated."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pellucid.cli.data_source import Data, open_data
from pellucid.cli.outcome import ExitCode, Failure
from pellucid.cli.preparation import problem_of
from pellucid.cli.text_run import Text, TextRun, is_text, read_text
from pellucid.cli.training_run import Settings, TrainingRun

if TYPE_CHECKING:
    from rich.console import Console


def settings_of(stored: Mapping[str, Any], folder: Path) -> Settings:
    """The settings that a run's folder holds.

    Raises:
        Failure: they are another version's.
    """
    try:
        lists = {name: tuple(stored.get(name, ())) for name in ("category", "ignore")}
        return Settings(**{**stored, **lists})
    except TypeError as error:
        raise Failure(f"{folder}: written by another version of Pellucid ({error}). Train anew.", ExitCode.RUN) from None


def data_of(settings: Settings, data_dir: Path | None) -> Data | Text:
    """What a run learned from, opened as it was then.

    Raises:
        ArgumentError, DataError, DatasetUnavailable, FileFormatError: as `open_data` and `read_text`.
    """
    if is_text(settings.data):
        return read_text(Path(settings.data))
    return open_data(
        settings.data,
        target=settings.target,
        data_dir=data_dir,
        problem=problem_of(settings.loss),
        categories=settings.category,
        ignore=settings.ignore,
    )


def run_on(data: Data | Text, settings: Settings, screen: Console) -> TrainingRun:
    """A training of whichever kind suits the data."""
    return TrainingRun(data, settings, screen) if isinstance(data, Data) else TextRun(data, settings, screen)
