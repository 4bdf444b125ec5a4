"""Convolution of 3 x 3 at stride 1 by Winograd's F(4 x 4, 3 x 3): a quarter of the multiplications; see `winograd_transforms`.

Many tiles: each rank takes its images through everything, a block of tiles at a time, so that what lies between transforms and
products never leaves the cache (``forward``, ``backward``). Few tiles, many channels: what is large is the kernel, 36 numbers for
its 9, so each rank makes and uses up some panels of it, for the tiles of all images (``spread``, ``multiply``, ``gather``, and
their way back). Matrices lie in panels of 64 columns (`panels`). Rows of one frequency are followed by 16 numbers of nothing,
else all 36 frequencies of a tile would fall on the same lines of the cache.
"""

from __future__ import annotations

import numpy as np

from pellucid.kernels.arrays import clear
from pellucid.kernels.base import OK, float32s, inner, kernel, share, unpack
from pellucid.kernels.fused_activation import RELU, curve
from pellucid.kernels.layout import PANEL
from pellucid.kernels.panels import panel_product
from pellucid.kernels.tiles import block_product
from pellucid.kernels.vectors import LANES
from pellucid.kernels.winograd_transforms import (
    FREQUENCIES,
    OUT,
    add_to_image,
    finish_tile,
    transform_back,
    transform_gradient,
    transform_image,
    transform_kernel,
)

GAP = 16


@kernel
def forward(arguments, rank, ranks):
    """y = f(x * w + b), by images, ``block`` tiles at a time."""
    (
        images, height, width, channels, outputs, top, left, rows, columns, activation, block, room, x, w, b, y, scratch,
    ) = unpack(arguments, 17)  # fmt: skip
    low, high = share(images, rank, ranks)
    u = scratch + 4 * rank * room
    u_step, v_step, m_step = _panels(channels, outputs), 4 * (block * channels + GAP), 4 * (block * outputs + GAP)
    v = u + FREQUENCIES * u_step
    m = v + FREQUENCIES * v_step
    if low < high:
        _kernel_in_panels(channels, outputs, w, u)
    across = (columns + OUT - 1) // OUT
    tiles = (rows + OUT - 1) // OUT * across
    relu = 1 if activation == RELU else 0
    for first in range(low * tiles, high * tiles, block):
        count = min(block, high * tiles - first)
        for t in range(count):
            n, row, column = (first + t) // tiles, (first + t) % tiles // across * OUT, (first + t) % across * OUT
            image = x + 4 * n * height * width * channels
            transform_image(height, width, channels, row - top, column - left, image, v + 4 * t * channels, v_step)
        for f in range(FREQUENCIES):
            panel_product(count, outputs, channels, v + f * v_step, 4 * channels, u + f * u_step, m + f * m_step, 4 * outputs, 0)
        for t in range(count):
            n, row, column = (first + t) // tiles, (first + t) % tiles // across * OUT, (first + t) % across * OUT
            image = y + 4 * n * rows * columns * outputs
            finish_tile(rows, columns, outputs, outputs, row, column, m + 4 * t * outputs, m_step, b, relu, image)
    curve(activation, (high - low) * rows * columns * outputs, float32s(y + 4 * low * rows * columns * outputs, 0))
    return OK


