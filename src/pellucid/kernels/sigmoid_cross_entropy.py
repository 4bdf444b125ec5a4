"""Sigmoid and cross-entropy as one, from logits: ``rows`` hold ``per_row`` vectors of ``size`` logits each."""

from __future__ import annotations

import math

import numpy as np

from pellucid.kernels.base import OK, float32s, kernel, share, unpack
from pellucid.kernels.mathematics import exp32, sigmoid32


@kernel
def forward(arguments, rank, ranks):
    """loss = mean of max(z, 0) - z t + log(1 + e^-|z|)."""
    rows, per_row, size, logits, target, losses = unpack(arguments, 6)
    low, high = share(rows, rank, ranks)
    loss = float32s(losses, 0)
    for i in range(low * per_row, high * per_row):
        z, t = float32s(logits, i * size), float32s(target, i * size)
        total = np.float32(0)
        for j in range(size):
            positive = np.float32(0) if z[j] < 0 else z[j]
            total += positive - z[j] * t[j] + math.log1p(exp32(-abs(z[j])))
        loss[i] = total / np.float32(size)
    return OK


@kernel
def backward(arguments, rank, ranks):
    """dz (+)= (sigmoid z - t) / n * grad."""
    rows, per_row, size, accumulate, grad, logits, target, dlogits = unpack(arguments, 8)
    low, high = share(rows, rank, ranks)
    g = float32s(grad, 0)
    for i in range(low * per_row, high * per_row):
        z, t, d = float32s(logits, i * size), float32s(target, i * size), float32s(dlogits, i * size)
        factor = g[i] / np.float32(size)
        for j in range(size):
            d[j] = factor * (sigmoid32(z[j]) - t[j]) + (d[j] if accumulate != 0 else np.float32(0))
    return OK
