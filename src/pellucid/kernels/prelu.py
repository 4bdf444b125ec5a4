"""PReLU: a ReLU whose slope below 0 is learned. ``period`` slopes serve x in turn, element after element."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, kernel, share, unpack


@kernel
def forward(arguments, rank, ranks):
    """y = x, or alpha x below 0; x and y by rows, alpha whole."""
    rows, repeats, period, x, alpha, y = unpack(arguments, 6)
    low, high = share(rows, rank, ranks)
    a = float32s(alpha, 0)
    for i in range(low * repeats, high * repeats):
        given, out = float32s(x, i * period), float32s(y, i * period)
        for j in range(period):
            v = given[j]
            out[j] = v if v > 0 else a[j] * v
    return OK


@kernel
def input_gradient(arguments, rank, ranks):
    """dx (+)= grad, or alpha grad where x is below 0; by rows, alpha whole."""
    rows, repeats, period, accumulate, x, alpha, grad, dx = unpack(arguments, 8)
    low, high = share(rows, rank, ranks)
    a = float32s(alpha, 0)
    for i in range(low * repeats, high * repeats):
        given, g, d = float32s(x, i * period), float32s(grad, i * period), float32s(dx, i * period)
        for j in range(period):
            slope = np.float32(1) if given[j] > 0 else a[j]
            d[j] = g[j] * slope + (d[j] if accumulate != 0 else np.float32(0))
    return OK


@kernel
def slope_gradient(arguments, rank, ranks):
    """dalpha (+)= sum of grad min(x, 0) over what shares a slope; dalpha by rows, x and grad whole."""
    blocks, period, alpha_rows, alpha_row_size, accumulate, x, grad, dalpha = unpack(arguments, 8)
    first, last = share(alpha_rows, rank, ranks)
    low, high = first * alpha_row_size, last * alpha_row_size
    total = float32s(dalpha, 0)
    if accumulate == 0:
        for j in range(low, high):
            total[j] = 0
    for i in range(blocks):
        given, g = float32s(x, i * period), float32s(grad, i * period)
        for j in range(low, high):
            total[j] += g[j] * (np.float32(0) if given[j] > 0 else given[j])
    return OK
