"""Sums down the columns of a matrix: bias gradients, batch statistics."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import float32s, inner, stack_float32s

WIDTH = 256
BLOCK = 64


@inner
def add_column_sums(rows, columns, low, high, factor, x, out):
    """out[j] += factor * sum over i of x[i, j], for low <= j < high.

    A strip of columns at a time, a block of rows at a time: the sum of a million rows in float32 keeps its digits because
    blocks are summed before they are added up.
    """
    total = float32s(out, 0)
    part = stack_float32s(WIDTH)
    for start in range(low, high, WIDTH):
        width = high - start if high - start < WIDTH else WIDTH
        for first in range(0, rows, BLOCK):
            for j in range(width):
                part[j] = 0
            for i in range(first, first + BLOCK if first + BLOCK < rows else rows):
                row = float32s(x, i * columns + start)
                for j in range(width):
                    part[j] += row[j]
            for j in range(width):
                total[start + j] += np.float32(factor) * part[j]
