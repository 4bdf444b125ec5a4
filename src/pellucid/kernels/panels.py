"""Products with one matrix that stays the same over many steps: laid out once in panels of 64 columns, then used from cache.

A recurrent layer multiplies by the same kernels at every time step. BLAS would pack them each time; here they are packed once a
batch. A panel holds ``depth`` rows of ``PANEL`` columns one after the other, so that a tile reads it line by line. The last
panel is filled up with zeros.
"""

from __future__ import annotations

import numpy as np
from numba import types

from pellucid.kernels.base import OK, exported, float32s, inner, kernel, share, unpack
from pellucid.kernels.layout import PANEL
from pellucid.kernels.product import sgemm
from pellucid.kernels.tiles import (
    HAVE_TILES,
    five_by_four,
    one_by_four,
    six_by_four,
    whole_five_by_four,
    whole_six_by_four,
)

DEPTH = 128  # rows of a panel that stay in the first-level cache while all samples pass by


@kernel
def pack(arguments, rank, ranks):
    """Rows ``at``.. of panels ``depth`` deep: ``rows`` rows of the columns first..first+columns of w (.., width); by panels."""
    depth, at, rows, columns, first, width, w, panels = unpack(arguments, 8)
    low, high = share((columns + PANEL - 1) // PANEL, rank, ranks)
    for panel in range(low, high):
        start = panel * PANEL
        there = columns - start if columns - start < PANEL else PANEL
        for k in range(rows):
            row, out = float32s(w, k * width + first + start), float32s(panels, (panel * depth + at + k) * PANEL)
            for j in range(there):
                out[j] = row[j]
            for j in range(there, PANEL):
                out[j] = 0
    return OK


@kernel
def pack_transposed(arguments, rank, ranks):
    """Panels of the transpose of the columns first..first+depth of w (columns, width); by panels."""
    depth, columns, first, width, w, panels = unpack(arguments, 6)
    low, high = share((columns + PANEL - 1) // PANEL, rank, ranks)
    for panel in range(low, high):
        start = panel * PANEL
        there = columns - start if columns - start < PANEL else PANEL
        out = float32s(panels, panel * depth * PANEL)
        for j in range(there):
            row = float32s(w, (start + j) * width + first)
            for k in range(depth):
                out[k * PANEL + j] = row[k]
        for k in range(depth):
            for j in range(there, PANEL):
                out[k * PANEL + j] = 0
    return OK


@exported("pellucid_panel_product", types.void(*[types.int64] * 9))
def panel_product(m, n, k, a, a_row, panels, c, c_row, add):
    """C = A B (+ C), A (m, k), B (k, n) in panels; addresses, and bytes from one row of A and of C to the next."""
    for first in range(0, n, PANEL):
        panel = panels + 4 * k * first
        _product(m, min(PANEL, n - first), k, a, a_row, 4, panel, 4 * PANEL, c + 4 * first, c_row, add, True)


@exported("pellucid_transposed_product", types.void(*[types.int64] * 9))
def add_transposed_product(m, n, k, a, a_step, b, b_row, c, c_row):
    """C += A^T B, A (k, m), B (k, n), C (m, n); addresses, and bytes from one row of each to the next."""
    for first in range(0, n, PANEL):
        whole = n - first >= PANEL
        _product(m, min(PANEL, n - first), k, a, 4, a_step, b + 4 * first, b_row, c + 4 * first, c_row, 1, whole)


@inner
def _product(m, n, k, a, a_row, a_step, b, b_row, c, c_row, add, whole):
    """C = A B (+ C) for the columns of one panel; ``a_row``, ``a_step`` and ``whole`` as in ``tiles``."""
    if m > 0 and not HAVE_TILES:
        beta = 1.0 if add != 0 else 0.0
        turned = a_step != 4
        sgemm(turned, False, m, n, k, 1.0, a, (a_step if turned else a_row) // 4, b, b_row // 4, beta, c, c_row // 4)
        return
    passes = (k + DEPTH - 1) // DEPTH
    tiles = (m + 5) // 6
    for turn in range(passes):
        p = k * turn // passes
        depth = k * (turn + 1) // passes - p
        adding = 1 if turn > 0 else add
        ap, bp = a + a_step * p, b + b_row * p
        if m == 1:
            one_by_four(1, n, depth, np.float32(1), ap, a_row, a_step, bp, b_row, c, c_row, adding)
            continue
        for tile in range(tiles):
            i = m * tile // tiles
            rows = m * (tile + 1) // tiles - i  # as even as can be: 16 are 6 + 5 + 5
            ai, ci = ap + i * a_row, c + i * c_row
            if rows == 6 and whole:
                whole_six_by_four(6, n, depth, np.float32(1), ai, a_row, a_step, bp, b_row, ci, c_row, adding)
            elif rows == 6:
                six_by_four(6, n, depth, np.float32(1), ai, a_row, a_step, bp, b_row, ci, c_row, adding)
            elif whole:
                whole_five_by_four(rows, n, depth, np.float32(1), ai, a_row, a_step, bp, b_row, ci, c_row, adding)
            else:
                five_by_four(rows, n, depth, np.float32(1), ai, a_row, a_step, bp, b_row, ci, c_row, adding)
