"""Means of a batch's values, plain and weighted; ``repeats`` values, one after another, share a weight."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, kernel, share, unpack


@kernel
def plain(arguments, rank, ranks):
    """y = sum of values / count, summed in float64. Rank 0 alone."""
    count, values, y = unpack(arguments, 3)
    if rank != 0:
        return OK
    v = float32s(values, 0)
    total = 0.0
    for i in range(count):
        total += v[i]
    float32s(y, 0)[0] = total / count
    return OK


@kernel
def plain_backward(arguments, rank, ranks):
    """dv (+)= grad / count, by rows."""
    rows, row_size, count, accumulate, grad, dvalues = unpack(arguments, 6)
    low, high = share(rows, rank, ranks)
    slope, d = float32s(grad, 0)[0] / np.float32(count), float32s(dvalues, low * row_size)
    for i in range((high - low) * row_size):
        d[i] = slope + (d[i] if accumulate != 0 else np.float32(0))
    return OK


@kernel
def forward(arguments, rank, ranks):
    """y = sum of weights * values / count, summed in float64. Rank 0 alone."""
    count, repeats, values, weights, y = unpack(arguments, 5)
    if rank != 0:
        return OK
    w = float32s(weights, 0)
    total = 0.0
    for i in range(count):
        v = float32s(values, i * repeats)
        for j in range(repeats):
            total += w[i] * v[j]
    float32s(y, 0)[0] = total / (count * repeats)
    return OK


@kernel
def backward(arguments, rank, ranks):
    """dv (+)= weight * grad / count, by rows of weights and values alike."""
    rows, weights_per_row, repeats, accumulate, grad, weights, dvalues = unpack(arguments, 7)
    low, high = share(rows, rank, ranks)
    slope = float32s(grad, 0)[0] / np.float32(rows * weights_per_row * repeats)
    w = float32s(weights, 0)
    for i in range(low * weights_per_row, high * weights_per_row):
        d = float32s(dvalues, i * repeats)
        for j in range(repeats):
            d[j] = slope * w[i] + (d[j] if accumulate != 0 else np.float32(0))
    return OK
