"""A mean over what a mask shows; see ``ops.masked_mean``. ``by_weight`` and ``by_mask`` values in a row have one weight, mask."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, kernel, share, uint8s, unpack


@kernel
def forward(arguments, rank, ranks):
    """y = 1/n sum w m v, and n; by rank 0."""
    size, by_weight, by_mask, values, weights, mask, count, y = unpack(arguments, 8)
    if rank != 0:
        return OK
    v, w, m = float32s(values, 0), float32s(weights, 0), uint8s(mask, 0)
    total, number = 0.0, np.int64(0)
    for i in range(size):
        if m[i // by_mask] != 0:
            total += np.float64(v[i]) * np.float64(w[i // by_weight])
            number += 1
    float32s(count, 0)[0] = np.float32(number)
    float32s(y, 0)[0] = np.float32(total / max(number, 1))
    return OK


@kernel
def backward(arguments, rank, ranks):
    """dv (+)= grad w m / n, by rows."""
    rows, row_size, by_weight, by_mask, accumulate, grad, weights, mask, count, gradient = unpack(arguments, 10)
    low, high = share(rows, rank, ranks)
    w, m, d = float32s(weights, 0), uint8s(mask, 0), float32s(gradient, 0)
    factor = float32s(grad, 0)[0] / max(float32s(count, 0)[0], np.float32(1))
    for i in range(low * row_size, high * row_size):
        slope = factor * w[i // by_weight] if m[i // by_mask] != 0 else np.float32(0)
        d[i] = slope + (d[i] if accumulate != 0 else np.float32(0))
    return OK
