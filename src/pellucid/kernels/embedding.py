"""Rows of a table by their numbers, and the way back."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, OUT_OF_RANGE, float32s, int64s, kernel, share, unpack


@kernel
def forward(arguments, rank, ranks):
    """y[i] = table[ids[i]], by rows, each of which holds ``per_row`` ids."""
    rows, per_row, size, entries, ids, table, y = unpack(arguments, 7)
    low, high = share(rows, rank, ranks)
    which = int64s(ids, 0)
    for i in range(low * per_row, high * per_row):
        k = which[i]
        if k < 0 or k >= entries:
            return OUT_OF_RANGE
        source, out = float32s(table, k * size), float32s(y, i * size)
        for j in range(size):
            out[j] = source[j]
    return OK


@kernel
def gradient(arguments, rank, ranks):
    """dtable[ids[i]] += grad[i], after zeros where it is not to be added to. A rank looks through all ids for its rows."""
    entries, size, count, accumulate, ids, grad, gradient = unpack(arguments, 7)
    low, high = share(entries, rank, ranks)
    if accumulate == 0:
        mine = float32s(gradient, low * size)
        for j in range((high - low) * size):
            mine[j] = np.float32(0)
    which = int64s(ids, 0)
    for i in range(count):
        k = which[i]
        if low <= k < high:
            g, d = float32s(grad, i * size), float32s(gradient, k * size)
            for j in range(size):
                d[j] += g[j]
    return OK
