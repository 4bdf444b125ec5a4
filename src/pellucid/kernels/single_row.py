"""A single row times a matrix, and its outer product added to one, in whole cache lines of the matrix.

A row of 50 numbers is no whole number of lines, so that most vectors taken from its beginning on lie across two lines, and a
store across two takes as long as several. Here lines are read and written as they lie, under a mask where they belong to two
rows. The place of a row's beginning in its line recurs after at most 16 rows, the *period*: rows that far apart are taken one
after the other, with the same masks, and with sums that stay in registers.
"""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import float32s, inner
from pellucid.kernels.vectors import LANES, lanes_between, load, repeat, store

_TOGETHER = 4  # lines of a row that one pass takes
_IN_CACHE = 65_536  # numbers of the matrix that stay in the second-level cache while the passes go over them


@inner
def product(columns, depth, alpha, x, x_step, w, y, add):
    """y (+)= alpha x w: x (depth,) with so many bytes from one number to the next, w (depth, columns), y (columns,)."""
    if add == 0:
        for first in range(0, columns, LANES):
            store(y + 4 * first, lanes_between(0, columns - first), repeat(np.float32(0)))
    period, rows = _period(columns), _rows_together(columns)
    for start in range(0, depth, rows):
        stop = min(start + rows, depth)
        for beginning in range(start, min(start + period, stop)):
            offset, lines = _place(w + 4 * beginning * columns, columns)
            for line in range(0, lines, _TOGETHER):
                skipped = LANES * line - offset
                m0, m1, m2, m3 = _masks(skipped, columns)
                s0 = s1 = s2 = s3 = repeat(np.float32(0))
                for i in range(beginning, stop, period):
                    number, at = repeat(float32s(x + i * x_step, 0)[0]), w + 4 * (i * columns + skipped)
                    s0 = s0 + number * load(at, m0)
                    s1 = s1 + number * load(at + 64, m1)
                    s2 = s2 + number * load(at + 128, m2)
                    s3 = s3 + number * load(at + 192, m3)
                to = y + 4 * skipped
                store(to, m0, load(to, m0) + alpha * s0)
                store(to + 64, m1, load(to + 64, m1) + alpha * s1)
                store(to + 128, m2, load(to + 128, m2) + alpha * s2)
                store(to + 192, m3, load(to + 192, m3) + alpha * s3)


@inner
def outer_product(columns, low, high, alpha, add, x, grad, w):
    """Rows low..high of w (+)= alpha x^T grad: x (rows,), grad (columns,), w (rows, columns)."""
    period, rows, sample = _period(columns), _rows_together(columns), float32s(x, 0)
    for start in range(low, high, rows):
        stop = min(start + rows, high)
        for beginning in range(start, min(start + period, stop)):
            offset, lines = _place(w + 4 * beginning * columns, columns)
            for line in range(0, lines, _TOGETHER):
                skipped = LANES * line - offset
                m0, m1, m2, m3 = _masks(skipped, columns)
                of = grad + 4 * skipped
                g0, g1, g2, g3 = load(of, m0), load(of + 64, m1), load(of + 128, m2), load(of + 192, m3)
                for i in range(beginning, stop, period):
                    factor, at = repeat(alpha * sample[i]), w + 4 * (i * columns + skipped)
                    if add:
                        store(at, m0, load(at, m0) + factor * g0)
                        store(at + 64, m1, load(at + 64, m1) + factor * g1)
                        store(at + 128, m2, load(at + 128, m2) + factor * g2)
                        store(at + 192, m3, load(at + 192, m3) + factor * g3)
                    else:
                        store(at, m0, factor * g0)
                        store(at + 64, m1, factor * g1)
                        store(at + 128, m2, factor * g2)
                        store(at + 192, m3, factor * g3)


@inner
def _period(columns):
    """After how many rows of float32s the beginning lies at the same place of a line again."""
    power_of_two = columns & -columns  # the largest that divides it
    return LANES // min(power_of_two, LANES)


@inner
def _rows_together(columns):
    """Rows over which all passes go before the next: whole periods, so that every pass has some."""
    return 16 * (1 + _IN_CACHE // (16 * columns))


@inner
def _place(row, columns):
    """Numbers of the line that stand before a row of this address, and the lines that it touches."""
    offset = (row & 63) >> 2
    return offset, (offset + columns + LANES - 1) // LANES


@inner
def _masks(skipped, columns):
    """Which lanes of ``_TOGETHER`` lines are numbers of a row, ``skipped`` of which come before."""
    return (
        lanes_between(-skipped, columns - skipped),
        lanes_between(-skipped - LANES, columns - skipped - LANES),
        lanes_between(-skipped - 2 * LANES, columns - skipped - 2 * LANES),
        lanes_between(-skipped - 3 * LANES, columns - skipped - 3 * LANES),
    )