@kernel
def backward(arguments, rank, ranks):
    """sums[rank] = the gradients of w, then of b, from this rank's images, and dx (+)= that of x (0: not asked for).

    With ``relu``, grad is that of relu's output y; else that before the activation.
    """
    (
        images, height, width, channels, outputs, top, left, rows, columns, relu, accumulate, block, room,
        x, w, y, grad, dx, sums, scratch,
    ) = unpack(arguments, 20)  # fmt: skip
    low, high = share(images, rank, ranks)
    turned = scratch + 4 * rank * room
    t_step, v_step, m_step = _panels(outputs, channels), 4 * (block * channels + GAP), 4 * (block * outputs + GAP)
    u_step = 4 * (channels * outputs + GAP)
    u = turned + FREQUENCIES * t_step
    v = u + FREQUENCIES * u_step
    m = v + FREQUENCIES * v_step
    own = sums + 4 * rank * (9 * channels + 1) * outputs
    if dx != 0 and low < high:
        _turned_in_panels(channels, outputs, w, u, turned)
    clear(FREQUENCIES * u_step // 4, float32s(u, 0))
    own_bias = own + 4 * 9 * channels * outputs
    clear(outputs, float32s(own_bias, 0))
    across = (columns + OUT - 1) // OUT
    tiles = (rows + OUT - 1) // OUT * across
    for first in range(low * tiles, high * tiles, block):
        count = min(block, high * tiles - first)
        for t in range(count):
            n, row, column = (first + t) // tiles, (first + t) % tiles // across * OUT, (first + t) % across * OUT
            image, made = x + 4 * n * height * width * channels, 4 * n * rows * columns * outputs
            transform_image(height, width, channels, row - top, column - left, image, v + 4 * t * channels, v_step)
            transform_gradient(
                rows, columns, outputs, row, column, y + made, grad + made, relu, own_bias, m + 4 * t * outputs, m_step
            )
        for f in range(FREQUENCIES):
            vf, mf, uf = v + f * v_step, m + f * m_step, u + f * u_step
            block_product(channels, outputs, count, np.float32(1), vf, 4, 4 * channels, mf, 4 * outputs, uf, 4 * outputs, 1)
            if dx != 0:  # in the place of v, which is used up
                panel_product(count, channels, outputs, mf, 4 * outputs, turned + f * t_step, vf, 4 * channels, 0)
        for t in range(count if dx != 0 else 0):
            n, row, column = (first + t) // tiles, (first + t) % tiles // across * OUT, (first + t) % across * OUT
            image = dx + 4 * n * height * width * channels
            if (first + t) % tiles == 0 and accumulate == 0:
                clear(height * width * channels, float32s(image, 0))
            add_to_image(height, width, channels, channels, row - top, column - left, image, v + 4 * t * channels, v_step)
    transform_back(channels * outputs, u, u_step, own, 4 * channels * outputs, 0)
    return OK


@kernel
def spread(arguments, rank, ranks):
    """v = B' x B of every tile, by images; a tile's 36 frequencies one after the other, then a gap."""
    images, height, width, channels, top, left, rows, columns, x, v = unpack(arguments, 10)
    low, high = share(images, rank, ranks)
    across = (columns + OUT - 1) // OUT
    tiles = (rows + OUT - 1) // OUT * across
    for tile in range(low * tiles, high * tiles):
        row, column = tile % tiles // across * OUT, tile % across * OUT
        image, to = x + 4 * (tile // tiles) * height * width * channels, v + 4 * tile * (FREQUENCIES * channels + GAP)
        transform_image(height, width, channels, row - top, column - left, image, to, 4 * channels)
    return OK


@kernel
def multiply(arguments, rank, ranks):
    """m = v (G w G') by panels of outputs, all 36 frequencies; the transformed kernel is made and used up in the cache."""
    tiles, channels, outputs, room, v, w, m, scratch = unpack(arguments, 8)
    low, high = share((outputs + PANEL - 1) // PANEL, rank, ranks)
    u, u_step = scratch + 4 * rank * room, 4 * (PANEL * PANEL + GAP)
    v_row, m_step = 4 * (FREQUENCIES * channels + GAP), 4 * (tiles * PANEL + GAP)
    for panel in range(low, high):
        to, count = m + panel * FREQUENCIES * m_step, min(PANEL, outputs - panel * PANEL)
        for first in range(0, channels, PANEL):
            depth = min(PANEL, channels - first)
            for c in range(depth):
                source = w + 4 * ((first + c) * outputs + panel * PANEL)
                transform_kernel(count, source, 4 * channels * outputs, u + 4 * c * PANEL, u_step)
            for f in range(FREQUENCIES):
                vf, adds = v + 4 * (f * channels + first), 1 if first > 0 else 0
                panel_product(tiles, count, depth, vf, v_row, u + f * u_step, to + f * m_step, 4 * PANEL, adds)
    return OK


@kernel
def gather(arguments, rank, ranks):
    """y = f(A' m A + b), by images."""
    images, outputs, rows, columns, activation, m, b, y = unpack(arguments, 8)
    low, high = share(images, rank, ranks)
    across = (columns + OUT - 1) // OUT
    tiles = (rows + OUT - 1) // OUT * across
    relu = 1 if activation == RELU else 0
    step = 4 * (images * tiles * PANEL + GAP)
    for tile in range(low * tiles, high * tiles):
        row, column = tile % tiles // across * OUT, tile % across * OUT
        image = y + 4 * (tile // tiles) * rows * columns * outputs
        for first in range(0, outputs, PANEL):
            source, count = m + first // PANEL * FREQUENCIES * step + 4 * tile * PANEL, min(PANEL, outputs - first)
            finish_tile(rows, columns, outputs, count, row, column, source, step, b + 4 * first, relu, image + 4 * first)
    curve(activation, (high - low) * rows * columns * outputs, float32s(y + 4 * low * rows * columns * outputs, 0))
    return OK


@kernel
def spread_gradient(arguments, rank, ranks):
    """m = A dz A' of every tile, as in ``spread``, and sums[rank] = the gradient of b from this rank's images."""
    images, outputs, rows, columns, relu, y, grad, m, sums = unpack(arguments, 9)
    low, high = share(images, rank, ranks)
    total = sums + 4 * rank * outputs
    clear(outputs, float32s(total, 0))
    across = (columns + OUT - 1) // OUT
    tiles = (rows + OUT - 1) // OUT * across
    for tile in range(low * tiles, high * tiles):
        row, column, made = tile % tiles // across * OUT, tile % across * OUT, 4 * (tile // tiles) * rows * columns * outputs
        to = m + 4 * tile * (FREQUENCIES * outputs + GAP)
        transform_gradient(rows, columns, outputs, row, column, y + made, grad + made, relu, total, to, 4 * outputs)
    return OK


@kernel
def multiply_back(arguments, rank, ranks):
    """dv = m (G w G')', by panels of inputs, as ``multiply``."""
    tiles, channels, outputs, room, m, w, dv, scratch = unpack(arguments, 8)
    low, high = share((channels + PANEL - 1) // PANEL, rank, ranks)
    u, u_step = scratch + 4 * rank * room, 4 * (PANEL * PANEL + GAP)
    turned = u + FREQUENCIES * u_step
    m_row, dv_step = 4 * (FREQUENCIES * outputs + GAP), 4 * (tiles * PANEL + GAP)
    for panel in range(low, high):
        to, count = dv + panel * FREQUENCIES * dv_step, min(PANEL, channels - panel * PANEL)
        for first in range(0, outputs, PANEL):
            depth = min(PANEL, outputs - first)
            _turn(count, depth, channels * outputs, outputs, w + 4 * (panel * PANEL * outputs + first), turned)
            for k in range(depth):
                transform_kernel(count, turned + 4 * k * count, 4 * depth * count, u + 4 * k * PANEL, u_step)
            for f in range(FREQUENCIES):
                mf, adds = m + 4 * (f * outputs + first), 1 if first > 0 else 0
                panel_product(tiles, count, depth, mf, m_row, u + f * u_step, to + f * dv_step, 4 * PANEL, adds)
    return OK


@kernel
def kernel_gradient(arguments, rank, ranks):
    """dw (+)= G' (v' m) G, by blocks of inputs, which are no rows of dw."""
    tiles, channels, outputs, accumulate, room, v, m, dw, scratch = unpack(arguments, 9)
    low, high = share((channels + PANEL - 1) // PANEL, rank, ranks)
    u, u_step = scratch + 4 * rank * room, 4 * (PANEL * PANEL + GAP)
    v_row, m_row = 4 * (FREQUENCIES * channels + GAP), 4 * (FREQUENCIES * outputs + GAP)
    for block in range(low, high):
        seen = min(PANEL, channels - block * PANEL)
        for first in range(0, outputs, PANEL):
            made = min(PANEL, outputs - first)
            for f in range(FREQUENCIES):
                vf, mf = v + 4 * (f * channels + block * PANEL), m + 4 * (f * outputs + first)
                block_product(seen, made, tiles, np.float32(1), vf, 4, v_row, mf, m_row, u + f * u_step, 4 * PANEL, 0)
            for c in range(seen):
                target = dw + 4 * ((block * PANEL + c) * outputs + first)
                transform_back(made, u + 4 * c * PANEL, u_step, target, 4 * channels * outputs, accumulate)
    return OK


@kernel
def gather_gradient(arguments, rank, ranks):
    """dx (+)= B dv B', by images."""
    images, height, width, channels, top, left, rows, columns, accumulate, dv, dx = unpack(arguments, 11)
    low, high = share(images, rank, ranks)
    if accumulate == 0:
        clear((high - low) * height * width * channels, float32s(dx + 4 * low * height * width * channels, 0))
    across = (columns + OUT - 1) // OUT
    tiles = (rows + OUT - 1) // OUT * across
    step = 4 * (images * tiles * PANEL + GAP)
    for tile in range(low * tiles, high * tiles):
        row, column = tile % tiles // across * OUT - top, tile % across * OUT - left
        image = dx + 4 * (tile // tiles) * height * width * channels
        for first in range(0, channels, PANEL):
            source, count = dv + first // PANEL * FREQUENCIES * step + 4 * tile * PANEL, min(PANEL, channels - first)
            add_to_image(height, width, channels, count, row, column, image + 4 * first, source, step)
    return OK


@inner
def _panels(depth, columns):
    """Bytes of a matrix in panels."""
    return 4 * depth * ((columns + PANEL - 1) // PANEL * PANEL)


@inner
def _kernel_in_panels(channels, outputs, w, u):
    """G w G', each frequency a matrix (channels, outputs) in panels. What fills up the last panel is never saved."""
    for first in range(0, outputs, PANEL):
        count = min(PANEL, outputs - first)
        for c in range(channels):
            source, to = w + 4 * (c * outputs + first), u + 4 * (first * channels + c * PANEL)
            transform_kernel(count, source, 4 * channels * outputs, to, _panels(channels, outputs))


@inner
def _turned_in_panels(channels, outputs, w, room, u):
    """(G w G')' in panels; ``room`` is for 9 * channels * outputs numbers."""
    _turn(channels, outputs, channels * outputs, outputs, w, room)
    _kernel_in_panels(outputs, channels, room, u)


@inner
def _turn(channels, outputs, tap, row, w, turned):
    """Of each of 9 taps the transpose; ``tap`` and ``row``: numbers from one to the next in w."""
    for t in range(9):
        for first in range(0, outputs, LANES):
            for c in range(channels):
                source, target = float32s(w, t * tap + c * row), float32s(turned, t * channels * outputs + c)
                for k in range(first, min(first + LANES, outputs)):
                    target[k * channels] = source[k]
