"""RecordedEpochs: a run of the command line in the database of runs, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pellucid.callbacks import Callback
from pellucid.callbacks.callback import Logs
from pellucid.runs import Recorder, Run, State
from pellucid.runs.database import FILE

RUNS = Path("runs")


def runs_root(folder: Path) -> Path:
    """The folder whose database a run belongs to: the one above the run where that has a database, else ``runs`` here."""
    return folder.parent if (folder.parent / FILE).is_file() else RUNS


def run_of(folder: Path, record: Mapping[str, Any], *, study: str | None = None, trial: int | None = None) -> Run:
    """A run as the database has it, of the record that goes into ``run.json``."""
    return Run(
        str(folder),
        State.RUNNING,
        record["begun"],
        seed=record["settings"]["seed"],
        study=study,
        trial=trial,
        settings=record["settings"],
        data=record["data"],
        versions={"pellucid": record["pellucid"], **record["versions"]},
        machine=record["machine"],
    )


class RecordedEpochs(Callback):
    """Passes epochs on to a recorder, from the first one that is trained."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self._begun = False

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        if not self._begun:  # not before: where a training is resumed, only this moment tells from where
            self._begun = True
            self.recorder.resume(epoch)
            self.recorder.begin()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.recorder.epoch(epoch, logs)
