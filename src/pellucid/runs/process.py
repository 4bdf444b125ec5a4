"""Process: who trains a run, told apart from a later process that was given the same number."""

from __future__ import annotations

import functools
import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """A process of some machine.

    Args:
        host: the machine's name.
        pid: its number there.
        started: what else tells it from others: the moment of its start as the system has it, and on Linux of which boot;
            empty where the system does not say.
    """

    host: str
    pid: int
    started: str = ""

    @classmethod
    def own(cls) -> Process:
        """The one that asks."""
        return _own(os.getpid())

    def is_gone(self) -> bool:
        """Whether it has ended for certain; False where that cannot be known: on another machine, on Windows.

        >>> Process.own().is_gone(), Process(platform.node(), 2**30, "1").is_gone(), Process("another", 1).is_gone()
        (False, True, False)
        """
        if self.host != platform.node() or not self.started:
            return False
        return _start(self.pid) != self.started


@functools.lru_cache(maxsize=1)  # keyed by the pid: a forked child asks anew
def _own(pid: int) -> Process:
    return Process(platform.node(), pid, _start(pid))


def _start(pid: int) -> str:
    """When this process was started; empty where there is none, or no way to know."""
    try:
        if Path("/proc/self/stat").exists():
            # After the name, which may hold anything, in parentheses: the 22nd field, in ticks since the boot.
            fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
            return "" if fields[0] == "Z" else f"{boot}/{fields[19]}"
        if os.name == "posix":  # macOS, BSD
            told = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
            return told.stdout.strip()
    except (OSError, IndexError):
        pass
    return ""
