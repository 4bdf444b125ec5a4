"""What kernels are written with: addresses as arrays, the share of a rank, and the decorator that compiles.

A kernel is compiled as a C function ``int64 (int64 arguments, int64 rank, int64 ranks)``: ``arguments`` is the address of a
block of int64 (sizes, flags, addresses; see ``Call``). It works on its share, starts no thread, takes no GIL, allocates nothing
and never raises: an exception in a compiled callback is printed, forgotten, and 0 returned. So OK is not 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
from numba import types
from numba.extending import intrinsic

from pellucid.kernels.library import cache_folder

RAISED = 0
OK = 1
NOT_FINITE = 2
OUT_OF_RANGE = 3

# Never nnan or ninf: with them the compiler may delete a test for NaN or infinity.
FASTMATH = {"contract", "reassoc", "nsz", "arcp"}
SIGNATURE = types.int64(types.int64, types.int64, types.int64)

_OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy", "fastmath": FASTMATH}


def _cached(compile_: Callable[..., Any]) -> Any:
    """Point Numba's cache at ours for one decoration.

    Each time anew: Numba reads its settings again, and forgets ours, when an environment variable of its own has changed.
    """
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache_folder())
    try:
        return compile_()
    finally:
        numba.config.CACHE_DIR = before


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a top-level function as a kernel (a closure would never be cached); its ``address`` is what a program calls."""
    return _cached(lambda: numba.cfunc(SIGNATURE, nopython=True, **_OPTIONS)(function))


def inner(function: Callable[..., Any]) -> Any:
    """Compile a function that kernels call."""
    return _cached(lambda: numba.njit(**_OPTIONS)(function))


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a small function that must not cost a call in an inner loop."""
    return _cached(lambda: numba.njit(forceinline=True, **_OPTIONS)(function))


def released(signature: Any) -> Any:
    """Compile a function that Python calls and that lets other Python threads run meanwhile."""
    return lambda function: _cached(lambda: numba.njit(signature, cache=True, nogil=True)(function))


def _pointer(result: Any) -> Any:
    def typed(typing_context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

        return types.CPointer(result)(types.int64), generate

    return intrinsic(typed)


as_float32 = _pointer(types.float32)
as_float64 = _pointer(types.float64)
as_int64 = _pointer(types.int64)
as_int32 = _pointer(types.int32)
as_uint8 = _pointer(types.uint8)


@intrinsic
def float_of_bits(typing_context: Any, bits: Any) -> Any:
    """The float64 whose bits are this int64: how a float travels in an argument block."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(types.float64))

    return types.float64(types.int64), generate


@inlined
def arguments_at(address: int, count: int) -> Any:
    return numba.carray(as_int64(address), count)


@inlined
def matrix(address: int, rows: int, columns: int) -> Any:
    """The float32 matrix (rows, columns) at an address."""
    return numba.carray(as_float32(address), (rows, columns))


@inlined
def vector(address: int, size: int) -> Any:
    return numba.carray(as_float32(address), size)


@inlined
def integers(address: int, size: int) -> Any:
    return numba.carray(as_int64(address), size)


@inlined
def doubles(address: int, size: int) -> Any:
    return numba.carray(as_float64(address), size)


@inlined
def share(n: int, rank: int, ranks: int) -> Any:
    """First and last+1 of this rank's rows among ``n``."""
    return n * rank // ranks, n * (rank + 1) // ranks
