"""Products with few columns, in register tiles: where BLAS, made for large matrices, leaves a third of the machine idle.

A dense layer of 50 or 100 units multiplies by a matrix that fits into the second-level cache as it is. BLAS packs its
operands first, and pads the columns to its own tile; here a tile of C stays in registers over the whole depth, and B is
read in place:

    C[i, j] = alpha * sum over p of A[i, p] * B[p, j]  (+ C[i, j])

A is read number by number with any strides, so the same code serves x w and x^T g. Columns beyond the last are masked; rows
beyond the last repeat it, unsaved. Only for processors with 32 vector registers of 16 floats (AVX-512): ``HAVE_TILES`` tells.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from pellucid.kernels import single_row
from pellucid.kernels.base import address_of, exported, inner, int64s, prefetch, stack_float32s
from pellucid.kernels.layout import MOST_COLUMNS as MOST_COLUMNS
from pellucid.kernels.processor import has_wide_vectors
from pellucid.kernels.product import sgemm
from pellucid.kernels.vectors import LANES, lanes_below, load, store

HAVE_TILES = has_wide_vectors()
DEPTH = 112  # rows of B, 64 columns wide, that stay in the first-level cache for all rows of A
_TOGETHER, _WIDEST = 48, 80  # numbers of a row that are laid together where rows lie anywhere: whole tiles; and at the end
_LAID = DEPTH * _WIDEST

_LANES = 16
_I1, _I32, _I64, _FLOAT = ir.IntType(1), ir.IntType(32), ir.IntType(64), ir.FloatType()
_VECTOR = ir.VectorType(_FLOAT, _LANES)
_MASK = ir.VectorType(_I1, _LANES)
_ALIGNED_TO_FLOATS = _I32(4)
_ZERO = ir.Constant(_VECTOR, [0.0] * _LANES)


def _tile_of(height: int, vectors: int, *, whole: bool = False, by_table: bool = False) -> Any:
    """A tile of ``height`` rows by ``vectors`` times 16 columns: height * vectors + vectors + 1 registers of 32.

    ``whole``: rows of B can be read over the tile's whole width, whatever the columns that count: a masked load takes a turn of
    one of the two units that multiply.

    ``by_table``: every row of A lies somewhere else; ``a_row`` is the address of a table of their addresses, and ``a`` counts
    bytes from these.
    """

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        rows, columns, depth, alpha, a, a_row, a_step, b, b_row, c, c_row, add = arguments
        masks = [_columns_below(builder, columns, v) for v in range(vectors)]
        last_row = builder.sub(rows, _I64(1))
        starts = []
        for r in range(height):
            row = builder.select(builder.icmp_signed("<", _I64(r), rows), _I64(r), last_row)
            entry = builder.add(a_row, builder.mul(row, _I64(8)))
            starts.append(builder.add(a, _number_at(builder, entry) if by_table else builder.mul(a_row, row)))
        before = builder.block
        body, after = builder.append_basic_block("depth"), builder.append_basic_block("store")
        builder.cbranch(builder.icmp_signed(">", depth, _I64(0)), body, after)

        builder.position_at_end(body)
        p, offset, b_at = builder.phi(_I64), builder.phi(_I64), builder.phi(_I64)
        sums = [[builder.phi(_VECTOR) for _ in range(vectors)] for _ in range(height)]
        everywhere = ir.Constant(_MASK, [1] * _LANES)
        places = [builder.add(b_at, _I64(4 * _LANES * v)) for v in range(vectors)]
        loaded = [_load(builder, place, everywhere if whole else mask) for place, mask in zip(places, masks, strict=True)]
        new_sums = []
        for r in range(height):
            number = builder.load(builder.inttoptr(builder.add(starts[r], offset), _FLOAT.as_pointer()))
            repeated = _repeat(builder, number)
            new_sums.append([_multiply_add(builder, repeated, loaded[v], sums[r][v]) for v in range(vectors)])
        steps = [(p, _I64(0), _I64(1)), (offset, _I64(0), a_step), (b_at, b, b_row)]
        for phi, first, step in steps:
            phi.add_incoming(first, before)
            phi.add_incoming(builder.add(phi, step), body)
        for r in range(height):
            for v in range(vectors):
                sums[r][v].add_incoming(_ZERO, before)
                sums[r][v].add_incoming(new_sums[r][v], body)
        next_p = p.incomings[1][0]
        builder.cbranch(builder.icmp_signed("<", next_p, depth), body, after)

        builder.position_at_end(after)
        totals = [[_either(builder, before, body, new_sums[r][v]) for v in range(vectors)] for r in range(height)]
        factor = _repeat(builder, alpha)
        adding = _repeat(builder, builder.icmp_signed("!=", add, _I64(0)))
        for r in range(height):
            exists = _repeat(builder, builder.icmp_signed("<", _I64(r), rows))
            for v in range(vectors):
                place = builder.add(builder.add(c, builder.mul(c_row, _I64(r))), _I64(4 * _LANES * v))
                mask = builder.and_(masks[v], exists)
                there = _load(builder, place, builder.and_(mask, adding))
                _store(builder, _multiply_add(builder, factor, totals[r][v], there), place, mask)
        return context.get_dummy_value()

    def typed(
        typing_context: Any,
        rows: Any,
        columns: Any,
        depth: Any,
        alpha: Any,
        a: Any,
        a_row: Any,
        a_step: Any,
        b: Any,
        b_row: Any,
        c: Any,
        c_row: Any,
        add: Any,
    ) -> Any:
        return types.void(*[types.int64] * 3, types.float32, *[types.int64] * 8), generate

    return intrinsic(typed)


def _number_at(builder: ir.IRBuilder, address: Any) -> Any:
    return builder.load(builder.inttoptr(address, _I64.as_pointer()))


def _either(builder: ir.IRBuilder, before: Any, body: Any, value: Any) -> Any:
    """The sum that the loop left, or zero where the depth was 0."""
    total = builder.phi(_VECTOR)
    total.add_incoming(_ZERO, before)
    total.add_incoming(value, body)
    return total


def _columns_below(builder: ir.IRBuilder, columns: Any, vector: int) -> Any:
    """Which lanes of the vector lie among the first ``columns`` columns."""
    kind = ir.VectorType(_I32, _LANES)  # of 64 bits, the lanes of a mask would be two registers, joined at each use
    numbers = ir.Constant(kind, [_LANES * vector + lane for lane in range(_LANES)])
    return builder.icmp_signed("<", numbers, _repeat(builder, builder.trunc(columns, _I32)))


def _repeat(builder: ir.IRBuilder, value: Any) -> Any:
    kind = ir.VectorType(value.type, _LANES)
    single = builder.insert_element(ir.Constant(kind, ir.Undefined), value, _I32(0))
    return builder.shuffle_vector(single, ir.Constant(kind, ir.Undefined), ir.Constant(ir.VectorType(_I32, _LANES), [0] * _LANES))


def _multiply_add(builder: ir.IRBuilder, a: Any, b: Any, c: Any) -> Any:
    function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(_VECTOR, [_VECTOR] * 3), "llvm.fmuladd.v16f32")
    return builder.call(function, [a, b, c])


def _load(builder: ir.IRBuilder, address: Any, mask: Any) -> Any:
    pointer = builder.inttoptr(address, _VECTOR.as_pointer())
    kind = ir.FunctionType(_VECTOR, [pointer.type, _I32, _MASK, _VECTOR])
    function = cgutils.get_or_insert_function(builder.module, kind, "llvm.masked.load.v16f32.p0")
    return builder.call(function, [pointer, _ALIGNED_TO_FLOATS, mask, _ZERO])


def _store(builder: ir.IRBuilder, value: Any, address: Any, mask: Any) -> None:
    pointer = builder.inttoptr(address, _VECTOR.as_pointer())
    kind = ir.FunctionType(ir.VoidType(), [_VECTOR, pointer.type, _I32, _MASK])
    function = cgutils.get_or_insert_function(builder.module, kind, "llvm.masked.store.v16f32.p0")
    builder.call(function, [value, pointer, _ALIGNED_TO_FLOATS, mask])


six_by_four, whole_six_by_four = _tile_of(6, 4), _tile_of(6, 4, whole=True)
five_by_four, whole_five_by_four = _tile_of(5, 4), _tile_of(5, 4, whole=True)
one_by_four = _tile_of(1, 4)
_eight_by_three = _tile_of(8, 3)
_twelve_by_two = _tile_of(12, 2)
_twelve_by_one = _tile_of(12, 1)


@inner
def _ask(table, first, last, behind, size):
    """For ``size`` bytes of each of these rows, from so many bytes behind its address on."""
    for r in range(first, last):
        start = int64s(table, r)[0] + behind
        for line in range(start, start + size, 64):
            prefetch(line)


def _product(name: str, *, by_table: bool = False) -> Any:
    """C = alpha A B (+ C) for n <= ``MOST_COLUMNS``, where A's rows may lie anywhere, as in `_tile_of`.

    Addresses; ``a_row`` and ``a_step``: bytes from one row of A to the next, and from one number of a row to the next.
    """
    six, whole_six, eight = (
        _tile_of(height, vectors, whole=whole, by_table=by_table)
        for height, vectors, whole in ((6, 4, False), (6, 4, True), (8, 3, False))
    )

    def product(m, n, k, alpha, a, a_row, a_step, b, c, add):
        if not by_table and m == 1:
            single_row.product(n, k, alpha, a, a_step, b, c, add)
            return
        whole = (n + 15) // 16
        blocks = (whole + 3) // 4
        passes = max((k + DEPTH - 1) // DEPTH, 1)
        for turn in range(passes):
            p = k * turn // passes
            depth = k * (turn + 1) // passes - p
            adding = 1 if turn > 0 else add
            for block in range(blocks):
                # As even as can be: 7 vectors are 4 + 3, 5 are 3 + 2.
                first, last = whole * block // blocks, whole * (block + 1) // blocks
                columns = min(n, 16 * last) - 16 * first
                bp, cj = b + 4 * (p * n + 16 * first), c + 64 * first
                height = 6 if last - first > 3 else 8
                for i in range(0, m, height):
                    rows, ci = min(height, m - i), cj + 4 * n * i
                    row, at = (a_row + 8 * i, a + p * a_step) if by_table else (a_row, a + i * a_row + p * a_step)
                    # What the next pass reads of these rows is asked for now, a part with each block, and in the first pass what
                    # the next tile begins with: they lie too far apart for the processor to read ahead by itself.
                    if by_table and turn + 1 < passes:
                        _ask(row, rows * block // blocks, rows * (block + 1) // blocks, at + 4 * depth, 4 * DEPTH)
                    if by_table and turn == 0 and block == 0:
                        _ask(row, rows, min(m - i, 2 * height), at, 4 * depth)
                    if height == 8:
                        eight(rows, columns, depth, alpha, at, row, a_step, bp, 4 * n, ci, 4 * n, adding)
                    elif columns == 64:
                        whole_six(rows, 64, depth, alpha, at, row, a_step, bp, 4 * n, ci, 4 * n, adding)
                    else:
                        six(rows, columns, depth, alpha, at, row, a_step, bp, 4 * n, ci, 4 * n, adding)

    product.__name__ = name
    return exported(f"pellucid_{name}", types.void(*[types.int64] * 3, types.float32, *[types.int64] * 6))(product)


small_product = _product("small_product")
product_of_rows = _product("product_of_rows", by_table=True)
"""Row i of A ``a`` bytes behind the i-th address of the table ``a_row``; ``a_step`` 4."""


@exported("pellucid_transposed_product_of_rows", types.void(*[types.int64] * 3, types.float32, *[types.int64] * 5))
def transposed_product_of_rows(m, n, k, alpha, a, table, b, c, add):
    """C = alpha A^T B (+ C), where row p of A lies ``a`` bytes behind the p-th address of a table.

    A tile goes down a column of A. Where rows lie anywhere, each of its steps is on another page and in any set of the caches:
    three lines of each row are laid together first.
    """
    passes, panel = max((k + DEPTH - 1) // DEPTH, 1), address_of(stack_float32s(_LAID))
    for turn in range(passes):
        p = k * turn // passes
        depth, adding = k * (turn + 1) // passes - p, 1 if turn > 0 else add
        left = 0
        while left < m:
            columns = m - left if m - left <= _WIDEST else _TOGETHER  # no last piece of a few
            for j in range(0, columns, LANES):
                mask, behind, to = lanes_below(columns - j), a + 4 * (left + j), panel + 4 * j
                for row in range(depth):
                    store(to + 4 * _WIDEST * row, mask, load(int64s(table, p + row)[0] + behind, mask))
            small_product(columns, n, depth, alpha, panel, 4, 4 * _WIDEST, b + 4 * p * n, c + 4 * left * n, adding)
            left += columns


@exported("pellucid_block_product", types.void(*[types.int64] * 3, types.float32, *[types.int64] * 8))
def block_product(m, n, k, alpha, a, a_row, a_step, b, b_row, c, c_row, add):
    """C = alpha A B (+ C) of blocks in larger arrays, such as a head's columns among those of all heads.

    Addresses, and bytes from one row to the next; ``a_step``: bytes from one number of a row of A to the next.
    One of A's two is 4.
    """
    if not HAVE_TILES:
        beta = 1.0 if add != 0 else 0.0
        leading = a_row if a_step == 4 else a_step
        sgemm(a_step != 4, False, m, n, k, alpha, a, leading // 4, b, b_row // 4, beta, c, c_row // 4)
        return
    passes = max((k + DEPTH - 1) // DEPTH, 1)
    for turn in range(passes):
        p = k * turn // passes
        depth = k * (turn + 1) // passes - p
        adding = 1 if turn > 0 else add
        for first in range(0, n, 64):
            columns = min(64, n - first)
            ap, bp, cj = a + p * a_step, b + p * b_row + 4 * first, c + 4 * first
            if columns == 64:
                for i in range(0, m, 6):
                    ai, ci = ap + i * a_row, cj + i * c_row
                    whole_six_by_four(min(6, m - i), 64, depth, alpha, ai, a_row, a_step, bp, b_row, ci, c_row, adding)
            elif columns > 48:
                for i in range(0, m, 6):
                    ai, ci = ap + i * a_row, cj + i * c_row
                    six_by_four(min(6, m - i), columns, depth, alpha, ai, a_row, a_step, bp, b_row, ci, c_row, adding)
            elif columns > 32:
                for i in range(0, m, 8):
                    ai, ci = ap + i * a_row, cj + i * c_row
                    _eight_by_three(min(8, m - i), columns, depth, alpha, ai, a_row, a_step, bp, b_row, ci, c_row, adding)
            elif columns > 16:
                for i in range(0, m, 12):
                    ai, ci = ap + i * a_row, cj + i * c_row
                    _twelve_by_two(min(12, m - i), columns, depth, alpha, ai, a_row, a_step, bp, b_row, ci, c_row, adding)
            else:
                for i in range(0, m, 12):
                    ai, ci = ap + i * a_row, cj + i * c_row
                    _twelve_by_one(min(12, m - i), columns, depth, alpha, ai, a_row, a_step, bp, b_row, ci, c_row, adding)
