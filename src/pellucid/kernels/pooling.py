"""Pooling by images: each output number from one window of one channel. The places added around an image are passed over.

Channels are lanes: a window is gone through for 16 of them at once. Windows of 2 x 2 inside of the image, which most networks
have, are written out: with few channels a loop would take longer than what is in it.
"""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, inner, kernel, share, unpack
from pellucid.kernels.vectors import (
    LANES,
    beats,
    either,
    either_int,
    equal,
    lanes_below,
    load,
    load_bytes,
    repeat,
    repeat_int,
    store,
    store_bytes,
)


@kernel
def maximum(arguments, rank, ranks):
    """y = the greatest of each window, place = where in the window it was."""
    images, height, width, channels, tall, wide, down, right, top, left, rows, columns, x, y, place = unpack(arguments, 15)
    low, high = share(images, rank, ranks)
    for n in range(low, high):
        image = x + 4 * n * height * width * channels
        for i in range(rows):
            u0, u1 = max(0, top - i * down), min(tall, height + top - i * down)
            for j in range(columns):
                v0, v1 = max(0, left - j * right), min(wide, width + left - j * right)
                two_by_two = tall == 2 and wide == 2 and u0 + v0 == 0 and u1 + v1 == 4
                window = image + 4 * ((i * down - top) * width + j * right - left) * channels
                at = ((n * rows + i) * columns + j) * channels
                for c in range(0, channels, LANES):
                    lanes = lanes_below(channels - c)
                    if two_by_two:
                        best, where = load(window + 4 * c, lanes), repeat_int(0)
                        best, where = _better(load(window + 4 * (channels + c), lanes), 1, best, where)
                        best, where = _better(load(window + 4 * (width * channels + c), lanes), 2, best, where)
                        best, where = _better(load(window + 4 * ((width + 1) * channels + c), lanes), 3, best, where)
                    else:
                        best, where = load(window + 4 * ((u0 * width + v0) * channels + c), lanes), repeat_int(u0 * wide + v0)
                        for u in range(u0, u1):
                            for v in range(v0, v1):
                                value = load(window + 4 * ((u * width + v) * channels + c), lanes)
                                best, where = _better(value, u * wide + v, best, where)
                    store(y + 4 * (at + c), lanes, best)
                    store_bytes(place + at + c, lanes, where)
    return OK


@kernel
def maximum_alone(arguments, rank, ranks):
    """y = the greatest of each window."""
    images, height, width, channels, tall, wide, down, right, top, left, rows, columns, x, y = unpack(arguments, 14)
    low, high = share(images, rank, ranks)
    for n in range(low, high):
        image = x + 4 * n * height * width * channels
        for i in range(rows):
            u0, u1 = max(0, top - i * down), min(tall, height + top - i * down)
            for j in range(columns):
                v0, v1 = max(0, left - j * right), min(wide, width + left - j * right)
                window = image + 4 * ((i * down - top) * width + j * right - left) * channels
                at = ((n * rows + i) * columns + j) * channels
                for c in range(0, channels, LANES):
                    lanes = lanes_below(channels - c)
                    best = load(window + 4 * ((u0 * width + v0) * channels + c), lanes)
                    for u in range(u0, u1):
                        for v in range(v0, v1):
                            value = load(window + 4 * ((u * width + v) * channels + c), lanes)
                            best = either(beats(value, best), value, best)
                    store(y + 4 * (at + c), lanes, best)
    return OK


@kernel
def maximum_gradient(arguments, rank, ranks):
    """dx (+)= grad where each maximum was."""
    (
        images, height, width, channels, tall, wide, down, right, top, left, rows, columns,
        accumulate, place, grad, dx,
    ) = unpack(arguments, 16)  # fmt: skip
    low, high = share(images, rank, ranks)
    adds = accumulate != 0 or not _covers(height, width, tall, wide, down, right, rows, columns)
    _begin(accumulate == 0 and adds, low, high, height * width * channels, dx)
    zero = repeat(np.float32(0))
    for n in range(low, high):
        image = dx + 4 * n * height * width * channels
        for i in range(rows):
            u0, u1 = max(0, top - i * down), min(tall, height + top - i * down)
            for j in range(columns):
                v0, v1 = max(0, left - j * right), min(wide, width + left - j * right)
                two_by_two = tall == 2 and wide == 2 and u0 + v0 == 0 and u1 + v1 == 4
                window = image + 4 * ((i * down - top) * width + j * right - left) * channels
                at = ((n * rows + i) * columns + j) * channels
                for c in range(0, channels, LANES):
                    lanes = lanes_below(channels - c)
                    g, where = load(grad + 4 * (at + c), lanes), load_bytes(place + at + c, lanes)
                    if two_by_two and not adds:
                        store(window + 4 * c, lanes, either(equal(where, repeat_int(0)), g, zero))
                        store(window + 4 * (channels + c), lanes, either(equal(where, repeat_int(1)), g, zero))
                        store(window + 4 * (width * channels + c), lanes, either(equal(where, repeat_int(2)), g, zero))
                        store(window + 4 * ((width + 1) * channels + c), lanes, either(equal(where, repeat_int(3)), g, zero))
                        continue
                    for u in range(u0, u1):
                        for v in range(v0, v1):
                            there = window + 4 * ((u * width + v) * channels + c)
                            part = either(equal(where, repeat_int(u * wide + v)), g, zero)
                            if adds:
                                part = part + load(there, lanes)
                            store(there, lanes, part)
    return OK


