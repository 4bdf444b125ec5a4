"""Activations inside other kernels, by code: those whose slope can be told from the output; see ``ops.fused_activation``."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.activation import relu32, sigmoid_slope, tanh_slope
from pellucid.kernels.base import OK, float32s, inner, kernel, share, unpack
from pellucid.kernels.mathematics import sigmoid32, tanh32

LINEAR, RELU, SIGMOID, TANH = range(4)


@inner
def add_bias(activation, columns, b, z):
    """z = f(z + b) in place, for one row."""
    if activation == RELU:
        for j in range(columns):
            z[j] = relu32(z[j] + b[j])
    elif activation == SIGMOID:
        for j in range(columns):
            z[j] = sigmoid32(z[j] + b[j])
    elif activation == TANH:
        for j in range(columns):
            z[j] = tanh32(z[j] + b[j])
    else:
        for j in range(columns):
            z[j] += b[j]


@inner
def curve(activation, count, z):
    """z = f(z) in place, of those that have an exponential: tiles of a product do the others as they are written."""
    if activation == SIGMOID:
        for i in range(count):
            z[i] = sigmoid32(z[i])
    elif activation == TANH:
        for i in range(count):
            z[i] = tanh32(z[i])


@kernel
def backward(arguments, rank, ranks):
    """grad *= f'(z), told from y = f(z), in place, by rows."""
    code, rows, row_size, y, grad = unpack(arguments, 5)
    low, high = share(rows, rank, ranks)
    count = (high - low) * row_size
    out, g = float32s(y, low * row_size), float32s(grad, low * row_size)
    if code == RELU:
        for i in range(count):
            g[i] = g[i] if out[i] > 0 else np.float32(0)
    elif code == SIGMOID:
        for i in range(count):
            g[i] = g[i] * sigmoid_slope(out[i])
    elif code == TANH:
        for i in range(count):
            g[i] = g[i] * tanh_slope(out[i])
    return OK
