"""Matrix products from compiled code: SciPy's own BLAS, called by address.

`scipy.linalg.cython_blas` exports the addresses of its routines. Registered under a name, they can be called from cached
code (an address written into the code could not be cached) with leading dimensions and beta, so slices need no copy. SciPy's
copy of OpenBLAS is set to one thread for the whole process, because the ranks of the team are the threads here and two sets
of threads on one machine wait for each other; NumPy's own copy is not touched.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding
import numpy as np
import scipy.linalg.cython_blas  # noqa: F401  (the import loads the library)
from numba import types
from numba.core import cgutils
from numba.extending import get_cython_function_address, intrinsic
from threadpoolctl import ThreadpoolController

from pellucid.kernels.base import inner

llvmlite.binding.add_symbol("pellucid_sgemm", get_cython_function_address("scipy.linalg.cython_blas", "sgemm"))
_sgemm = types.ExternalFunction("pellucid_sgemm", types.void(*[types.voidptr] * 13))

_scipys_own = [b for b in ThreadpoolController().select(user_api="blas").lib_controllers if "scipy" in b.filepath]


def keep_to_one_thread() -> None:
    """Set SciPy's BLAS to one thread (again: leaving somebody's ``threadpool_limits`` block sets it back)."""
    for library in _scipys_own:
        library.set_num_threads(1)


keep_to_one_thread()


@intrinsic
def _address_of(typing_context: Any, value: Any) -> Any:
    """The address of a copy of ``value`` on the stack: Fortran takes every argument by reference."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = cgutils.alloca_once_value(builder, arguments[0])
        return builder.bitcast(place, cgutils.voidptr_t)

    return types.voidptr(value), generate


@intrinsic
def _pointer_at(typing_context: Any, address: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), generate


_TRANSPOSE = np.uint8(ord("T"))
_AS_IT_IS = np.uint8(ord("N"))


@inner
def sgemm(  # type: ignore[no-untyped-def]
    transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc
):
    """C[m, n] = alpha * op(A)[m, k] op(B)[k, n] + beta * C, row-major float32 at addresses, with leading dimensions.

    BLAS is column-major; a row-major product is the column-major product of the transposes in reverse order.
    """
    if m <= 0 or n <= 0:
        return
    _sgemm(
        _address_of(_TRANSPOSE if transpose_b else _AS_IT_IS),
        _address_of(_TRANSPOSE if transpose_a else _AS_IT_IS),
        _address_of(np.int32(n)),
        _address_of(np.int32(m)),
        _address_of(np.int32(k)),
        _address_of(np.float32(alpha)),
        _pointer_at(b),
        _address_of(np.int32(ldb)),
        _pointer_at(a),
        _address_of(np.int32(lda)),
        _address_of(np.float32(beta)),
        _pointer_at(c),
        _address_of(np.int32(ldc)),
    )
