"""What a run depends on besides its settings: versions and the machine."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from typing import Any

from pellucid.engine.team import num_threads


def versions() -> dict[str, str]:
    """Of Pellucid, Python and what computes."""
    packages = {package: version(package) for package in ("numpy", "scipy", "numba")}
    return {"pellucid": version("pellucid"), "python": platform.python_version(), **packages}


def machine() -> dict[str, Any]:
    """The system, its processors, and the threads in use."""
    return {"system": platform.platform(), "processors": os.cpu_count(), "threads": num_threads()}
