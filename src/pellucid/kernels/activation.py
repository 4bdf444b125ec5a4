"""Activations whose derivative can be told from their output, elementwise; see ``ops.fused_activation`` for the codes."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, inlined, kernel, share, unpack
from pellucid.kernels.mathematics import sigmoid32, tanh32

LINEAR, RELU, SIGMOID, TANH = range(4)


@kernel
def forward(arguments, rank, ranks):
    """y = f(x), by rows."""
    code, rows, row_size, x, y = unpack(arguments, 5)
    low, high = share(rows, rank, ranks)
    count = (high - low) * row_size
    z, out = float32s(x, low * row_size), float32s(y, low * row_size)
    if code == RELU:
        for i in range(count):
            v = z[i]
            out[i] = np.float32(0) if v < 0 else v  # keeps NaN
    elif code == SIGMOID:
        for i in range(count):
            out[i] = sigmoid32(z[i])
    elif code == TANH:
        for i in range(count):
            out[i] = tanh32(z[i])
    else:
        for i in range(count):
            out[i] = z[i]
    return OK


@kernel
def backward_from_output(arguments, rank, ranks):
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
            g[i] = g[i] * out[i] * (np.float32(1) - out[i])
    elif code == TANH:
        for i in range(count):
            g[i] = g[i] * (np.float32(1) - out[i] * out[i])
    return OK


@kernel
def gradient(arguments, rank, ranks):
    """dx (+)= grad * f'(x), told from y = f(x), by rows."""
    code, rows, row_size, accumulate, y, grad, dx = unpack(arguments, 7)
    low, high = share(rows, rank, ranks)
    out, g = float32s(y, low * row_size), float32s(grad, low * row_size)
    d = float32s(dx, low * row_size)
    for i in range((high - low) * row_size):
        d[i] = g[i] * _slope(code, out[i]) + (d[i] if accumulate != 0 else np.float32(0))
    return OK


@inlined
def _slope(code, y):
    if code == RELU:
        return np.float32(1) if y > 0 else np.float32(0)
    if code == SIGMOID:
        return y * (np.float32(1) - y)
    if code == TANH:
        return np.float32(1) - y * y
    return np.float32(1)
