"""Mean squared error of vectors: ``rows`` of the first axis hold ``per_row`` vectors of ``size`` each."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, kernel, share, unpack


@kernel
def forward(arguments, rank, ranks):
    """loss = mean of (y - t)^2."""
    rows, per_row, size, target, prediction, losses = unpack(arguments, 6)
    low, high = share(rows, rank, ranks)
    loss = float32s(losses, 0)
    for i in range(low * per_row, high * per_row):
        t, y = float32s(target, i * size), float32s(prediction, i * size)
        total = np.float32(0)
        for j in range(size):
            total += (y[j] - t[j]) * (y[j] - t[j])
        loss[i] = total / np.float32(size)
    return OK


@kernel
def backward(arguments, rank, ranks):
    """dy (+)= 2/n (y - t) * grad."""
    rows, per_row, size, accumulate, grad, target, prediction, gradient = unpack(arguments, 8)
    low, high = share(rows, rank, ranks)
    g = float32s(grad, 0)
    for i in range(low * per_row, high * per_row):
        t, y, d = float32s(target, i * size), float32s(prediction, i * size), float32s(gradient, i * size)
        factor = g[i] * np.float32(2.0 / size)
        for j in range(size):
            d[j] = factor * (y[j] - t[j]) + (d[j] if accumulate != 0 else np.float32(0))
    return OK
