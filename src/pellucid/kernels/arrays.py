"""Arrays as a whole: fill, copy, add."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import NOT_FINITE, OK, float32s, float_of_bits, inner, kernel, share, unpack

LARGEST = np.float32(np.finfo(np.float32).max)  # what is larger in size is infinite, and NaN is not smaller


@inner
def clear(count, target):
    """target = 0."""
    for i in range(count):
        target[i] = 0


@kernel
def nothing(arguments, rank, ranks):
    """What stands in the place of a call that a step leaves out."""
    return OK


@kernel
def check_finite(arguments, rank, ranks):
    """NOT_FINITE where an entry is NaN or infinite; by rows."""
    rows, row_size, values = unpack(arguments, 3)
    low, high = share(rows, rank, ranks)
    data = float32s(values, low * row_size)
    strange = 0
    for i in range((high - low) * row_size):
        strange |= 0 if abs(data[i]) <= LARGEST else 1
    return NOT_FINITE if strange != 0 else OK


@kernel
def fill(arguments, rank, ranks):
    """Every entry = value, by rows."""
    rows, row_size, value, destination = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    out, number = float32s(destination, low * row_size), np.float32(float_of_bits(value))
    for i in range((high - low) * row_size):
        out[i] = number
    return OK


@kernel
def copy(arguments, rank, ranks):
    """destination = source, by rows."""
    rows, row_size, source, destination = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    data, out = float32s(source, low * row_size), float32s(destination, low * row_size)
    for i in range((high - low) * row_size):
        out[i] = data[i]
    return OK


@kernel
def add_into(arguments, rank, ranks):
    """destination += source, by rows."""
    rows, row_size, source, destination = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    data, out = float32s(source, low * row_size), float32s(destination, low * row_size)
    for i in range((high - low) * row_size):
        out[i] += data[i]
    return OK
