"""Pieces of arrays: laid side by side, or cut out again."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, int64s, kernel, share, unpack


@kernel
def join(arguments, rank, ranks):
    """y = the parts side by side, by rows: of each part ``per_row`` runs, ``width`` long, into runs of ``whole``.

    After the fixed arguments follow those of each part: width and address.
    """
    count, rows, per_row, whole, y = unpack(arguments, 5)
    low, high = share(rows, rank, ranks)
    parts = int64s(arguments, 5)
    offset = 0
    for part in range(count):
        width, x = parts[2 * part], parts[2 * part + 1]
        for i in range(low * per_row, high * per_row):
            source, out = float32s(x, i * width), float32s(y, i * whole + offset)
            for j in range(width):
                out[j] = source[j]
        offset += width
    return OK


@kernel
def cut(arguments, rank, ranks):
    """x (+)= y[..., offset : offset + width], by rows; the way back of ``join``."""
    rows, per_row, width, whole, offset, accumulate, y, x = unpack(arguments, 8)
    low, high = share(rows, rank, ranks)
    for i in range(low * per_row, high * per_row):
        source, out = float32s(y, i * whole + offset), float32s(x, i * width)
        for j in range(width):
            out[j] = source[j] + (out[j] if accumulate != 0 else np.float32(0))
    return OK


@kernel
def join_rows(arguments, rank, ranks):
    """y = the parts one below the other, by y's ``rows``. After the fixed arguments follow each part's rows and address."""
    count, rows, row_size, y = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    parts = int64s(arguments, 4)
    first = 0
    for part in range(count):
        last, x = first + parts[2 * part], parts[2 * part + 1]
        start, stop = low if low > first else first, high if high < last else last
        source, out = float32s(x, (start - first) * row_size), float32s(y, start * row_size)
        for j in range((stop - start) * row_size):
            out[j] = source[j]
        first = last
    return OK


@kernel
def cut_rows(arguments, rank, ranks):
    """x (+)= the numbers of y from number ``offset`` on, by x's ``rows``; the way back of ``join_rows``."""
    rows, row_size, offset, accumulate, y, x = unpack(arguments, 6)
    low, high = share(rows, rank, ranks)
    source, out = float32s(y, offset + low * row_size), float32s(x, low * row_size)
    for j in range((high - low) * row_size):
        out[j] = source[j] + (out[j] if accumulate != 0 else np.float32(0))
    return OK


@kernel
def paste(arguments, rank, ranks):
    """y[..., offset : offset + width] (+)= x, by rows; the rest of y is 0 unless added to. The way back of ``cut``."""
    rows, per_row, width, whole, offset, accumulate, x, y = unpack(arguments, 8)
    low, high = share(rows, rank, ranks)
    for i in range(low * per_row, high * per_row):
        run = float32s(y, i * whole)
        for j in range(whole if accumulate == 0 else 0):
            run[j] = 0
        source, out = float32s(x, i * width), float32s(y, i * whole + offset)
        for j in range(width):
            out[j] += source[j]
    return OK


@kernel
def paste_rows(arguments, rank, ranks):
    """Rows start..start+count of y (+)= x, by y's rows; the others are 0 unless added to. The way back of ``cut_rows``."""
    rows, row_size, start, count, accumulate, x, y = unpack(arguments, 7)
    low, high = share(rows, rank, ranks)
    for i in range(low, high):
        out = float32s(y, i * row_size)
        for j in range(row_size if accumulate == 0 else 0):
            out[j] = 0
        if start <= i < start + count:
            source = float32s(x, (i - start) * row_size)
            for j in range(row_size):
                out[j] += source[j]
    return OK
