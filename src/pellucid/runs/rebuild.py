"""rebuild: the database anew, from the folders."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from pellucid.atomic import flush_folder
from pellucid.errors import FileFormatError, InUseError
from pellucid.runs.database import FILE, RunDatabase
from pellucid.runs.folder import History, is_run, read_folder
from pellucid.runs.run import Run, State

_DEPTH = 3  # folders within folders: runs, studies, their trials
_BESIDE = ("-wal", "-shm", "-journal")


def rebuild(root: str | Path) -> tuple[int, list[str], Path | None]:
    """Make the database of a folder of runs anew, oldest run first; numbers may change.

    The database that was there is kept under another name. Runs that it knows outside of the folder are taken along where it can
    still be read.

    Returns:
        how many runs there are, what is wrong with those folders that cannot be read, and where the old database is now.

    Raises:
        InUseError: a run is being trained here. OSError: the disk is full or fails; the database before stays as it was.
    """
    root = Path(root)
    known = _known(root)
    if running := [run for run in known if run.state is State.RUNNING]:
        raise InUseError(f"{root}: run {running[0].id} ({running[0].folder}) is being trained. Wait until it has ended.")
    found: list[tuple[Run, History]] = []
    wrong: list[str] = []
    work = root / f".rebuild-{secrets.token_hex(6)}"
    outside = [Path(run.folder) for run in known if os.path.isabs(run.folder)]
    for path in [*_folders(root, _DEPTH), *(path for path in outside if is_run(path))]:
        key = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
        try:
            found.append(read_folder(path, key))
        except FileFormatError as error:
            wrong.append(str(error))
    found.sort(key=lambda item: (item[0].begun, item[0].folder))
    try:
        with RunDatabase(work) as database:
            for run, history in found:
                number = database.put(run)
                rows = [(i, name, value) for name, values in history.items() for i, value in enumerate(values, 1)]
                database.add_metrics(number, "epoch", rows)
        old = _set_aside(root)
        os.replace(work / FILE, root / FILE)
        flush_folder(root)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return len(found), wrong, old


def _known(root: Path) -> list[Run]:
    with contextlib.suppress(FileFormatError, OSError):
        if (root / FILE).is_file():
            with RunDatabase(root, check=True) as database:
                return database.runs()
    return []


def _folders(root: Path, depth: int) -> Iterator[Path]:
    with os.scandir(root) as entries:
        folders = sorted(Path(e.path) for e in entries if e.is_dir(follow_symlinks=False) and not e.name.startswith("."))
    for folder in folders:
        if is_run(folder):
            yield folder
        elif depth > 1:
            with contextlib.suppress(PermissionError):
                yield from _folders(folder, depth - 1)


def _set_aside(root: Path) -> Path | None:
    """Rename the database with the files beside it, which would otherwise be taken for the new one's."""
    if not (root / FILE).exists():
        for ending in _BESIDE:
            (root / (FILE + ending)).unlink(missing_ok=True)
        return None
    number = 1
    while (aside := root / f"{FILE}.old-{number}").exists():
        number += 1
    for ending in ("", *_BESIDE):
        with contextlib.suppress(FileNotFoundError):
            os.replace(root / (FILE + ending), root / (aside.name + ending))
    return aside
