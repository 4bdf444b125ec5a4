"""The alarm: a word of memory that a signal sets at once, while compiled code runs in the thread that will handle it.

Python runs a signal's handler between two of its own instructions, so never before a job has ended. What does happen as the
signal arrives is that one byte is written to the file named by ``signal.set_wakeup_fd``. Here this file lies in memory, where
the driver looks at it after each step: so jobs may be long, and Ctrl-C is answered after the step that runs.
"""

from __future__ import annotations

import mmap
import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


class Alarm:
    """The word, and the file that a signal writes to.

    Raises:
        OSError: there can be no such file.
    """

    def __init__(self) -> None:
        if hasattr(os, "memfd_create"):
            self.file = os.memfd_create("pellucid-alarm")
        else:
            with tempfile.TemporaryFile() as file:
                self.file = os.dup(file.fileno())
        os.ftruncate(self.file, mmap.PAGESIZE)
        os.set_blocking(self.file, False)  # or it is refused as a wakeup file
        self._word = np.frombuffer(mmap.mmap(self.file, mmap.PAGESIZE), np.int64, 1)
        self.address = int(self._word.ctypes.data)

    def reset(self) -> None:
        """Be ready for the next signal. One that comes meanwhile is handled before the next job begins."""
        if self._word[0]:
            os.lseek(self.file, 0, os.SEEK_SET)
            self._word[0] = 0


_alarm: Alarm | None = None
_listening = 0  # calls of `listening` that go on, one within another


def armed() -> Alarm | None:
    """The alarm, where a signal reaches it at present."""
    return _alarm if _listening else None


@contextmanager
def listening() -> Iterator[None]:
    """Within, a signal ends the running job after its present step; without an alarm (see `armed`) it waits for the job's end.

    There is none outside of the main thread, which alone handles signals; on Windows, whose wakeup file is a socket; and where
    another library, such as a running event loop, has set a wakeup file already.
    """
    global _listening
    if not _connect():
        yield
        return
    _listening += 1
    try:
        yield
    finally:
        _listening -= 1
        if not _listening:
            _disconnect()


def _connect() -> bool:
    """Let signals write to the alarm's file; whether they do."""
    global _alarm
    if os.name == "nt" or threading.current_thread() is not threading.main_thread():
        return False
    if _listening:
        return True
    try:
        _alarm = _alarm or Alarm()
        before = signal.set_wakeup_fd(_alarm.file, warn_on_full_buffer=False)
    except (OSError, ValueError):  # no such file; an interpreter that handles no signals
        return False
    if before != -1:
        signal.set_wakeup_fd(before)
    return before == -1


def _disconnect() -> None:
    assert _alarm is not None
    if (other := signal.set_wakeup_fd(-1)) != _alarm.file:  # set by a callback
        signal.set_wakeup_fd(other)


def _forget() -> None:
    """A forked child shares the file with its parent, and must not wake it."""
    global _alarm, _listening
    if _listening:
        _disconnect()
    _alarm, _listening = None, 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
