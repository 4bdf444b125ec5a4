"""Constraints: what holds parameters to a set after each update."""

from __future__ import annotations

import math

import numpy as np

from pellucid.kernels.base import OK, float32s, float_of_bits, kernel, share, unpack


@kernel
def non_negative(arguments, rank, ranks):
    """w = max(w, 0), by rows. NaN stays."""
    rows, row_size, parameter = unpack(arguments, 3)
    low, high = share(rows, rank, ranks)
    w = float32s(parameter, low * row_size)
    for i in range((high - low) * row_size):
        w[i] = np.float32(0) if w[i] < 0 else w[i]
    return OK


@kernel
def norm_factors(arguments, rank, ranks):
    """For each column of w (rows, columns) what to multiply it by, so that its norm goes to [least, most] at ``rate``.

    Factors by entries; w whole. Squares are summed in float32, by which a column of a million weights errs in its fifth digit.
    """
    rows, columns, least_bits, most_bits, rate_bits, parameter, factors = unpack(arguments, 7)
    low, high = share(columns, rank, ranks)
    out = float32s(factors, 0)
    least, most, rate = float_of_bits(least_bits), float_of_bits(most_bits), float_of_bits(rate_bits)
    for j in range(low, high):
        out[j] = 0
    for i in range(rows):
        row = float32s(parameter, i * columns)
        for j in range(low, high):
            out[j] += row[j] * row[j]
    for j in range(low, high):
        norm = math.sqrt(np.float64(out[j]))
        wanted = least if norm < least else (most if norm > most else norm)
        out[j] = (rate * wanted + (1.0 - rate) * norm) / (norm + 1e-7)
    return OK


@kernel
def scale_columns(arguments, rank, ranks):
    """w (rows, row_size / columns, columns) times one factor a column, by rows of w; factors whole."""
    rows, row_size, columns, factors, parameter = unpack(arguments, 5)
    low, high = share(rows, rank, ranks)
    f = float32s(factors, 0)
    for i in range(low * row_size, high * row_size, columns if columns > 0 else 1):
        w = float32s(parameter, i)
        for j in range(columns):
            w[j] *= f[j]
    return OK
