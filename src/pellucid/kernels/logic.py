"""Booleans, as bytes: which numbers are not a given one, both of two, and as floats."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, int64s, kernel, share, uint8s, unpack


@kernel
def int64_differs(arguments, rank, ranks):
    """y = x != number, by rows."""
    rows, row_size, x, number, y = unpack(arguments, 5)
    low, high = share(rows, rank, ranks)
    data, out, value = int64s(x, low * row_size), uint8s(y, low * row_size), int64s(number, 0)[0]
    for i in range((high - low) * row_size):
        out[i] = 1 if data[i] != value else 0
    return OK


@kernel
def float32_differs(arguments, rank, ranks):
    """y = x != number, by rows."""
    rows, row_size, x, number, y = unpack(arguments, 5)
    low, high = share(rows, rank, ranks)
    data, out, value = float32s(x, low * row_size), uint8s(y, low * row_size), float32s(number, 0)[0]
    for i in range((high - low) * row_size):
        out[i] = 1 if data[i] != value else 0
    return OK


@kernel
def both(arguments, rank, ranks):
    """y = a and b, by rows."""
    rows, row_size, a, b, y = unpack(arguments, 5)
    low, high = share(rows, rank, ranks)
    first, second, out = uint8s(a, low * row_size), uint8s(b, low * row_size), uint8s(y, low * row_size)
    for i in range((high - low) * row_size):
        out[i] = 1 if first[i] != 0 and second[i] != 0 else 0
    return OK


@kernel
def bool_to_float32(arguments, rank, ranks):
    """y = 1 where x, else 0, by rows."""
    rows, row_size, x, y = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    data, out = uint8s(x, low * row_size), float32s(y, low * row_size)
    for i in range((high - low) * row_size):
        out[i] = np.float32(1) if data[i] != 0 else np.float32(0)
    return OK
