"""Folders: where Pellucid keeps what it makes or fetches for this user, new ones by number, and who may write into one."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def user_cache() -> Path:
    """PELLUCID_CACHE where it is set, else ``pellucid`` in the folder that the operating system has for caches."""
    if "PELLUCID_CACHE" in os.environ:
        return Path(os.environ["PELLUCID_CACHE"])
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "pellucid"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "pellucid"
    return Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))) / "pellucid"


def next_free(parent: Path, name: str) -> Path:
    """A new folder: the first of ``NAME-001``, ``-002``, ... that there is not."""
    number = 1
    while True:
        path = parent / f"{name}-{number:03d}"
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return path


def lock(descriptor: int) -> None:
    """An exclusive lock on an open file, which the system lifts when the process closes it or ends, however it ends.

    Raises:
        OSError: another process has it.
    """
    try:
        import fcntl
    except ImportError:  # Windows has no such thing
        return
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
