"""Products whose rows are windows of an image, in register tiles: the image is read where it lies, nothing is laid out.

    C[r, k] = f(sum over q, p of  A[r][q * a_outer + p * a_step] * B[q * b_outer + p * b_row][k]  + bias[k])  (or += the sum)

Row r of A begins at an address of its own, taken from a table; it has two strides, from line to line of a window (q) and within
a line (p). So one tile serves a convolution, where rows are windows, q lines and p the numbers of a line, and its weight
gradient, where rows are places of the kernel and q, p run over the windows. Columns (channels) are lanes; a tile of C stays in
registers through both loops. For processors with 32 vector registers of 16 floats, like `tiles`.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from pellucid.kernels.base import address_of, exported, stack_int64s
from pellucid.kernels.vectors import LANES, NO_FLOATS, below, masked_load, masked_store, only_positive, repeated

HEIGHT = 8  # rows of a tile
_I64, _FLOAT = ir.IntType(64), ir.FloatType()
_VECTOR = ir.VectorType(_FLOAT, LANES)


def _tile_of(height: int, vectors: int) -> Any:
    """A tile of ``height`` rows by ``vectors`` times 16 columns: height * vectors + vectors + 1 registers of 32."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        rows, columns, outer, inner, table, a_outer, a_step, b, b_outer, b_row, c, c_row, add, bias, relu = arguments
        masks = [below(builder, builder.sub(columns, _I64(LANES * v))) for v in range(vectors)]
        pointers = builder.inttoptr(table, _I64.as_pointer())
        starts = [builder.load(builder.gep(pointers, [_I64(r)])) for r in range(height)]
        before = builder.block
        lines, numbers, next_line, after = (builder.append_basic_block(n) for n in ("lines", "numbers", "next", "store"))
        builder.branch(lines)

        builder.position_at_end(lines)
        q, line, b_line = builder.phi(_I64), builder.phi(_I64), builder.phi(_I64)
        line_sums = [[builder.phi(_VECTOR) for _ in range(vectors)] for _ in range(height)]
        builder.branch(numbers)

        builder.position_at_end(numbers)
        p, offset, b_at = builder.phi(_I64), builder.phi(_I64), builder.phi(_I64)
        sums = [[builder.phi(_VECTOR) for _ in range(vectors)] for _ in range(height)]
        loaded = [masked_load(builder, builder.add(b_at, _I64(4 * LANES * v)), masks[v]) for v in range(vectors)]
        new_sums = []
        for r in range(height):
            number = builder.load(builder.inttoptr(builder.add(starts[r], offset), _FLOAT.as_pointer()))
            factor = repeated(builder, number)
            new_sums.append([_multiply_add(builder, factor, loaded[v], sums[r][v]) for v in range(vectors)])
        next_p = builder.add(p, _I64(1))
        for phi, first, then in (
            (p, _I64(0), next_p),
            (offset, line, builder.add(offset, a_step)),
            (b_at, b_line, builder.add(b_at, b_row)),
        ):
            phi.add_incoming(first, lines)
            phi.add_incoming(then, numbers)
        for r in range(height):
            for v in range(vectors):
                sums[r][v].add_incoming(line_sums[r][v], lines)
                sums[r][v].add_incoming(new_sums[r][v], numbers)
        builder.cbranch(builder.icmp_signed("<", next_p, inner), numbers, next_line)

        builder.position_at_end(next_line)
        next_q = builder.add(q, _I64(1))
        for phi, first, then in (
            (q, _I64(0), next_q),
            (line, _I64(0), builder.add(line, a_outer)),
            (b_line, b, builder.add(b_line, b_outer)),
        ):
            phi.add_incoming(first, before)
            phi.add_incoming(then, next_line)
        for r in range(height):
            for v in range(vectors):
                line_sums[r][v].add_incoming(NO_FLOATS, before)
                line_sums[r][v].add_incoming(new_sums[r][v], next_line)
        builder.cbranch(builder.icmp_signed("<", next_q, outer), lines, after)

        builder.position_at_end(after)
        has_bias = repeated(builder, builder.icmp_signed("!=", bias, _I64(0)))
        adding = repeated(builder, builder.icmp_signed("!=", add, _I64(0)))
        is_relu = builder.icmp_signed("!=", relu, _I64(0))
        for v in range(vectors):
            at = _I64(4 * LANES * v)
            shift = masked_load(builder, builder.add(bias, at), builder.and_(masks[v], has_bias))
            for r in range(height):
                exists = repeated(builder, builder.icmp_signed("<", _I64(r), rows))
                place = builder.add(builder.add(c, builder.mul(c_row, _I64(r))), at)
                mask = builder.and_(masks[v], exists)
                there = masked_load(builder, place, builder.and_(mask, adding))
                total = builder.fadd(builder.fadd(new_sums[r][v], there), shift)
                masked_store(builder, place, mask, builder.select(is_relu, only_positive(builder, total), total))
        return context.get_dummy_value()

    def typed(
        typing_context: Any,
        rows: Any,
        columns: Any,
        outer: Any,
        inner: Any,
        table: Any,
        a_outer: Any,
        a_step: Any,
        b: Any,
        b_outer: Any,
        b_row: Any,
        c: Any,
        c_row: Any,
        add: Any,
        bias: Any,
        relu: Any,
    ) -> Any:
        return types.void(*[types.int64] * 15), generate

    return intrinsic(typed)


def _multiply_add(builder: ir.IRBuilder, a: Any, b: Any, c: Any) -> Any:
    function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(_VECTOR, [_VECTOR] * 3), "llvm.fmuladd.v16f32")
    return builder.call(function, [a, b, c])


_eight_by_one, _eight_by_two, _eight_by_three = (_tile_of(HEIGHT, vectors) for vectors in (1, 2, 3))


@exported("pellucid_window_product", types.void(*[types.int64] * 18))
def window_product(
    count, per_line, a_line, a_place, columns, outer, inner, source, a_outer, a_step, b, b_outer, b_row, c, c_row, add, bias, relu
):
    """``count`` rows, of which number r begins at ``source + r // per_line * a_line + r % per_line * a_place``, 8 at a time.

    Addresses, and strides in bytes. ``outer`` and ``inner`` are at least 1; ``bias`` 0: none. Columns are taken in blocks of
    vectors as even as can be.
    """
    table = stack_int64s(HEIGHT)
    at = address_of(table)
    whole = (columns + LANES - 1) // LANES
    blocks = (whole + 2) // 3
    for block in range(blocks):
        begin, end = whole * block // blocks, whole * (block + 1) // blocks
        there = min(columns, LANES * end) - LANES * begin
        skip = 4 * LANES * begin
        bj, shift = b + skip, bias + skip if bias != 0 else 0
        line, place = 0, 0
        for first in range(0, count, HEIGHT):
            for r in range(HEIGHT):
                table[r] = source + line * a_line + place * a_place
                if first + r + 1 < count:
                    place += 1
                    if place == per_line:
                        line, place = line + 1, 0
            rows, cj = min(HEIGHT, count - first), c + first * c_row + skip
            if end - begin == 3:
                _eight_by_three(rows, there, outer, inner, at, a_outer, a_step, bj, b_outer, b_row, cj, c_row, add, shift, relu)
            elif end - begin == 2:
                _eight_by_two(rows, there, outer, inner, at, a_outer, a_step, bj, b_outer, b_row, cj, c_row, add, shift, relu)
            else:
                _eight_by_one(rows, there, outer, inner, at, a_outer, a_step, bj, b_outer, b_row, cj, c_row, add, shift, relu)