@kernel
def average(arguments, rank, ranks):
    """y = the mean of each window's places inside the image."""
    images, height, width, channels, tall, wide, down, right, top, left, rows, columns, x, y = unpack(arguments, 14)
    low, high = share(images, rank, ranks)
    for n in range(low, high):
        image = x + 4 * n * height * width * channels
        for i in range(rows):
            u0, u1 = max(0, top - i * down), min(tall, height + top - i * down)
            for j in range(columns):
                v0, v1 = max(0, left - j * right), min(wide, width + left - j * right)
                two_by_two = tall == 2 and wide == 2 and u0 + v0 == 0 and u1 + v1 == 4
                window = image + 4 * ((i * down - top) * width + j * right - left) * channels
                at = ((n * rows + i) * columns + j) * channels
                part = np.float32(1) / np.float32((u1 - u0) * (v1 - v0))
                for c in range(0, channels, LANES):
                    lanes = lanes_below(channels - c)
                    if two_by_two:
                        upper = load(window + 4 * c, lanes) + load(window + 4 * (channels + c), lanes)
                        at_lower = window + 4 * (width * channels + c)
                        lower = load(at_lower, lanes) + load(at_lower + 4 * channels, lanes)
                        store(y + 4 * (at + c), lanes, part * (upper + lower))
                        continue
                    total = repeat(np.float32(0))
                    for u in range(u0, u1):
                        for v in range(v0, v1):
                            total = total + load(window + 4 * ((u * width + v) * channels + c), lanes)
                    store(y + 4 * (at + c), lanes, part * total)
    return OK


@kernel
def average_gradient(arguments, rank, ranks):
    """dx (+)= each window's share of its gradient."""
    (
        images, height, width, channels, tall, wide, down, right, top, left, rows, columns,
        accumulate, grad, dx,
    ) = unpack(arguments, 15)  # fmt: skip
    low, high = share(images, rank, ranks)
    adds = accumulate != 0 or not _covers(height, width, tall, wide, down, right, rows, columns)
    _begin(accumulate == 0 and adds, low, high, height * width * channels, dx)
    for n in range(low, high):
        image = dx + 4 * n * height * width * channels
        for i in range(rows):
            u0, u1 = max(0, top - i * down), min(tall, height + top - i * down)
            for j in range(columns):
                v0, v1 = max(0, left - j * right), min(wide, width + left - j * right)
                two_by_two = tall == 2 and wide == 2 and u0 + v0 == 0 and u1 + v1 == 4
                window = image + 4 * ((i * down - top) * width + j * right - left) * channels
                at = ((n * rows + i) * columns + j) * channels
                part = np.float32(1) / np.float32((u1 - u0) * (v1 - v0))
                for c in range(0, channels, LANES):
                    lanes = lanes_below(channels - c)
                    g = part * load(grad + 4 * (at + c), lanes)
                    if two_by_two and not adds:
                        store(window + 4 * c, lanes, g)
                        store(window + 4 * (channels + c), lanes, g)
                        store(window + 4 * (width * channels + c), lanes, g)
                        store(window + 4 * ((width + 1) * channels + c), lanes, g)
                        continue
                    for u in range(u0, u1):
                        for v in range(v0, v1):
                            there = window + 4 * ((u * width + v) * channels + c)
                            store(there, lanes, g + load(there, lanes) if adds else g)
    return OK


@inner
def _better(value, number, best, where):
    """The greater, and where it was."""
    better = beats(value, best)
    return either(better, value, best), either_int(better, repeat_int(number), where)


@inner
def _covers(height, width, tall, wide, down, right, rows, columns):
    """Whether the windows lie side by side and leave no place of the image out: then each place is written once."""
    return down == tall and right == wide and rows * tall == height and columns * wide == width


@inner
def _begin(clears, low, high, image_size, target):
    """0 where nothing stands yet and windows add."""
    if clears:
        out = float32s(target, low * image_size)
        for i in range((high - low) * image_size):
            out[i] = 0
