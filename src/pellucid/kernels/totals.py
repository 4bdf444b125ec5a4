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
def add_scaled(arguments, rank, ranks):
    """totals[index] += weight * value, for a mean that stands for ``weight`` samples."""
    value, weight, totals, index = unpack(arguments, 4)
    if rank == 0:
        float64s(totals, index)[0] += float_of_bits(weight) * float32s(value, 0)[0]
    return OK
