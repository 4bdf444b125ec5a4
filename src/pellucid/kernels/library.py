"""Loads kernels by name, compiled or from a cache that cannot be stale.

Numba's own cache key leaves out flags, frozen globals and callees in other files. So the cache folder carries a hash of all
kernel sources and of the versions of what compiles them.
"""

from __future__ import annotations

import functools
import importlib
import os
import pickle  # for its error alone: Numba's cache is read by Numba
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from pellucid.errors import ArgumentError
from pellucid.folders import user_cache

_T = TypeVar("_T")
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


def is_cached(name: str = "") -> bool:
    """Whether the kernel ``file.function`` (any, without a name) was compiled here before, so that loading will be quick."""
    return any(cache_folder().rglob(f"{name}-*.nbi" if name else "*.nbi"))


@functools.cache
def _announce() -> None:
    """Say, once in a process, why the first step takes so long."""
    sys.stderr.write(f"Compiling kernels for this machine, which takes some seconds once; kept in {cache_folder()}.\n")


@functools.cache
def load(name: str) -> int:
    """The address of the kernel ``file.function``."""
    if not is_cached(name):
        _announce()
    file, _, function = name.partition(".")
    return _with_sound_cache(lambda: int(getattr(module(file), function).address))


@functools.cache
def module(file: str) -> ModuleType:
    """A file of kernels, imported."""
    return _with_sound_cache(lambda: importlib.import_module(f"pellucid.kernels.{file}"))


def _with_sound_cache(compile_: Callable[[], _T]) -> _T:
    """``compile_()``; a cache that turns out damaged (a crash while it was written) is made anew."""
    import shutil

    with _lock:
        try:
            return compile_()
        except (EOFError, pickle.UnpicklingError, OSError):
            shutil.rmtree(cache_folder(), ignore_errors=True)
            cache_folder.cache_clear()
            return compile_()


def _fingerprint() -> str:
    import hashlib
    import platform
    from importlib.metadata import version  # costs 20 ms, and ``import pellucid`` needs none of these

    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + source.read_bytes())
    versions = [f"{package} {version(package)}" for package in ("numba", "llvmlite", "numpy", "scipy")]
    digest.update(" ".join([*versions, sys.version, platform.machine()]).encode())
    return digest.hexdigest()[:16]


def _renew_lock() -> None:
    """In a forked child: the lock may have been copied while another thread held it."""
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)
