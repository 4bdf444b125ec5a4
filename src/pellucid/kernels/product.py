"""Matrix products in compiled code: SciPy's sgemm with leading dimensions and beta, so that slices need no copy."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from pellucid.kernels.blas import SGEMM

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

        routine = cgutils.get_or_insert_function(builder.module, _ROUTINE, SGEMM)
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
