"""Running sums in float64 beside the program: losses and metrics over the batches of an epoch. Rank 0 alone."""

from __future__ import annotations

from pellucid.kernels.base import OK, float32s, float64s, float_of_bits, kernel, unpack


@kernel
def add_sum(arguments, rank, ranks):
    """totals[index] += sum of ``count`` values."""
    count, values, totals, index = unpack(arguments, 4)
    if rank != 0:
        return OK
    v = float32s(values, 0)
    total = 0.0
    for i in range(count):
        total += v[i]
    float64s(totals, index)[0] += total
    return OK


@kernel
def add_rows(arguments, rank, ranks):
    """totals[j] += sum over ``count`` rows of values[i, j]: an array of sums."""
    count, row_size, values, totals = unpack(arguments, 4)
    if rank == 0:
        total = float64s(totals, 0)
        for i in range(count):
            row = float32s(values, i * row_size)
            for j in range(row_size):
                total[j] += row[j]
    return OK


@kernel
def add_scaled(arguments, rank, ranks):
    """totals[index] += weight * value, for a mean that stands for ``weight`` samples."""
    value, weight, totals, index = unpack(arguments, 4)
    if rank == 0:
        float64s(totals, index)[0] += float_of_bits(weight) * float32s(value, 0)[0]
    return OK
