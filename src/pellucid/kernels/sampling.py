"""Affine sampling of images, each rank some of them: see ``ops.affine_sampling``."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, float_of_bits, inlined, inner, kernel, share, unpack

_FAR = np.float32(2.0**20)
_CONSTANT, _WRAP, _NEAREST = 1, 2, 3


@kernel
def affine(arguments, rank, ranks):
    """y = the places of x that the maps name."""
    (
        images, height, width, channels, rows, columns, step, mode, bilinear, fill_bits, x, maps, y,
    ) = unpack(arguments, 13)  # fmt: skip
    low, high = share(images, rank, ranks)
    fill = np.float32(float_of_bits(fill_bits))
    for n in range(low, high):
        m, image = float32s(maps, n * step), float32s(x, n * height * width * channels)
        for i in range(rows):
            for j in range(columns):
                out = float32s(y, ((n * rows + i) * columns + j) * channels)
                r, s = _coordinate(m[0], m[1], m[2], i, j), _coordinate(m[3], m[4], m[5], i, j)
                top, left, below, right = _corner(r, s, bilinear)
                if top >= 0 and top + bilinear < height and left >= 0 and left + bilinear < width:
                    at = (top * width + left) * channels
                    beside, under = bilinear * channels, bilinear * width * channels
                    upper, lower = np.float32(1) - below, below
                    for c in range(channels):
                        above = image[at + c] * (np.float32(1) - right) + image[at + beside + c] * right
                        beneath = image[at + under + c] * (np.float32(1) - right) + image[at + under + beside + c] * right
                        out[c] = above * upper + beneath * lower
                    continue
                for c in range(channels):
                    out[c] = 0
                for u in range(1 + bilinear):
                    for v in range(1 + bilinear):
                        weight = (below if u == 1 else np.float32(1) - below) * (right if v == 1 else np.float32(1) - right)
                        p, q = _within(top + u, height, mode), _within(left + v, width, mode)
                        if p < 0 or q < 0:
                            for c in range(channels):
                                out[c] += weight * fill
                        else:
                            seen = (p * width + q) * channels
                            for c in range(channels):
                                out[c] += weight * image[seen + c]
    return OK


@kernel
def affine_gradient(arguments, rank, ranks):
    """dx (+)= grad, brought back to the places that it came from."""
    (
        images, height, width, channels, rows, columns, step, mode, bilinear, accumulate, grad, maps, dx,
    ) = unpack(arguments, 13)  # fmt: skip
    low, high = share(images, rank, ranks)
    for n in range(low, high):
        m, image = float32s(maps, n * step), float32s(dx, n * height * width * channels)
        if accumulate == 0:
            for k in range(height * width * channels):
                image[k] = 0
        for i in range(rows):
            for j in range(columns):
                g = float32s(grad, ((n * rows + i) * columns + j) * channels)
                r, s = _coordinate(m[0], m[1], m[2], i, j), _coordinate(m[3], m[4], m[5], i, j)
                top, left, below, right = _corner(r, s, bilinear)
                for u in range(1 + bilinear):
                    for v in range(1 + bilinear):
                        weight = (below if u == 1 else np.float32(1) - below) * (right if v == 1 else np.float32(1) - right)
                        p, q = _within(top + u, height, mode), _within(left + v, width, mode)
                        if p >= 0 and q >= 0:
                            seen = (p * width + q) * channels
                            for c in range(channels):
                                image[seen + c] += weight * g[c]
    return OK


@inlined
def _coordinate(a, b, c, i, j):
    """a i + b j + c, kept within what an int64 holds; NaN as far outside."""
    place = a * np.float32(i) + b * np.float32(j) + c
    place = place if place > -_FAR else -_FAR
    return place if place < _FAR else _FAR


@inner
def _corner(r, s, bilinear):
    """The first of the old places that count, and how far beyond it r and s lie; nothing beyond for the nearest place."""
    half = np.float32(0) if bilinear != 0 else np.float32(0.5)
    top, left = _floor(r + half), _floor(s + half)
    below = r - np.float32(top) if bilinear != 0 else np.float32(0)
    right = s - np.float32(left) if bilinear != 0 else np.float32(0)
    return top, left, below, right


@inlined
def _floor(place):
    k = np.int64(place)
    return k - 1 if np.float32(k) > place else k


@inlined
def _within(k, n, mode):
    """Which of n places stands for place k; -1 for none."""
    if 0 <= k < n:
        return k
    if mode == _CONSTANT:
        return -1
    if mode == _WRAP:
        return k % n
    if mode == _NEAREST:
        return 0 if k < 0 else n - 1
    k = k % (2 * n)
    return k if k < n else 2 * n - 1 - k
