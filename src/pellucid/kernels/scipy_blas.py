"""The addresses of SciPy's BLAS routines, without the half second and 25 MB that importing `scipy.linalg` takes."""

from __future__ import annotations

import ctypes
import sys
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import scipy

from pellucid.errors import KernelError

_NAME = "scipy.linalg.cython_blas"


def routine(name: str) -> int:
    """The address of a routine that `scipy.linalg.cython_blas` exports.

    Raises:
        KernelError: this build of SciPy counts in 64-bit integers, and would read our sizes wrong.
    """
    capsule = _extension().__pyx_capi__[name]
    api = ctypes.pythonapi
    api.PyCapsule_GetName.restype, api.PyCapsule_GetName.argtypes = ctypes.c_char_p, [ctypes.py_object]
    api.PyCapsule_GetPointer.restype, api.PyCapsule_GetPointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    signature = api.PyCapsule_GetName(capsule)  # as Cython names a capsule: by the C signature of what it holds
    if b"int *" not in signature or b"long" in signature:
        raise KernelError(f"SciPy's {name} must take 32-bit sizes. It is {signature.decode()!r}. Set PELLUCID_KERNELS=reference.")
    return int(api.PyCapsule_GetPointer(capsule, signature))


def _extension() -> Any:
    """The extension module alone, loaded from its file; by the ordinary import where it lies elsewhere than expected."""
    if _NAME in sys.modules:
        return sys.modules[_NAME]
    folder = Path(scipy.__file__).parent / "linalg"
    for file in (folder / f"cython_blas{suffix}" for suffix in EXTENSION_SUFFIXES):
        if file.exists():
            loader = ExtensionFileLoader(_NAME, str(file))
            spec = spec_from_file_location(_NAME, file, loader=loader)
            assert spec is not None
            module = module_from_spec(spec)
            loader.exec_module(module)
            return module
    return import_module(_NAME)
