"""Arrays as a whole: fill, copy, add, and the sum of squares with its derivative."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, float_of_bits, kernel, share, unpack


@kernel
def nothing(arguments, rank, ranks):
    """What stands in the place of a call that a step leaves out."""
    return OK


@kernel
def fill(arguments, rank, ranks):
    """Every entry = value, by rows."""
    rows, row_size, value, destination = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    out, number = float32s(destination, low * row_size), np.float32(float_of_bits(value))
    for i in range((high - low) * row_size):
        out[i] = number
    return OK


@kernel
def copy(arguments, rank, ranks):
    """destination = source, by rows."""
    rows, row_size, source, destination = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    data, out = float32s(source, low * row_size), float32s(destination, low * row_size)
    for i in range((high - low) * row_size):
        out[i] = data[i]
    return OK


@kernel
def add_into(arguments, rank, ranks):
    """destination += source, by rows."""
    rows, row_size, source, destination = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    data, out = float32s(source, low * row_size), float32s(destination, low * row_size)
    for i in range((high - low) * row_size):
        out[i] += data[i]
    return OK


@kernel
def sum_squares(arguments, rank, ranks):
    """out = factor * sum of x^2, summed in float64. Rank 0 alone."""
    size, factor, x, out = unpack(arguments, 4)
    if rank != 0:
        return OK
    v = float32s(x, 0)
    total = 0.0
    for i in range(size):
        total += np.float64(v[i]) * np.float64(v[i])
    float32s(out, 0)[0] = float_of_bits(factor) * total
    return OK


@kernel
def add_multiple(arguments, rank, ranks):
    """out (+)= factor * grad * x, by rows; grad is one number. With factor 2 the derivative of the sum of squares."""
    rows, row_size, factor, accumulate, grad, x, out = unpack(arguments, 7)
    low, high = share(rows, rank, ranks)
    data, d = float32s(x, low * row_size), float32s(out, low * row_size)
    k = np.float32(float_of_bits(factor)) * float32s(grad, 0)[0]
    for i in range((high - low) * row_size):
        d[i] = k * data[i] + (d[i] if accumulate != 0 else np.float32(0))
    return OK
