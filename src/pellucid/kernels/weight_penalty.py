"""Penalties on weights: l1 times the sum of absolute values plus l2 times the sum of squares, and the derivative."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, float64s, float_of_bits, kernel, share, unpack


@kernel
def by_rows(arguments, rank, ranks):
    """The penalty of each row (float64), by rows."""
    rows, row_size, l1_bits, l2_bits, weights, sums = unpack(arguments, 6)
    low, high = share(rows, rank, ranks)
    l1, l2, out = float_of_bits(l1_bits), float_of_bits(l2_bits), float64s(sums, 0)
    for r in range(low, high):
        w = float32s(weights, r * row_size)
        sizes, squares = 0.0, 0.0
        for i in range(row_size):
            v = np.float64(w[i])
            sizes += abs(v)
            squares += v * v
        out[r] = l1 * sizes + l2 * squares
    return OK


@kernel
def total(arguments, rank, ranks):
    """y = sum of the rows' penalties. Rank 0 alone."""
    rows, sums, y = unpack(arguments, 3)
    if rank != 0:
        return OK
    v, whole = float64s(sums, 0), 0.0
    for r in range(rows):
        whole += v[r]
    float32s(y, 0)[0] = whole
    return OK


@kernel
def backward(arguments, rank, ranks):
    """dw (+)= grad * (l1 sign(w) + 2 l2 w), by rows; grad is one number."""
    rows, row_size, l1_bits, l2_bits, accumulate, grad, weights, dweights = unpack(arguments, 8)
    low, high = share(rows, rank, ranks)
    w, d = float32s(weights, low * row_size), float32s(dweights, low * row_size)
    slope = float32s(grad, 0)[0]
    up, steep = slope * np.float32(float_of_bits(l1_bits)), slope * np.float32(2.0 * float_of_bits(l2_bits))
    for i in range((high - low) * row_size):
        v = w[i]
        sign = np.float32(1) if v > 0 else np.float32(-1)
        sign = np.float32(0) if v == 0 else sign
        sign = sign if v == v else v  # keeps NaN
        d[i] = up * sign + steep * v + (d[i] if accumulate != 0 else np.float32(0))
    return OK
