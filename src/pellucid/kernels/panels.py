"""Products with one matrix that stays the same over many steps: laid out once in panels of 64 columns, then used from cache.

A recurrent layer multiplies by the same kernel at every time step. BLAS would pack it each time; here it is packed once a
batch. A panel holds ``depth`` rows of ``PANEL`` columns one after the other, so that a tile reads it line by line. The last
panel is filled up with zeros.
"""

from __future__ import annotations

import numpy as np
from numba import types

from pellucid.kernels.base import OK, exported, float32s, kernel, share, unpack
from pellucid.kernels.product import sgemm
from pellucid.kernels.tiles import DEPTH, HAVE_TILES, one_by_four, six_by_four

PANEL = 64


@kernel
def pack(arguments, rank, ranks):
    """Panels of the columns first..first+columns of w (depth, width); by panels."""
    depth, columns, first, width, w, panels = unpack(arguments, 6)
    low, high = share((columns + PANEL - 1) // PANEL, rank, ranks)
    for panel in range(low, high):
        start = panel * PANEL
        there = columns - start if columns - start < PANEL else PANEL
        for k in range(depth):
            row, out = float32s(w, k * width + first + start), float32s(panels, (panel * depth + k) * PANEL)
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
    passes = (k + DEPTH - 1) // DEPTH
    for first in range(0, n, PANEL):
        columns = min(PANEL, n - first)
        panel, cj = panels + 4 * k * first, c + 4 * first
        if not HAVE_TILES:
            beta = 1.0 if add != 0 else 0.0
            sgemm(False, False, m, columns, k, 1.0, a, a_row // 4, panel, PANEL, beta, cj, c_row // 4)
            continue
        for turn in range(passes):
            p = k * turn // passes
            depth = k * (turn + 1) // passes - p
            adding = 1 if turn > 0 else add
            ap, bp = a + 4 * p, panel + 4 * PANEL * p
            if m == 1:
                one_by_four(1, columns, depth, np.float32(1), ap, a_row, 4, bp, 4 * PANEL, cj, c_row, adding)
                continue
            for i in range(0, m, 6):
                ai, ci = ap + i * a_row, cj + i * c_row
                six_by_four(min(6, m - i), columns, depth, np.float32(1), ai, a_row, 4, bp, 4 * PANEL, ci, c_row, adding)
