"""Loads kernels by name: kept from before, or compiled now and kept.

What is kept is never stale: its folder carries a hash of all kernel sources, of the versions of what compiles them, and of the
processor that they were compiled for. Numba is imported only where something has to be compiled.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import sys
import threading
from pathlib import Path

from pellucid.errors import ArgumentError
from pellucid.folders import user_cache
from pellucid.kernels import objects

_ENVIRONMENT = "PELLUCID_KERNELS"
_MODES = ("compiled", "reference", "stepped")
_lock = threading.RLock()


def mode() -> str:
    """How plans run, from the environment's PELLUCID_KERNELS.

    ``compiled``; ``reference``: plain NumPy, no Numba; ``stepped``: compiled, but call by call and checked.
    """
    chosen = os.environ.get(_ENVIRONMENT, "compiled")
    if chosen not in _MODES:
        raise ArgumentError(f"{_ENVIRONMENT} must be one of {', '.join(_MODES)}. Received {chosen!r}.")
    return chosen


@functools.cache
def cache_folder() -> Path:
    """Where this version's compiled kernels are kept; a temporary folder where nothing may be written."""
    import tempfile

    root = user_cache() / "kernels"
    folder = root / _fingerprint()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="pellucid-kernels-"))
    return folder


def is_cached(name: str = "*") -> bool:
    """Whether the kernel ``file.function`` (any, without a name) was compiled here before, so that loading will be quick."""
    return any(cache_folder().glob(f"{name}{objects.SUFFIX}"))


@functools.cache
def _announce() -> None:
    """Say, once in a process, why the first step takes so long."""
    sys.stderr.write(f"Compiling kernels for this machine, which takes some seconds once; kept in {cache_folder()}.\n")


def load(name: str) -> int:
    """The address of the kernel ``file.function``."""
    with _lock:
        return _load(name)


@functools.cache
def _load(name: str) -> int:
    path = cache_folder() / f"{name}{objects.SUFFIX}"
    found = objects.Object.read(path)
    if found is None:
        _announce()
        found = _compile(name)
        with contextlib.suppress(OSError):  # a full disk: it is compiled again next time
            found.write(path)
    return objects.link({symbol: _load(needed) for symbol, needed in found.needs.items()}, found)


def _compile(name: str) -> objects.Object:
    from pellucid.kernels.base import find

    importlib.import_module(f"pellucid.kernels.{name.partition('.')[0]}")
    return find(name).compile()


def _fingerprint() -> str:
    import hashlib
    import platform
    from importlib.metadata import version  # costs 20 ms, and ``import pellucid`` needs none of these

    from llvmlite.binding import get_host_cpu_features, get_host_cpu_name

    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + source.read_bytes())
    versions = [f"{package} {version(package)}" for package in ("numba", "llvmlite", "numpy", "scipy")]
    processor = [platform.machine(), get_host_cpu_name(), get_host_cpu_features().flatten()]
    digest.update(" ".join([*versions, sys.version, *processor]).encode())
    return digest.hexdigest()[:16]


def _renew_lock() -> None:
    """In a forked child: the lock may have been copied while another thread held it."""
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)
