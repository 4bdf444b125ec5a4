"""Depthwise convolution, by images: every channel with a small kernel of its own. Channels are lanes; nothing is laid out."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.arrays import clear
from pellucid.kernels.base import OK, float32s, kernel, share, unpack
from pellucid.kernels.fused_activation import RELU, curve
from pellucid.kernels.vectors import LANES, above_zero, either, lanes_below, load, positive, repeat, store


@kernel
def forward(arguments, rank, ranks):
    """y[c] = f(b[c] + sum over the window of x[c] w[c])."""
    (
        images, height, width, channels, tall, wide, down, right, gap_down, gap_right, top, left, rows, columns,
        activation, x, w, b, y,
    ) = unpack(arguments, 19)  # fmt: skip
    low, high = share(images, rank, ranks)
    for n in range(low, high):
        image = x + 4 * n * height * width * channels
        for i in range(rows):
            for j in range(columns):
                line, place = i * down - top, j * right - left
                to = y + 4 * ((n * rows + i) * columns + j) * channels
                for c in range(0, channels, LANES):
                    lanes = lanes_below(channels - c)
                    total = load(b + 4 * c, lanes)
                    for u in range(tall):
                        h = line + u * gap_down
                        if 0 <= h < height:
                            for v in range(wide):
                                q = place + v * gap_right
                                if 0 <= q < width:
                                    seen = load(image + 4 * ((h * width + q) * channels + c), lanes)
                                    total = total + seen * load(w + 4 * ((u * wide + v) * channels + c), lanes)
                    store(to + 4 * c, lanes, positive(total) if activation == RELU else total)
    curve(activation, (high - low) * rows * columns * channels, float32s(y + 4 * low * rows * columns * channels, 0))
    return OK


@kernel
def backward(arguments, rank, ranks):
    """sums[rank] = the gradients of w, then of b, from this rank's images, and dx (+)= that of x (0: not asked for).

    With ``relu``, grad is that of relu's output y; else that before the activation.
    """
    (
        images, height, width, channels, tall, wide, down, right, gap_down, gap_right, top, left, rows, columns,
        relu, accumulate, x, w, y, grad, dx, sums,
    ) = unpack(arguments, 22)  # fmt: skip
    low, high = share(images, rank, ranks)
    own = sums + 4 * rank * (tall * wide + 1) * channels
    own_bias = own + 4 * tall * wide * channels
    clear((tall * wide + 1) * channels, float32s(own, 0))
    if dx != 0 and accumulate == 0:
        clear((high - low) * height * width * channels, float32s(dx + 4 * low * height * width * channels, 0))
    for n in range(low, high):
        image = 4 * n * height * width * channels
        for i in range(rows):
            for j in range(columns):
                line, place = i * down - top, j * right - left
                made = 4 * ((n * rows + i) * columns + j) * channels
                for c in range(0, channels, LANES):
                    lanes = lanes_below(channels - c)
                    dz = load(grad + made + 4 * c, lanes)
                    if relu != 0:
                        dz = either(above_zero(load(y + made + 4 * c, lanes)), dz, repeat(np.float32(0)))
                    store(own_bias + 4 * c, lanes, dz + load(own_bias + 4 * c, lanes))
                    for u in range(tall):
                        h = line + u * gap_down
                        if 0 <= h < height:
                            for v in range(wide):
                                q = place + v * gap_right
                                if 0 <= q < width:
                                    there, tap = image + 4 * ((h * width + q) * channels + c), 4 * ((u * wide + v) * channels + c)
                                    store(own + tap, lanes, load(own + tap, lanes) + dz * load(x + there, lanes))
                                    if dx != 0:
                                        store(dx + there, lanes, load(dx + there, lanes) + dz * load(w + tap, lanes))
    return OK
