"""Straight above 0, exponential below: y = slope x, or height (e^(rate x) - 1). ELU, SELU, CELU differ in the three numbers."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, float_of_bits, kernel, share, unpack
from pellucid.kernels.mathematics import expm1_32


@kernel
def forward(arguments, rank, ranks):
    """y = f(x), by rows."""
    rows, row_size, slope_bits, height_bits, rate_bits, x, y = unpack(arguments, 7)
    slope, height = np.float32(float_of_bits(slope_bits)), np.float32(float_of_bits(height_bits))
    rate = np.float32(float_of_bits(rate_bits))
    low, high = share(rows, rank, ranks)
    given, out = float32s(x, low * row_size), float32s(y, low * row_size)
    for i in range((high - low) * row_size):
        v = given[i]
        out[i] = slope * v if v > 0 else height * expm1_32(rate * v)
    return OK


@kernel
def gradient(arguments, rank, ranks):
    """dx (+)= grad * f'(x), told from y: slope, or rate (y + height), by rows."""
    rows, row_size, accumulate, slope_bits, height_bits, rate_bits, y, grad, dx = unpack(arguments, 9)
    slope, height = np.float32(float_of_bits(slope_bits)), np.float32(float_of_bits(height_bits))
    rate = np.float32(float_of_bits(rate_bits))
    low, high = share(rows, rank, ranks)
    out, g, d = float32s(y, low * row_size), float32s(grad, low * row_size), float32s(dx, low * row_size)
    for i in range((high - low) * row_size):
        there = slope if out[i] > 0 else rate * (out[i] + height)
        d[i] = g[i] * there + (d[i] if accumulate != 0 else np.float32(0))
    return OK
