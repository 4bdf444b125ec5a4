"""The same values in another dtype."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, int64s, kernel, share, unpack


@kernel
def float32_to_int64(arguments, rank, ranks):
    """y = x without its fraction, by rows."""
    rows, row_size, x, y = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    data, out = float32s(x, low * row_size), int64s(y, low * row_size)
    for i in range((high - low) * row_size):
        out[i] = np.int64(data[i])
    return OK


@kernel
def int64_to_float32(arguments, rank, ranks):
    """y = the float nearest to x, by rows."""
    rows, row_size, x, y = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    data, out = int64s(x, low * row_size), float32s(y, low * row_size)
    for i in range((high - low) * row_size):
        out[i] = np.float32(data[i])
    return OK
