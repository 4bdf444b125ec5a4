"""Resident memory of this process, in bytes. Uses nothing but the standard library."""

from __future__ import annotations

import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak() -> int:
    """The highest so far.

    On Linux from /proc, because ``ru_maxrss`` of a started process begins with the size of the one that started it.
    """
    if _STATUS.exists():
        return _field("VmHWM")
    import resource  # not on Windows

    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return highest if sys.platform == "darwin" else 1024 * highest


def now() -> int:
    """At this moment; only on Linux."""
    return _field("VmRSS")


def _field(name: str) -> int:
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return 1024 * int(line.split()[1])
    raise RuntimeError(f"{_STATUS} has no {name}")
