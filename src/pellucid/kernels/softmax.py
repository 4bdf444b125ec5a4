"""Softmax and its logarithm along the last axis; ``rows`` of the first axis hold ``per_row`` vectors of ``size`` each."""

from __future__ import annotations

import math

import numpy as np

from pellucid.kernels.base import OK, float32s, inner, kernel, share, unpack
from pellucid.kernels.mathematics import exp32


@inner
def exponentials(size, z, e):
    """e = exp(z - max z), which cannot overflow; returns (max z, sum e)."""
    top = z[0]
    for j in range(1, size):
        top = z[j] if z[j] > top else top
    total = np.float32(0)
    for j in range(size):
        power = exp32(z[j] - top)
        e[j] = power
        total += power
    return top, total


@kernel
def forward(arguments, rank, ranks):
    """y = e^x / sum e^x."""
    rows, per_row, size, x, y = unpack(arguments, 5)
    low, high = share(rows, rank, ranks)
    for i in range(low * per_row, high * per_row):
        out = float32s(y, i * size)
        _, total = exponentials(size, float32s(x, i * size), out)
        for j in range(size):
            out[j] /= total
    return OK


@kernel
def backward(arguments, rank, ranks):
    """dx (+)= y (grad - sum grad y)."""
    rows, per_row, size, accumulate, y, grad, dx = unpack(arguments, 7)
    low, high = share(rows, rank, ranks)
    for i in range(low * per_row, high * per_row):
        p, g, d = float32s(y, i * size), float32s(grad, i * size), float32s(dx, i * size)
        mean = np.float32(0)
        for j in range(size):
            mean += g[j] * p[j]
        for j in range(size):
            d[j] = p[j] * (g[j] - mean) + (d[j] if accumulate != 0 else np.float32(0))
    return OK


@kernel
def log_forward(arguments, rank, ranks):
    """y = x - log sum e^x."""
    rows, per_row, size, x, y = unpack(arguments, 5)
    low, high = share(rows, rank, ranks)
    for i in range(low * per_row, high * per_row):
        z, out = float32s(x, i * size), float32s(y, i * size)
        top, total = exponentials(size, z, out)
        rest = math.log(total)
        for j in range(size):
            out[j] = (z[j] - top) - rest
    return OK


@kernel
def log_backward(arguments, rank, ranks):
    """dx (+)= grad - e^y sum grad."""
    rows, per_row, size, accumulate, y, grad, dx = unpack(arguments, 7)
    low, high = share(rows, rank, ranks)
    for i in range(low * per_row, high * per_row):
        logs, g, d = float32s(y, i * size), float32s(grad, i * size), float32s(dx, i * size)
        total = np.float32(0)
        for j in range(size):
            total += g[j]
        for j in range(size):
            d[j] = g[j] - exp32(logs[j]) * total + (d[j] if accumulate != 0 else np.float32(0))
    return OK
