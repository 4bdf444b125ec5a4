"""Products with matrices that the first-level cache does not hold, in register tiles over panels of them.

    C[i, j] = sum over p of A[i, p] * B[p, j]  (+ C[i, j])

For a depth of ``DEPTH`` at a time, rows of A are laid side by side, then B panel by panel, 64 columns wide, as it is or
transposed; rows and panel stay in the second-level cache until each tile is done. B is read from memory once for ``ROWS`` rows
of A. Rows of large matrices often lie a power of two apart and then share few sets of a cache: what is used again is copied.

BLAS lays out A and B in pieces of other shapes, and takes 1.4 times as long for a matrix of 4096 x 4096 and 256 rows, 1.2 times
for one of 784 x 512 and 128 rows.
"""

from __future__ import annotations

from numba import types

from pellucid.kernels.base import exported, float32s, inner, prefetch
from pellucid.kernels.layout import PANEL
from pellucid.kernels.layout import PRODUCT_DEPTH as DEPTH
from pellucid.kernels.layout import PRODUCT_ROWS as ROWS
from pellucid.kernels.product import sgemm
from pellucid.kernels.tiles import HAVE_TILES, whole_five_by_four, whole_six_by_four
from pellucid.kernels.transposition import transpose_block
from pellucid.kernels.vectors import LANES, lanes_below, load, store

_ROW = DEPTH + LANES  # numbers from one row of A to the next: an odd number of cache lines


@exported("pellucid_large_product", types.void(*[types.int64] * 3, types.float32, *[types.int64] * 10))
def large_product(m, n, k, alpha, a, a_row, turn_a, b, b_row, turn_b, c, c_row, add, room):
    """C = alpha A B (+ C), with A and B as they lie or transposed; B, or C, is large.

    Addresses, and bytes from one row to the next; ``room``: `PRODUCT_ROOM` numbers of this rank.
    """
    if not HAVE_TILES:
        beta = 1.0 if add != 0 else 0.0
        sgemm(turn_a != 0, turn_b != 0, m, n, k, alpha, a, a_row // 4, b, b_row // 4, beta, c, c_row // 4)
        return
    panel = room + 4 * ROWS * _ROW
    for top in range(0, m, ROWS):
        rows = min(ROWS, m - top)
        for p in range(0, k, DEPTH):
            depth = min(DEPTH, k - p)
            if turn_a != 0:
                _lay_columns(rows, depth, a + p * a_row + 4 * top, a_row, room)
            else:
                _lay_rows(rows, depth, a + top * a_row + 4 * p, a_row, room)
            for first in range(0, n, PANEL):
                columns, there = min(PANEL, n - first), c + top * c_row + 4 * first
                if turn_b != 0:
                    _lay_transposed(depth, columns, b + first * b_row + 4 * p, b_row, panel)
                else:
                    _lay_panel(depth, columns, b + p * b_row + 4 * first, b_row, panel)
                _tiles(rows, columns, depth, alpha, room, panel, there, c_row, 1 if p > 0 else add)


@inner
def _lay_rows(rows, depth, a, a_row, to):
    for i in range(rows):
        source, out = float32s(a + i * a_row, 0), float32s(to, i * _ROW)
        for p in range(depth):
            out[p] = source[p]


@inner
def _lay_columns(columns, depth, a, a_row, to):
    """A's columns side by side."""
    for i in range(0, columns, LANES):
        for p in range(0, depth, LANES):
            transpose_block(depth - p, columns - i, a + p * a_row + 4 * i, a_row, to + 4 * (_ROW * i + p), 4 * _ROW)


@inner
def _lay_panel(depth, columns, b, b_row, panel):
    """In whole vectors: a loop over 64 numbers is left number by number, and takes twice as long."""
    for p in range(depth):
        source, out = b + p * b_row, panel + 4 * PANEL * p
        for j in range(0, PANEL, LANES):
            store(out + 4 * j, lanes_below(LANES), load(source + 4 * j, lanes_below(columns - j)))


@inner
def _lay_transposed(depth, columns, b, b_row, panel):
    """Row j of b becomes column j of the panel. Columns beyond the last are never saved from a tile."""
    for j in range(0, columns, LANES):
        for p in range(0, depth, LANES):
            transpose_block(columns - j, depth - p, b + j * b_row + 4 * p, b_row, panel + 4 * (PANEL * p + j), 4 * PANEL)


@inner
def _tiles(m, n, k, alpha, a, panel, c, c_row, add):
    """A panel's columns of C. The next tile's numbers are asked for beforehand: C lies in no cache either."""
    tiles = (m + 5) // 6
    for tile in range(tiles):
        i = m * tile // tiles
        rows = m * (tile + 1) // tiles - i  # as even as can be
        for r in range(i + rows, min(i + rows + 6, m)):
            for j in range(0, n, LANES):
                prefetch(c + r * c_row + 4 * j)
        at, ci = a + 4 * _ROW * i, c + i * c_row
        if rows == 6:
            whole_six_by_four(6, n, k, alpha, at, 4 * _ROW, 4, panel, 4 * PANEL, ci, c_row, add)
        else:
            whole_five_by_four(rows, n, k, alpha, at, 4 * _ROW, 4, panel, 4 * PANEL, ci, c_row, add)
