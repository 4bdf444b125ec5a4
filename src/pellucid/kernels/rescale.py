"""One factor and one offset for all elements."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, float_of_bits, kernel, share, unpack


@kernel
def forward(arguments, rank, ranks):
    """y (+)= x * scale + offset, by rows."""
    rows, row_size, scale_bits, offset_bits, accumulate, x, y = unpack(arguments, 7)
    low, high = share(rows, rank, ranks)
    scale, offset = np.float32(float_of_bits(scale_bits)), np.float32(float_of_bits(offset_bits))
    data, out = float32s(x, low * row_size), float32s(y, low * row_size)
    for i in range((high - low) * row_size):
        out[i] = data[i] * scale + offset + (out[i] if accumulate != 0 else np.float32(0))
    return OK
