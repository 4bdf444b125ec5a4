"""Squareplus, a ReLU with a hyperbola for its corner: y = (x + r) / 2, r = sqrt(x^2 + b)."""

from __future__ import annotations

import math

import numpy as np

from pellucid.kernels.base import OK, float32s, float_of_bits, inlined, kernel, share, unpack


@inlined
def _radius(x, root):
    """sqrt(x^2 + root^2), whatever the size of x."""
    larger = abs(x) if abs(x) > root else root
    smaller = abs(x) if abs(x) <= root else root
    ratio = smaller / larger
    return larger * math.sqrt(np.float32(1) + ratio * ratio)


@inlined
def _squareplus(x, r, b):
    """(x + r) / 2; below 0, where that cancels, b / (2 (r - x))."""
    far = np.float32(0.5) * abs(x) + np.float32(0.5) * r
    return far if x > 0 else np.float32(0.25) * b / far


@inlined
def _slope(x, root, b):
    """y / r; a function of its own, or the compiler would multiply a gradient by y first, which may overflow."""
    r = _radius(x, root)
    return _squareplus(x, r, b) / r


@kernel
def forward(arguments, rank, ranks):
    """y = f(x), by rows."""
    rows, row_size, bits, x, y = unpack(arguments, 5)
    b = np.float32(float_of_bits(bits))
    root = np.float32(math.sqrt(float_of_bits(bits)))
    low, high = share(rows, rank, ranks)
    given, out = float32s(x, low * row_size), float32s(y, low * row_size)
    for i in range((high - low) * row_size):
        out[i] = _squareplus(given[i], _radius(given[i], root), b)
    return OK


@kernel
def gradient(arguments, rank, ranks):
    """dx (+)= grad * y / r, by rows."""
    rows, row_size, accumulate, bits, x, grad, dx = unpack(arguments, 7)
    b = np.float32(float_of_bits(bits))
    root = np.float32(math.sqrt(float_of_bits(bits)))
    low, high = share(rows, rank, ranks)
    given, g, d = float32s(x, low * row_size), float32s(grad, low * row_size), float32s(dx, low * row_size)
    for i in range((high - low) * row_size):
        d[i] = g[i] * _slope(given[i], root, b) + (d[i] if accumulate != 0 else np.float32(0))
    return OK
