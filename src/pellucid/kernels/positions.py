"""Vectors of places: one table for all samples."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, kernel, share, unpack


@kernel
def forward(arguments, rank, ranks):
    """y[n, t] = table[t] (+ x[n, t]), by samples."""
    batch, count, added, x, table, y = unpack(arguments, 6)
    low, high = share(batch, rank, ranks)
    place = float32s(table, 0)
    for i in range(low, high):
        row, out = float32s(x, i * count), float32s(y, i * count)
        if added != 0:
            for j in range(count):
                out[j] = row[j] + place[j]
        else:
            for j in range(count):
                out[j] = place[j]
    return OK


@kernel
def table_gradient(arguments, rank, ranks):
    """dtable[t] (+)= sum over n of grad[n, t], by places; 0 for places that no sequence reached."""
    places, batch, time, features, accumulate, grad, gradient = unpack(arguments, 7)
    low, high = share(places, rank, ranks)
    out = float32s(gradient, 0)
    if accumulate == 0:
        for j in range(low * features, high * features):
            out[j] = np.float32(0)
    first, last = low * features, min(high, time) * features
    for i in range(batch):
        row = float32s(grad, i * time * features)
        for j in range(first, last):
            out[j] += row[j]
    return OK
