"""Layer normalization: ``rows`` of the first axis hold ``per_row`` vectors of ``size`` each, normalized one by one.

Statistics of a vector are two numbers: the mean mu (0 where it is not ``centred``) and s = 1 / sqrt(variance + epsilon).
"""

from __future__ import annotations

import math

import numpy as np

from pellucid.kernels.base import OK, float32s, float_of_bits, inner, kernel, share, stack_float32s, unpack

_STRIP = 256
_BLOCK = 64


@inner
def _statistics_of(size, small, centred, x):
    """mu and s of one vector; the variance in a second pass, so that a mean far from 0 costs no digits."""
    mean = np.float32(0)
    if centred != 0:
        for j in range(size):
            mean += x[j]
        mean /= np.float32(size)
    squares = np.float32(0)
    for j in range(size):
        squares += (x[j] - mean) * (x[j] - mean)
    return mean, np.float32(1) / math.sqrt(squares / np.float32(size) + small)


@kernel
def forward(arguments, rank, ranks):
    """y = gamma (x - mu) s + beta, by rows."""
    rows, per_row, size, epsilon, centred, x, gamma, beta, y = unpack(arguments, 9)
    low, high = share(rows, rank, ranks)
    small = np.float32(float_of_bits(epsilon))
    scale, offset = float32s(gamma, 0), float32s(beta, 0)
    for i in range(low * per_row, high * per_row):
        row, out = float32s(x, i * size), float32s(y, i * size)
        mean, s = _statistics_of(size, small, centred, row)
        for j in range(size):
            out[j] = (row[j] - mean) * s * scale[j] + offset[j]
    return OK


@kernel
def statistics(arguments, rank, ranks):
    """mu and s of each vector, by rows."""
    rows, per_row, size, epsilon, centred, x, found = unpack(arguments, 7)
    low, high = share(rows, rank, ranks)
    small = np.float32(float_of_bits(epsilon))
    for i in range(low * per_row, high * per_row):
        out = float32s(found, 2 * i)
        out[0], out[1] = _statistics_of(size, small, centred, float32s(x, i * size))
    return OK


@kernel
def input_gradient(arguments, rank, ranks):
    """dx (+)= s (u - mean u - h mean(u h)), u = grad gamma, by rows; "mean u" only where centred."""
    rows, per_row, size, centred, accumulate, grad, x, gamma, found, gradient = unpack(arguments, 10)
    low, high = share(rows, rank, ranks)
    scale = float32s(gamma, 0)
    for i in range(low * per_row, high * per_row):
        g, row, d, known = float32s(grad, i * size), float32s(x, i * size), float32s(gradient, i * size), float32s(found, 2 * i)
        mean, s = known[0], known[1]
        along, across = np.float32(0), np.float32(0)
        for j in range(size):
            u = g[j] * scale[j]
            along += u
            across += u * ((row[j] - mean) * s)
        along = along / np.float32(size) if centred != 0 else np.float32(0)
        across /= np.float32(size)
        for j in range(size):
            slope = s * (g[j] * scale[j] - along - (row[j] - mean) * s * across)
            d[j] = slope + (d[j] if accumulate != 0 else np.float32(0))
    return OK


@kernel
def gamma_gradient(arguments, rank, ranks):
    """dgamma (+)= sum over all vectors of grad (x - mu) s, by entries: a block of vectors summed before it is added."""
    rows, per_row, size, accumulate, grad, x, found, gradient = unpack(arguments, 8)
    low, high = share(size, rank, ranks)
    count = rows * per_row
    known, part = float32s(found, 0), stack_float32s(256)
    for start in range(low, high, _STRIP):
        width = high - start if high - start < _STRIP else _STRIP
        total = float32s(gradient, start)
        for j in range(width if accumulate == 0 else 0):
            total[j] = 0
        for first in range(0, count, _BLOCK):
            for j in range(width):
                part[j] = 0
            for i in range(first, first + _BLOCK if first + _BLOCK < count else count):
                g, row = float32s(grad, i * size + start), float32s(x, i * size + start)
                mean, s = known[2 * i], known[2 * i + 1]
                for j in range(width):
                    part[j] += g[j] * ((row[j] - mean) * s)
            for j in range(width):
                total[j] += part[j]
    return OK
