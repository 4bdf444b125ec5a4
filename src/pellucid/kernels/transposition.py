"""Blocks of 16 by 16 numbers, transposed in vector registers."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from pellucid.kernels.vectors import ALL_LANES, LANES, below, masked_load, masked_store

_I32, _I64 = ir.IntType(32), ir.IntType(64)


@intrinsic
def transpose_block(
    typing_context: Any, rows: Any, columns: Any, source: Any, source_row: Any, target: Any, target_row: Any
) -> Any:
    """The 16 by 16 numbers at ``source``, transposed to ``target``. Addresses, and bytes from one row to the next.

    Of the source, ``rows`` rows and ``columns`` columns exist: at least one each, and no more than 16 are seen. In place of what
    is missing stand copies of the last row, or zeros.
    """

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        rows, columns, source, source_row, target, target_row = arguments
        there, last = below(builder, columns), builder.sub(rows, _I64(1))
        lines = []
        for r in range(LANES):
            row = builder.select(builder.icmp_signed("<", _I64(r), rows), _I64(r), last)
            lines.append(masked_load(builder, builder.add(source, builder.mul(row, source_row)), there))
        step = LANES // 2
        while step:
            lines = _exchanged(builder, lines, step)
            step //= 2
        for r, line in enumerate(lines):
            masked_store(builder, builder.add(target, builder.mul(target_row, _I64(r))), ALL_LANES, line)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 6), generate


def _exchanged(builder: ir.IRBuilder, lines: list[Any], step: int) -> list[Any]:
    """Of each two lines that are ``step`` apart: the upper right and the lower left blocks, ``step`` by ``step``, exchanged."""
    left = [lane if lane & step == 0 else LANES + lane - step for lane in range(LANES)]
    right = [lane + step if lane & step == 0 else LANES + lane for lane in range(LANES)]
    made = list(lines)
    for r in range(LANES):
        if r & step == 0:
            made[r] = _shuffled(builder, lines[r], lines[r + step], left)
            made[r + step] = _shuffled(builder, lines[r], lines[r + step], right)
    return made


def _shuffled(builder: ir.IRBuilder, a: Any, b: Any, lanes: list[int]) -> Any:
    return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(_I32, LANES), lanes))
