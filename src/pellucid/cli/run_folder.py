"""RunFolder: what a training run leaves behind, written and read."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pellucid.atomic import write_text
from pellucid.checkpoints import CheckpointFolder
from pellucid.cli.outcome import ExitCode, Failure, failing_with
from pellucid.errors import FileFormatError
from pellucid.folders import next_free
from pellucid.runs.folder import BEGUN, FORMAT, RECORD, write_begun, write_history, write_record

if TYPE_CHECKING:
    from pellucid.cli.report import Report

MODEL, HISTORY_TABLE, CURVES = "model.safetensors", "history.csv", "curves.png"
CHECKPOINTS = "checkpoints"  # of a run that has not ended


class RunFolder:
    """A folder with a model, its history, a record of how it came about, and the curves.

    Args:
        path: the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, out: Path | None, name: str, *, overwrite: bool = False) -> RunFolder:
        """An empty folder: ``out``, or the first ``runs/NAME-001``, ``-002``, ... that is free.

        Raises:
            Failure: ``out`` has something in it (and ``overwrite`` is not set), or no folder can be made.
        """
        with failing_with(ExitCode.RUN):
            if out is None:
                return cls(next_free(Path("runs"), name))
            out.mkdir(parents=True, exist_ok=True)
            if not overwrite and any(out.iterdir()):
                raise Failure(f"--out {out}: the folder is not empty. Name another, or add --overwrite.", ExitCode.RUN)
            return cls(out)

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """A folder that a run was written into.

        Raises:
            Failure: it is none.
        """
        lacking = [file for file in (RECORD, MODEL) if not (path / file).is_file()]
        if lacking:
            what = f"lacks {' and '.join(lacking)}" if path.is_dir() else "no such folder"
            raise Failure(
                f"{path}: not a run ({what}). Runs are what `pellucid train` writes, such as runs/digits-001.", ExitCode.RUN
            )
        return cls(path)

    @property
    def checkpoints(self) -> Path:
        """Where the run's checkpoints are while it has not ended."""
        return self.path / CHECKPOINTS

    @contextlib.contextmanager
    def alone(self) -> Iterator[CheckpointFolder]:
        """Within, no other process trains in this folder; gives its checkpoints.

        Raises:
            Failure: another process does.
        """
        checkpoints = CheckpointFolder(self.checkpoints)
        with failing_with(ExitCode.RUN):
            checkpoints.acquire()
        try:
            yield checkpoints
        finally:
            checkpoints.release()

    def begin(self, settings: Mapping[str, Any], fingerprint: str) -> None:
        """Write down what was asked for, so that the run can be resumed; forget an earlier run's checkpoints.

        Raises:
            Failure: another process trains here, or the disk is full or fails.
        """
        with failing_with(ExitCode.RUN), self.alone() as checkpoints:
            for step in checkpoints.steps():  # not the whole folder: with another lock file, two processes could have a lock each
                checkpoints.file(step).unlink()
            self.note(settings, fingerprint)

    def note(self, settings: Mapping[str, Any], fingerprint: str) -> None:
        """Write down what is asked for, within `alone`.

        Raises:
            Failure: the disk is full or fails.
        """
        with failing_with(ExitCode.RUN):
            write_begun(self.path, settings, fingerprint)

    def begun(self) -> tuple[dict[str, Any], str]:
        """The settings of a run that has not ended, and the fingerprint of its data.

        Raises:
            Failure: there is no such run, or it has ended.
        """
        file = self.path / BEGUN
        if not file.is_file():
            what = "has ended" if (self.path / RECORD).is_file() else "is not a run that was begun"
            raise Failure(f"--resume {self.path}: {what}. Runs that were stopped have a file {BEGUN}.", ExitCode.RUN)
        try:
            begun = json.loads(file.read_text(encoding="utf-8"))
            return dict(begun["settings"]), str(begun["fingerprint"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise Failure(f"{file}: damaged ({type(error).__name__}: {error}). Train the run anew.", ExitCode.RUN) from error

    def epochs_begun(self) -> int:
        """How many epochs the newest checkpoint has seen, one that was not at its end among them."""
        with contextlib.suppress(FileFormatError, KeyError, TypeError), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is damaged, fit tells
            stored = CheckpointFolder(self.checkpoints).newest()
            if stored is not None:
                training = stored.content["training"]
                return int(training["epoch"] + (training["steps"] > 0))
        return 0

    def end(self) -> None:
        """Remove what only a run that has not ended needs; nothing where another process trains here by now."""
        with contextlib.suppress(OSError, Failure):
            with self.alone():
                (self.path / BEGUN).unlink(missing_ok=True)
            shutil.rmtree(self.checkpoints, ignore_errors=True)

    def discard(self) -> None:
        """Remove the folder if nothing is in it that could be gone on with."""
        if not any(self.checkpoints.glob("*.safetensors")) and not (self.path / RECORD).exists():
            self.end()
        with contextlib.suppress(OSError):
            self.path.rmdir()

    def write(
        self,
        model: Any,
        history: Mapping[str, Sequence[float]],
        record: Mapping[str, Any],
        title: str,
        report: Report | None = None,
    ) -> list[str]:
        """Write all files; the record comes last, so a folder with a record is whole. Returns the names of the pictures.

        Raises:
            Failure: the disk is full or fails; the run is then in a folder for temporary files, if that one has room.
        """
        run = (model, history, record, title, report)
        with failing_with(ExitCode.RUN):
            try:
                return self._write(*run)
            except OSError as error:
                raise Failure(self._written_elsewhere(error, *run), ExitCode.RUN) from error

    def _written_elsewhere(self, error: OSError, *run: Any) -> str:
        """What to say of a run that its folder has no room for: where it is, or how to have it again."""
        failed = f"{self.path}: the run cannot be written ({error.strerror or error})."
        try:
            elsewhere = RunFolder(Path(tempfile.mkdtemp(prefix=f"pellucid-{self.path.name}-")))
            elsewhere._write(*run)
        except OSError:
            return f"{failed} Make room; pellucid train --resume {self.path} then goes on from the last checkpoint."
        return f"{failed} It was written to {elsewhere.path} instead. Make room, and move it."

    def _write(
        self,
        model: Any,
        history: Mapping[str, Sequence[float]],
        record: Mapping[str, Any],
        title: str,
        report: Report | None,
    ) -> list[str]:
        pictures = []
        (self.path / RECORD).unlink(missing_ok=True)
        model.save(self.path / MODEL)
        write_history(self.path, history)
        self._write_history_table(history)
        if any(history.values()):
            from pellucid.figures import save_history

            save_history(history, self.path / CURVES, title)
            pictures.append(CURVES)
        if report is not None:
            pictures += report.draw(self.path)
        write_record(self.path, record)
        return pictures

    def _write_history_table(self, history: Mapping[str, Sequence[float]]) -> None:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(["epoch", *history])
        writer.writerows([epoch, *values] for epoch, values in enumerate(zip(*history.values(), strict=False), 1))
        write_text(self.path / HISTORY_TABLE, text.getvalue())

    def record(self) -> dict[str, Any]:
        """What the run was: settings, seed, versions, data, results.

        Raises:
            Failure: the file is damaged or of a later version.
        """
        file = self.path / RECORD
        try:
            record = json.loads(file.read_text(encoding="utf-8"))
            if record["format"] > FORMAT:
                raise Failure(f"{file}: written by a later version of Pellucid. Install that one to read it.", ExitCode.RUN)
            _check(record)
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise Failure(f"{file}: damaged ({type(error).__name__}: {error}). Train the run anew.", ExitCode.RUN) from error
        return dict(record)

    def model(self) -> Any:
        """The trained model.

        Raises:
            Failure: the file is damaged.
        """
        from pellucid.models import load_model

        with failing_with(ExitCode.RUN):
            return load_model(self.path / MODEL)


def _check(record: Any) -> None:
    for key in ("settings", "data", "results"):
        if not isinstance(record[key], dict):
            raise TypeError(f"{key} must be an object")
    data = record["data"]
    for key in ("label_names", "feature_names"):
        if not all(isinstance(name, str) for name in data[key]):
            raise TypeError(f"{key} must be names")
    if data["problem"] not in ("classification", "regression"):
        raise ValueError(f"no such problem: {data['problem']!r}")
    for key, kind in (("fingerprint", str), ("name", str)):
        if not isinstance(data[key], kind):
            raise TypeError(f"{key} must be of type {kind.__name__}")
    if not isinstance(record["settings"]["seed"], int) or not 0 <= record["settings"]["validation_split"] < 1:
        raise ValueError("seed or validation_split is out of range")
