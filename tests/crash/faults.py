"""Faults of a disk: a kill or an error at the n-th of its operations, and the record of all."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

OPERATIONS = ("open", "write", "fsync", "replace", "unlink")
HOW = ("killed before", "killed after", "killed within", "full", "full for a while")
_WHILE = 12


@dataclass
class Disk:
    """Stands between the program and the system's calls that write.

    Args:
        at: the number of the operation at which the fault comes, from 0; None for none.
        how: one of `HOW`. "within" writes half of the data first.
    """

    at: int | None = None
    how: str = "full"
    done: list[str] = field(default_factory=list)

    def around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def operation(*arguments: Any, **named: Any) -> Any:
            if name == "open" and not (len(arguments) > 1 and arguments[1] & (os.O_WRONLY | os.O_RDWR)):
                return call(*arguments, **named)
            number = len(self.done)
            self.done.append(name)
            if self.at is None or number < self.at:
                return call(*arguments, **named)
            if (self.how == "full" and number == self.at) or (self.how == "full for a while" and number < self.at + _WHILE):
                raise OSError(errno.ENOSPC, "no space left on the device")
            if number == self.at and self.how.startswith("killed"):
                if self.how == "killed within" and name == "write":
                    descriptor, data = arguments
                    call(descriptor, data[: len(data) // 2])
                elif self.how != "killed before":
                    call(*arguments, **named)
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **named)

        return operation


@contextmanager
def faulty(disk: Disk) -> Iterator[Disk]:
    """Within, every call of `os` that writes goes through ``disk``."""
    real = {name: getattr(os, name) for name in OPERATIONS}
    for name, call in real.items():
        setattr(os, name, disk.around(name, call))
    try:
        yield disk
    finally:
        for name, call in real.items():
            setattr(os, name, call)
