"""Pooling by images: each output number from one window of one channel. The places added around an image are passed over."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, inner, int32s, kernel, share, unpack


@kernel
def maximum(arguments, rank, ranks):
    """y = the greatest of each window, place = where in the window it was."""
    images, height, width, channels, tall, wide, down, right, top, left, rows, columns, x, y, place = unpack(arguments, 15)
    low, high = share(images, rank, ranks)
    image_size, made = height * width * channels, rows * columns * channels
    for n in range(low, high):
        for i in range(rows):
            for j in range(columns):
                image, at = float32s(x, n * image_size), n * made + (i * columns + j) * channels
                out, where = float32s(y, at), int32s(place, at)
                first = True
                for u in range(max(0, top - i * down), min(tall, height + top - i * down)):
                    for v in range(max(0, left - j * right), min(wide, width + left - j * right)):
                        start = ((i * down + u - top) * width + j * right + v - left) * channels
                        number = np.int32(u * wide + v)
                        for c in range(channels):
                            value = image[start + c]
                            # The second half of the test lets a NaN in, and then nothing after it.
                            greater = first or value > out[c] or (value != value and out[c] == out[c])
                            out[c] = value if greater else out[c]
                            where[c] = number if greater else where[c]
                        first = False
    return OK


@kernel
def maximum_alone(arguments, rank, ranks):
    """y = the greatest of each window."""
    images, height, width, channels, tall, wide, down, right, top, left, rows, columns, x, y = unpack(arguments, 14)
    low, high = share(images, rank, ranks)
    image_size, made = height * width * channels, rows * columns * channels
    for n in range(low, high):
        for i in range(rows):
            for j in range(columns):
                image, out = float32s(x, n * image_size), float32s(y, n * made + (i * columns + j) * channels)
                first = True
                for u in range(max(0, top - i * down), min(tall, height + top - i * down)):
                    for v in range(max(0, left - j * right), min(wide, width + left - j * right)):
                        start = ((i * down + u - top) * width + j * right + v - left) * channels
                        for c in range(channels):
                            value = image[start + c]
                            out[c] = value if first or value > out[c] or value != value else out[c]
                        first = False
    return OK


@kernel
def maximum_gradient(arguments, rank, ranks):
    """dx (+)= grad where each maximum was."""
    (
        images, height, width, channels, tall, wide, down, right, top, left, rows, columns,
        accumulate, place, grad, dx,
    ) = unpack(arguments, 16)  # fmt: skip
    low, high = share(images, rank, ranks)
    image_size, made = height * width * channels, rows * columns * channels
    _begin(accumulate, (high - low) * image_size, dx + 4 * low * image_size)
    for n in range(low, high):
        for i in range(rows):
            for j in range(columns):
                image, at = float32s(dx, n * image_size), n * made + (i * columns + j) * channels
                g, where = float32s(grad, at), int32s(place, at)
                # Every place of the window is asked: in vectors, that is faster than to work out each channel's own.
                for u in range(max(0, top - i * down), min(tall, height + top - i * down)):
                    for v in range(max(0, left - j * right), min(wide, width + left - j * right)):
                        start = ((i * down + u - top) * width + j * right + v - left) * channels
                        number = np.int32(u * wide + v)
                        for c in range(channels):
                            image[start + c] += g[c] if where[c] == number else np.float32(0)
    return OK


@kernel
def average(arguments, rank, ranks):
    """y = the mean of each window's places inside the image."""
    images, height, width, channels, tall, wide, down, right, top, left, rows, columns, x, y = unpack(arguments, 14)
    low, high = share(images, rank, ranks)
    image_size, made = height * width * channels, rows * columns * channels
    for n in range(low, high):
        for i in range(rows):
            for j in range(columns):
                image, out = float32s(x, n * image_size), float32s(y, n * made + (i * columns + j) * channels)
                for c in range(channels):
                    out[c] = 0
                u0, u1 = max(0, top - i * down), min(tall, height + top - i * down)
                v0, v1 = max(0, left - j * right), min(wide, width + left - j * right)
                for u in range(u0, u1):
                    for v in range(v0, v1):
                        start = ((i * down + u - top) * width + j * right + v - left) * channels
                        for c in range(channels):
                            out[c] += image[start + c]
                part = np.float32(1) / np.float32((u1 - u0) * (v1 - v0))
                for c in range(channels):
                    out[c] *= part
    return OK


@kernel
def average_gradient(arguments, rank, ranks):
    """dx (+)= each window's share of its gradient."""
    (
        images, height, width, channels, tall, wide, down, right, top, left, rows, columns,
        accumulate, grad, dx,
    ) = unpack(arguments, 15)  # fmt: skip
    low, high = share(images, rank, ranks)
    image_size, made = height * width * channels, rows * columns * channels
    _begin(accumulate, (high - low) * image_size, dx + 4 * low * image_size)
    for n in range(low, high):
        for i in range(rows):
            for j in range(columns):
                image, g = float32s(dx, n * image_size), float32s(grad, n * made + (i * columns + j) * channels)
                u0, u1 = max(0, top - i * down), min(tall, height + top - i * down)
                v0, v1 = max(0, left - j * right), min(wide, width + left - j * right)
                part = np.float32(1) / np.float32((u1 - u0) * (v1 - v0))
                for u in range(u0, u1):
                    for v in range(v0, v1):
                        start = ((i * down + u - top) * width + j * right + v - left) * channels
                        for c in range(channels):
                            image[start + c] += g[c] * part
    return OK


@inner
def _begin(accumulate, count, target):
    """0 where nothing stands yet."""
    if accumulate == 0:
        out = float32s(target, 0)
        for i in range(count):
            out[i] = 0
