"""What stands between a gradient and its parameter beside the optimizer's own step: rates, clipping, decay, averages.

``clock`` is the address of an int64, the number of the steps or updates done before.
"""

from __future__ import annotations

import math

import numpy as np

from pellucid.kernels.base import OK, float32s, float64s, float_of_bits, int64s, kernel, share, unpack


@kernel
def count(arguments, rank, ranks):
    """updates = steps // period. Rank 0 alone."""
    period, steps, updates = unpack(arguments, 3)
    if rank != 0:
        return OK
    int64s(updates, 0)[0] = int64s(steps, 0)[0] // period
    return OK


@kernel
def pick(arguments, rank, ranks):
    """rate = table[clock % length]. Rank 0 alone."""
    length, clock, table, rate = unpack(arguments, 4)
    if rank != 0:
        return OK
    float64s(rate, 0)[0] = float64s(table, int64s(clock, 0)[0] % length)[0]
    return OK


@kernel
def count_samples(arguments, rank, ranks):
    """samples (+)= those of this step; overwritten by the first step of a period. Rank 0 alone."""
    period, batch, clock, samples = unpack(arguments, 4)
    if rank != 0:
        return OK
    before = 0.0 if int64s(clock, 0)[0] % period == 0 else float64s(samples, 0)[0]
    float64s(samples, 0)[0] = before + batch
    return OK


@kernel
def accumulate(arguments, rank, ranks):
    """total (+)= batch * g, overwritten by the first step of a period; its last step leaves g = total / samples. By rows."""
    rows, row_size, period, batch, clock, samples, gradient, accumulated = unpack(arguments, 8)
    low, high = share(rows, rank, ranks)
    g, total = float32s(gradient, low * row_size), float32s(accumulated, low * row_size)
    step, n = int64s(clock, 0)[0] % period, np.float32(batch)
    if step == 0:
        for i in range((high - low) * row_size):
            total[i] = n * g[i]
    else:
        for i in range((high - low) * row_size):
            total[i] += n * g[i]
    if step == period - 1:
        share_of_one = np.float32(1.0 / float64s(samples, 0)[0])
        for i in range((high - low) * row_size):
            g[i] = total[i] * share_of_one
    return OK


@kernel
def clip_value(arguments, rank, ranks):
    """g between -limit and limit, by rows. NaN stays."""
    rows, row_size, limit_bits, gradient = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    g, limit = float32s(gradient, low * row_size), np.float32(float_of_bits(limit_bits))
    for i in range((high - low) * row_size):
        v = g[i]
        v = -limit if v < -limit else v
        g[i] = limit if v > limit else v
    return OK


@kernel
def row_squares(arguments, rank, ranks):
    """For each row the sum of its squares (float64), by rows: the same for any number of ranks."""
    rows, row_size, x, sums = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    out = float64s(sums, 0)
    for r in range(low, high):
        v = float32s(x, r * row_size)
        total = 0.0
        for i in range(row_size):
            total += np.float64(v[i]) * np.float64(v[i])
        out[r] = total
    return OK


@kernel
def add_squares(arguments, rank, ranks):
    """total (+)= sum of the rows' sums. Rank 0 alone."""
    rows, add, sums, out = unpack(arguments, 4)
    if rank != 0:
        return OK
    v, whole = float64s(sums, 0), float64s(out, 0)
    total = whole[0] if add != 0 else 0.0
    for r in range(rows):
        total += v[r]
    whole[0] = total
    return OK


@kernel
def norm_factor(arguments, rank, ranks):
    """What brings a norm down to the limit: limit / max(norm, limit). NaN for NaN. Rank 0 alone."""
    limit_bits, squares, factor = unpack(arguments, 3)
    if rank != 0:
        return OK
    limit, norm = float_of_bits(limit_bits), math.sqrt(float64s(squares, 0)[0])
    float64s(factor, 0)[0] = 1.0 if norm <= limit else limit / norm
    return OK


@kernel
def scale(arguments, rank, ranks):
    """x = factor * x, by rows; nothing where the factor is 1."""
    rows, row_size, factor, x = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    k, v = float64s(factor, 0)[0], float32s(x, low * row_size)
    if k != 1.0:
        for i in range((high - low) * row_size):
            v[i] *= np.float32(k)
    return OK


@kernel
def decay(arguments, rank, ranks):
    """w -= rate * strength * w, by rows."""
    rows, row_size, strength_bits, rate, parameter = unpack(arguments, 5)
    low, high = share(rows, rank, ranks)
    w, k = float32s(parameter, low * row_size), np.float32(float64s(rate, 0)[0] * float_of_bits(strength_bits))
    for i in range((high - low) * row_size):
        w[i] -= k * w[i]
    return OK


@kernel
def average(arguments, rank, ranks):
    """mean = momentum * mean + (1 - momentum) * w, or w after the first update; w = mean at each ``frequency``-th. By rows."""
    rows, row_size, momentum_bits, frequency, clock, parameter, mean = unpack(arguments, 7)
    low, high = share(rows, rank, ranks)
    w, m = float32s(parameter, low * row_size), float32s(mean, low * row_size)
    before = int64s(clock, 0)[0]
    momentum = float_of_bits(momentum_bits)
    keep, take = np.float32(momentum), np.float32(1.0 - momentum)
    if before == 0:
        for i in range((high - low) * row_size):
            m[i] = w[i]
    else:
        for i in range((high - low) * row_size):
            m[i] = keep * m[i] + take * w[i]
    if frequency != 0 and (before + 1) % frequency == 0:
        for i in range((high - low) * row_size):
            w[i] = m[i]
    return OK
