"""Functions of three straight pieces: ReLU and its relatives, hard sigmoid, hard tanh, the shrinking functions.

A piece is y = slope x + offset; the first holds for x <= low, the last for x > high, the middle one between.
"""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, float_of_bits, inlined, inner, kernel, share, unpack


@inlined
def _piece(x, low, high, below, between, above):
    """What belongs to the piece on which x lies; NaN lies on the first."""
    rest = between if x > low else below
    return above if x > high else rest


@inner
def _single(bits):
    return np.float32(float_of_bits(bits))


@kernel
def forward(arguments, rank, ranks):
    """y = slope x + offset, by rows."""
    rows, row_size, from_, to, s0, o0, s1, o1, s2, o2, x, y = unpack(arguments, 12)
    first, last = _single(from_), _single(to)
    slope0, slope1, slope2 = _single(s0), _single(s1), _single(s2)
    offset0, offset1, offset2 = _single(o0), _single(o1), _single(o2)
    low, high = share(rows, rank, ranks)
    given, out = float32s(x, low * row_size), float32s(y, low * row_size)
    for i in range((high - low) * row_size):
        v = given[i]
        slope = _piece(v, first, last, slope0, slope1, slope2)
        offset = _piece(v, first, last, offset0, offset1, offset2)
        value = slope * v + offset if slope != 0 else offset  # no infinity times 0
        out[i] = value if v == v else v
    return OK


@kernel
def gradient(arguments, rank, ranks):
    """dx (+)= grad * slope, told from x, by rows."""
    rows, row_size, accumulate, from_, to, s0, _, s1, _, s2, _, x, grad, dx = unpack(arguments, 14)
    first, last = _single(from_), _single(to)
    slope0, slope1, slope2 = _single(s0), _single(s1), _single(s2)
    low, high = share(rows, rank, ranks)
    given, g, d = float32s(x, low * row_size), float32s(grad, low * row_size), float32s(dx, low * row_size)
    for i in range((high - low) * row_size):
        slope = _piece(given[i], first, last, slope0, slope1, slope2)
        d[i] = g[i] * slope + (d[i] if accumulate != 0 else np.float32(0))
    return OK
