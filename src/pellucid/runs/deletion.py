"""Deleting a run: its folder, where that lies within the folder of runs, and its rows."""

from __future__ import annotations

import shutil

from pellucid.errors import InUseError
from pellucid.runs.database import RunDatabase
from pellucid.runs.run import Run, State


def delete(database: RunDatabase, run: Run) -> bool:
    """Remove a run; whether its folder was removed, too. One that lies elsewhere stays, and so does what a link points to.

    Raises:
        InUseError: it is being trained. OSError: a file cannot be removed; the run is then still in the database.
    """
    if run.seen().state is State.RUNNING:
        where = "" if run.process is None else f" by process {run.process.pid} on {run.process.host}"
        raise InUseError(f"Run {run.id} ({run.folder}) is being trained{where}. Stop it first.")
    folder = database.folder(run)
    remove = database.holds(run) and folder.is_dir() and not folder.is_symlink() and ".." not in folder.parts
    if remove:
        shutil.rmtree(folder)  # follows no links
    database.delete(run.id)
    return remove
