"""Matrix products from compiled code: SciPy's own BLAS, called by address.

`scipy.linalg.cython_blas` exports the addresses of its routines. Registered under a name, they can be called from cached
code (an address written into the code could not be cached) with leading dimensions and beta, so slices need no copy. SciPy's
copy of OpenBLAS is set to one thread for the whole process, because the ranks of the team are the threads here and two sets
of threads on one machine wait for each other; NumPy's own copy is not touched.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import llvmlite.binding
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import get_cython_function_address, intrinsic
from threadpoolctl import ThreadpoolController

_SYMBOL = "pellucid_sgemm"
llvmlite.binding.add_symbol(_SYMBOL, get_cython_function_address("scipy.linalg.cython_blas", "sgemm"))

# By folder: NumPy's wheels hold a library of nearly the same name.
_scipys_own = [
    library
    for library in ThreadpoolController().select(user_api="blas").lib_controllers
    if {"scipy.libs", "scipy"} & set(Path(library.filepath).parts)
]


def keep_to_one_thread() -> None:
    """Set SciPy's BLAS to one thread (again: leaving somebody's ``threadpool_limits`` block sets it back)."""
    for library in _scipys_own:
        library.set_num_threads(1)


keep_to_one_thread()


_INT32 = ir.IntType(32)
_FLOAT = ir.FloatType()
_BYTES = ir.IntType(8).as_pointer()
_ROUTINE = ir.FunctionType(ir.VoidType(), [_BYTES] * 13)


@intrinsic
def sgemm(typing_context, transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc):
    """C[m, n] = alpha * op(A)[m, k] op(B)[k, n] + beta * C, row-major float32 at addresses, with leading dimensions.

    BLAS is column-major; a row-major product is the column-major product of the transposes in reverse order. Fortran
    takes every argument by reference.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc = arguments

        def by_reference(value: Any) -> Any:
            return builder.bitcast(cgutils.alloca_once_value(builder, value), _BYTES)

        def letter(transpose: Any) -> Any:
            return by_reference(builder.select(transpose, _BYTES.pointee(ord("T")), _BYTES.pointee(ord("N"))))

        def size(value: Any) -> Any:
            return by_reference(builder.trunc(value, _INT32))

        def leading(value: Any) -> Any:  # BLAS wants at least 1, of an empty matrix too
            one = value.type(1)
            return size(builder.select(builder.icmp_signed("<", value, one), one, value))

        def number(value: Any) -> Any:
            return by_reference(builder.fptrunc(value, _FLOAT))

        def at(address: Any) -> Any:
            return builder.inttoptr(address, _BYTES)

        routine = cgutils.get_or_insert_function(builder.module, _ROUTINE, _SYMBOL)
        with builder.if_then(builder.and_(_positive(builder, m), _positive(builder, n))):
            builder.call(
                routine,
                [
                    *(letter(transpose_b), letter(transpose_a), size(n), size(m), size(k), number(alpha)),
                    *(at(b), leading(ldb), at(a), leading(lda), number(beta), at(c), leading(ldc)),
                ],
            )
        return context.get_dummy_value()

    sizes, place = [types.int64] * 3, [types.int64] * 2
    return types.void(types.boolean, types.boolean, *sizes, types.float64, *place, *place, types.float64, *place), generate


def _positive(builder: Any, value: Any) -> Any:
    return builder.icmp_signed(">", value, value.type(0))
