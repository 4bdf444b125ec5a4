"""Pieces of arrays: laid side by side, or cut out again."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, kernel, share, unpack


@kernel
def place(arguments, rank, ranks):
    """y[..., offset : offset + width] = x, by rows: ``per_row`` runs of ``width`` into runs of ``whole``."""
    rows, per_row, width, whole, offset, x, y = unpack(arguments, 7)
    low, high = share(rows, rank, ranks)
    for i in range(low * per_row, high * per_row):
        source, out = float32s(x, i * width), float32s(y, i * whole + offset)
        for j in range(width):
            out[j] = source[j]
    return OK


@kernel
def cut(arguments, rank, ranks):
    """x (+)= y[..., offset : offset + width], by rows; the way back of ``place``."""
    rows, per_row, width, whole, offset, accumulate, y, x = unpack(arguments, 8)
    low, high = share(rows, rank, ranks)
    for i in range(low * per_row, high * per_row):
        source, out = float32s(y, i * whole + offset), float32s(x, i * width)
        for j in range(width):
            out[j] = source[j] + (out[j] if accumulate != 0 else np.float32(0))
    return OK


@kernel
def place_rows(arguments, rank, ranks):
    """y[first : first + count] = x, by y's ``rows``."""
    rows, row_size, first, count, x, y = unpack(arguments, 6)
    low, high = share(rows, rank, ranks)
    low = low if low > first else first
    high = high if high < first + count else first + count
    source, out = float32s(x, (low - first) * row_size), float32s(y, low * row_size)
    for j in range((high - low) * row_size):
        out[j] = source[j]
    return OK


@kernel
def cut_rows(arguments, rank, ranks):
    """x (+)= the numbers of y from number ``offset`` on, by x's ``rows``; the way back of ``place_rows``."""
    rows, row_size, offset, accumulate, y, x = unpack(arguments, 6)
    low, high = share(rows, rank, ranks)
    source, out = float32s(y, offset + low * row_size), float32s(x, low * row_size)
    for j in range((high - low) * row_size):
        out[j] = source[j] + (out[j] if accumulate != 0 else np.float32(0))
    return OK
