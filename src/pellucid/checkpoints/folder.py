"""CheckpointFolder: a run's checkpoints as files, numbered by training steps."""

from __future__ import annotations

import contextlib
import os
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from pellucid.atomic import flush_folder, remove_leftovers
from pellucid.errors import ArgumentError, FileFormatError, InUseError
from pellucid.folders import lock
from pellucid.tensor_file import read_tensors, write_tensors

Array = npt.NDArray[Any]

_NAME = re.compile(r"checkpoint-(\d{10,18})\.safetensors")
_DAMAGED = ".damaged"


@dataclass(frozen=True)
class StoredCheckpoint:
    """What a checkpoint's file holds: a description and arrays; see `pellucid.tensor_file`."""

    path: Path
    content: dict[str, Any]
    arrays: dict[str, Array]


class CheckpointFolder:
    """A folder of checkpoints.

    Args:
        path: the folder; made at the first checkpoint.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._lock: int | None = None

    def steps(self) -> list[int]:
        """The training steps that there are checkpoints of, ascending."""
        try:
            names = os.listdir(self.path)
        except FileNotFoundError:
            return []
        except NotADirectoryError:
            raise ArgumentError(f"{self.path}: a folder of checkpoints is needed. Received a file.") from None
        return sorted(int(match[1]) for name in names if (match := _NAME.fullmatch(name)))

    def file(self, step: int) -> Path:
        """The file of the checkpoint after this many training steps."""
        return self.path / f"checkpoint-{step:010d}.safetensors"

    def newest(self) -> StoredCheckpoint | None:
        """The newest checkpoint that is whole; None where there is none at all. Warns of damaged ones that it passed over.

        Raises:
            FileFormatError: there are checkpoints, but all are damaged.
        """
        damaged: list[str] = []
        for step in reversed(self.steps()):
            try:
                content, arrays = read_tensors(self.file(step))
            except FileFormatError as error:
                damaged.append(str(error))
                continue
            if damaged:
                warnings.warn(
                    f"A damaged checkpoint is passed over; training goes on from {self.file(step)}. " + " ".join(damaged),
                    stacklevel=2,
                )
            return StoredCheckpoint(self.file(step), content, arrays)
        if damaged:
            raise FileFormatError(f"{self.path}: every checkpoint is damaged. " + " ".join(damaged))
        return None

    def write(self, step: int, content: Mapping[str, Any], arrays: Mapping[str, Array], *, keep: int, best: int | None) -> Path:
        """Write a checkpoint, then remove those that are neither among the newest ``keep``, nor the best, nor this one.

        Raises:
            OSError: the disk is full or fails; all checkpoints before are still there.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        file = self.file(step)
        write_tensors(file, arrays, content)
        steps = self.steps()
        for old in set(steps) - {*steps[-keep:], step, best}:
            with contextlib.suppress(OSError):  # it goes with the next one
                self.file(old).unlink()
        return file

    def set_aside_after(self, step: int) -> None:
        """Rename what is newer than the checkpoint from which training goes on: damaged, so that it no longer counts.

        Raises:
            ArgumentError: one of them is whole, so it belongs to a training that went further.
        """
        for newer in (n for n in self.steps() if n > step):
            file = self.file(newer)
            try:
                read_tensors(file)
            except FileFormatError:
                os.replace(file, file.with_name(file.name + _DAMAGED))
                flush_folder(self.path)
            else:
                raise ArgumentError(
                    f"checkpoint: {file} is newer than the checkpoint from which training shall go on. Write into another "
                    "folder, or remove it."
                )

    def acquire(self) -> None:
        """Make this process the only one that writes here, until `release` or its end; remove what a killed one left.

        Raises:
            InUseError: another process writes here.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path / ".lock", os.O_RDWR | os.O_CREAT, 0o666)
        try:
            lock(descriptor)
        except OSError:
            os.close(descriptor)
            raise InUseError(
                f"{self.path}: another process writes checkpoints here. Let it end, or name another folder."
            ) from None
        self._lock = descriptor
        remove_leftovers(self.path)

    def release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
