"""Batches in and out: rows gathered from a data set into the batch's buffer, and the clock.

``clock`` is two int64: steps done, and the place in the epoch of the batch's first sample. A gather takes rows
``index[clock[1] + i]``; one kernel for each dtype of the source, compiled when a data set of that dtype is met.
"""

# ruff: noqa: D103  (fourteen gathers: their names say it)
from __future__ import annotations

import numpy as np

from pellucid.kernels.arrays import LARGEST
from pellucid.kernels.base import (
    NOT_FINITE,
    OK,
    OUT_OF_RANGE,
    address_of,
    float32s,
    float64s,
    inner,
    int8s,
    int16s,
    int32s,
    int64s,
    kernel,
    prefetch,
    share,
    uint8s,
    unpack,
)

_PIECE = 64  # numbers that are copied at a stretch
_ROWS_AHEAD = 2


@inner
def _to_float32(pointer, arguments, rank, ranks):
    """Gather float32 rows; ``pointer`` makes a pointer of the source's type.

    Arguments: rows of the batch, elements in a row; address of the source, its rows, bytes from one of them to the next; the
    index, its length; whether a value that is not finite is an error; clock; destination, by rows.
    """
    rows, row_size, source, samples, stride, index, entries, check, clock, destination = unpack(arguments, 10)
    low, high = share(rows, rank, ranks)
    position = int64s(clock, 0)[1]
    if position < 0 or position + rows > entries:
        return OUT_OF_RANGE
    which = int64s(index, position)
    for i in range(low, high):
        if which[i] < 0 or which[i] >= samples:
            return OUT_OF_RANGE
        data, out = pointer(source + which[i] * stride, 0), float32s(destination, i * row_size)
        # Shuffled rows lie far apart, where the processor does not read ahead by itself; it is asked to, line by line, as it
        # can wait for about ten lines at once.
        ahead = source + which[min(i + _ROWS_AHEAD, high - 1)] * stride
        strange = 0
        for first in range(0, row_size, _PIECE):
            last = min(first + _PIECE, row_size)
            for line in range(address_of(pointer(ahead, first)), address_of(pointer(ahead, last)), 64):
                prefetch(line)
            for j in range(first, last):
                value = np.float32(data[j])
                out[j] = value
                strange |= 0 if abs(value) <= LARGEST else 1
        if strange != 0 and check != 0:
            return NOT_FINITE
    return OK


@kernel
def find_rows(arguments, rank, ranks):
    """Addresses of the batch's rows, which stay where they lie. Arguments as in ``_to_float32``, without ``check``; each rank
    has a table of its own."""
    rows, source, samples, stride, index, entries, clock, table = unpack(arguments, 8)
    position = int64s(clock, 0)[1]
    if position < 0 or position + rows > entries:
        return OUT_OF_RANGE
    which, addresses = int64s(index, position), int64s(table, rank * rows)
    for i in range(rows):
        if which[i] < 0 or which[i] >= samples:
            return OUT_OF_RANGE
        addresses[i] = source + which[i] * stride
    return OK


@inner
def _to_int64(pointer, arguments, rank, ranks):
    """Gather int64 rows. Arguments as in ``_to_float32``; integers are always finite."""
    rows, row_size, source, samples, stride, index, entries, _, clock, destination = unpack(arguments, 10)
    low, high = share(rows, rank, ranks)
    position = int64s(clock, 0)[1]
    if position < 0 or position + rows > entries:
        return OUT_OF_RANGE
    which = int64s(index, position)
    for i in range(low, high):
        if which[i] < 0 or which[i] >= samples:
            return OUT_OF_RANGE
        data, out = pointer(source + which[i] * stride, 0), int64s(destination, i * row_size)
        for j in range(row_size):
            out[j] = np.int64(data[j])
    return OK


@kernel
def gather_bool_to_float32(arguments, rank, ranks):
    return _to_float32(uint8s, arguments, rank, ranks)


@kernel
def gather_uint8_to_float32(arguments, rank, ranks):
    return _to_float32(uint8s, arguments, rank, ranks)


@kernel
def gather_int8_to_float32(arguments, rank, ranks):
    return _to_float32(int8s, arguments, rank, ranks)


@kernel
def gather_int16_to_float32(arguments, rank, ranks):
    return _to_float32(int16s, arguments, rank, ranks)


@kernel
def gather_int32_to_float32(arguments, rank, ranks):
    return _to_float32(int32s, arguments, rank, ranks)


@kernel
def gather_int64_to_float32(arguments, rank, ranks):
    return _to_float32(int64s, arguments, rank, ranks)


@kernel
def gather_float32_to_float32(arguments, rank, ranks):
    return _to_float32(float32s, arguments, rank, ranks)


@kernel
def gather_float64_to_float32(arguments, rank, ranks):
    return _to_float32(float64s, arguments, rank, ranks)


@kernel
def gather_bool_to_int64(arguments, rank, ranks):
    return _to_int64(uint8s, arguments, rank, ranks)


@kernel
def gather_uint8_to_int64(arguments, rank, ranks):
    return _to_int64(uint8s, arguments, rank, ranks)


@kernel
def gather_int8_to_int64(arguments, rank, ranks):
    return _to_int64(int8s, arguments, rank, ranks)


@kernel
def gather_int16_to_int64(arguments, rank, ranks):
    return _to_int64(int16s, arguments, rank, ranks)


@kernel
def gather_int32_to_int64(arguments, rank, ranks):
    return _to_int64(int32s, arguments, rank, ranks)


@kernel
def gather_int64_to_int64(arguments, rank, ranks):
    return _to_int64(int64s, arguments, rank, ranks)


@kernel
def tick(arguments, rank, ranks):
    """One step done, ``rows`` samples further. Rank 0 alone."""
    rows, clock = unpack(arguments, 2)
    if rank == 0:
        now = int64s(clock, 0)
        now[0] += 1
        now[1] += rows
    return OK
