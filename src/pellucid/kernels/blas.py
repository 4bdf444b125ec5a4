"""SciPy's own BLAS: the addresses of its routines, and its threads.

`scipy.linalg.cython_blas` exports the addresses of its routines. Registered under a name, they can be called from kept code (an
address written into the code could not be kept). SciPy's copy of OpenBLAS is set to one thread for the whole process, because
the ranks of the team are the threads here and two sets of threads on one machine wait for each other; NumPy's own copy is not
touched.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path
from typing import Any

SGEMM = "pellucid_sgemm"


def addresses() -> dict[str, int]:
    """Where the routines are, by the names under which kernels call them."""
    capsule = _cython_blas().__pyx_capi__["sgemm"]
    name, pointer = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    name.restype, name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return {SGEMM: int(pointer(capsule, name(capsule)))}


def _cython_blas() -> Any:
    """The module without its package: to import ``scipy.linalg`` takes a fifth of a second, a quarter of a first step's time.

    A later import of it elsewhere gives the same module, and puts it into its package.
    """
    import scipy  # lets the libraries be found on Windows

    name = "scipy.linalg.cython_blas"
    if name in sys.modules:
        return sys.modules[name]
    spec = PathFinder.find_spec(name, [str(Path(folder) / "linalg") for folder in scipy.__path__])
    if spec is None or spec.loader is None:
        return import_module(name)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules.pop(name, None)  # where it writes itself
    return module


_SETTERS = tuple(f"{prefix}openblas_set_num_threads{suffix}" for prefix in ("scipy_", "") for suffix in ("", "64_"))


@cache
def _setters() -> list[Callable[[int], Any]]:
    """Of SciPy's own library, known by its folder: NumPy's wheels hold one of nearly the same name."""
    from threadpoolctl import ThreadpoolController

    found = ThreadpoolController().select(user_api="blas").lib_controllers
    own = [library for library in found if {"scipy.libs", "scipy"} & set(Path(library.filepath).parts)]
    return [_exported_setter(library.filepath) or library.set_num_threads for library in own]


def _exported_setter(library: str) -> Callable[[int], Any] | None:
    """The library's own function where it is OpenBLAS: a call of a microsecond, between any two jobs."""
    loaded = ctypes.CDLL(library)  # it is loaded already: the same once more
    return next((getattr(loaded, name) for name in _SETTERS if hasattr(loaded, name)), None)


def keep_to_one_thread() -> None:
    """Set SciPy's BLAS to one thread (again: leaving somebody's ``threadpool_limits`` block sets it back)."""
    for set_threads in _setters():
        set_threads(1)
