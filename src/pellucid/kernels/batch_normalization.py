"""Batch normalization: a batch's moments, the normalization, and their derivatives.

``rows`` of the first axis hold ``per_row`` vectors of ``features`` each. What is summed over all vectors is summed by each rank
over its own rows, into its row of ``parts``, in one pass; after a barrier the ranks' parts are put together. All kernels take a
strip of features at a time, and sums a block of vectors at a time, so that the sum of a million vectors in float32 keeps its
digits.
"""

from __future__ import annotations

import math

import numpy as np

from pellucid.kernels.base import OK, float32s, float_of_bits, inner, kernel, share, stack_float32s, unpack

_STRIP = 256
_BLOCK = 64


@kernel
def moment_parts(arguments, rank, ranks):
    """The mean of this rank's vectors, and the sum of squared deviations from it, into its row of ``parts``.

    Each block by itself, while it is in cache, about its first vector; then Chan's formula for the two together.
    """
    rows, per_row, features, x, parts = unpack(arguments, 5)
    low, high = share(rows, rank, ranks)
    low, high = low * per_row, high * per_row
    shift, part = stack_float32s(256), stack_float32s(256)
    for start in range(0, features, _STRIP):
        width = features - start if features - start < _STRIP else _STRIP
        mean, squares = float32s(parts, 2 * rank * features + start), float32s(parts, (2 * rank + 1) * features + start)
        origin = float32s(x, low * features + start)
        for j in range(width):
            mean[j] = 0
            squares[j] = 0
        for first in range(low, high, _BLOCK):
            last = first + _BLOCK if first + _BLOCK < high else high
            one = np.float32(1) / np.float32(last - first)
            sample = float32s(x, first * features + start)
            for j in range(width):
                shift[j] = sample[j]
                part[j] = 0
            for i in range(first + 1, last):
                row = float32s(x, i * features + start)
                for j in range(width):
                    part[j] += row[j] - shift[j]
            share_of_new = np.float32(last - first) / np.float32(last - low)
            weight = np.float32(first - low) * share_of_new
            for j in range(width):
                shift[j] += part[j] * one
                part[j] = 0
            for i in range(first, last):
                row = float32s(x, i * features + start)
                for j in range(width):
                    part[j] += (row[j] - shift[j]) * (row[j] - shift[j])
            for j in range(width):
                away = shift[j] - origin[j] - mean[j]  # the mean is kept as a distance from the first vector
                mean[j] += away * share_of_new
                squares[j] += part[j] + away * away * weight
        for j in range(width if high > low else 0):
            mean[j] += origin[j]
    return OK


@kernel
def moments(arguments, rank, ranks):
    """y = means and variances of all vectors, from the ranks' parts, by rows."""
    rows, per_row, features, parts, y = unpack(arguments, 5)
    first, last = share(2, rank, ranks)
    means, variances = float32s(y, 0), float32s(y, features)
    for j in range(features if last > first else 0):
        count, mean, squares = np.float32(0), np.float32(0), np.float32(0)
        for other in range(ranks):
            low, high = share(rows, other, ranks)
            more = np.float32((high - low) * per_row)
            if more > 0:
                part = float32s(parts, 2 * other * features)
                away = part[j] - mean
                total = count + more
                mean += away * (more / total)
                squares += part[features + j] + away * away * (count * (more / total))
                count = total
        if first == 0:
            means[j] = mean
        if last == 2:
            variances[j] = squares / count
    return OK


@kernel
def moments_backward(arguments, rank, ranks):
    """dx (+)= (dmean + 2 (x - mean) dvariance) / count, by rows."""
    rows, per_row, features, accumulate, grad, x, moments, dx = unpack(arguments, 8)
    low, high = share(rows, rank, ranks)
    unit = np.float32(1.0 / (rows * per_row))
    mean, dmean, dvariance = float32s(moments, 0), float32s(grad, 0), float32s(grad, features)
    for i in range(low * per_row, high * per_row):
        row, d = float32s(x, i * features), float32s(dx, i * features)
        for j in range(features):
            slope = (dmean[j] + np.float32(2) * (row[j] - mean[j]) * dvariance[j]) * unit
            d[j] = slope + (d[j] if accumulate != 0 else np.float32(0))
    return OK


@kernel
def normalize(arguments, rank, ranks):
    """y = gamma (x - mean) / sqrt(variance + epsilon) + beta, by rows."""
    rows, per_row, features, epsilon, x, moments, gamma, beta, y = unpack(arguments, 9)
    low, high = share(rows, rank, ranks)
    factor = stack_float32s(256)
    for start in range(0, features, _STRIP):
        width = features - start if features - start < _STRIP else _STRIP
        mean, offset = float32s(moments, start), float32s(beta, start)
        _factors(width, epsilon, float32s(moments, features + start), float32s(gamma, start), factor)
        for i in range(low * per_row, high * per_row):
            row, out = float32s(x, i * features + start), float32s(y, i * features + start)
            for j in range(width):
                out[j] = (row[j] - mean[j]) * factor[j] + offset[j]
    return OK


@kernel
def backward(arguments, rank, ranks):
    """dx (+)= grad gamma / sqrt(variance + epsilon), by rows; sums of grad and of grad (x - mean), by ranks, into ``parts``."""
    rows, per_row, features, epsilon, accumulate, grad, x, moments, gamma, dx, parts = unpack(arguments, 11)
    low, high = share(rows, rank, ranks)
    low, high = low * per_row, high * per_row
    factor, plain, scaled = stack_float32s(256), stack_float32s(256), stack_float32s(256)
    for start in range(0, features, _STRIP):
        width = features - start if features - start < _STRIP else _STRIP
        mean = float32s(moments, start)
        _factors(width, epsilon, float32s(moments, features + start), float32s(gamma, start), factor)
        sums, products = float32s(parts, 2 * rank * features + start), float32s(parts, (2 * rank + 1) * features + start)
        for j in range(width):
            sums[j] = 0
            products[j] = 0
        for first in range(low, high, _BLOCK):
            for j in range(width):
                plain[j] = 0
                scaled[j] = 0
            for i in range(first, first + _BLOCK if first + _BLOCK < high else high):
                g, row = float32s(grad, i * features + start), float32s(x, i * features + start)
                for j in range(width):
                    plain[j] += g[j]
                    scaled[j] += g[j] * (row[j] - mean[j])
                if dx != 0:
                    d = float32s(dx, i * features + start)
                    for j in range(width):
                        d[j] = g[j] * factor[j] + (d[j] if accumulate != 0 else np.float32(0))
            for j in range(width):
                sums[j] += plain[j]
                products[j] += scaled[j]
    return OK


@inner
def _factors(width, epsilon, variance, gamma, factor):
    """factor = gamma / sqrt(variance + epsilon)."""
    small = np.float32(float_of_bits(epsilon))
    for j in range(width):
        factor[j] = gamma[j] / math.sqrt(variance[j] + small)


@kernel
def moments_gradient(arguments, rank, ranks):
    """dmean (+)= -f sum grad; dvariance (+)= -f / (2 (variance + epsilon)) sum grad (x - mean), f as in ``_factors``; by rows."""
    features, epsilon, accumulate, parts, moments, gamma, dmoments = unpack(arguments, 7)
    low, high = share(2, rank, ranks)
    small, variance, weight = np.float32(float_of_bits(epsilon)), float32s(moments, features), float32s(gamma, 0)
    for row in range(low, high):
        d = float32s(dmoments, row * features)
        for j in range(features):
            total = np.float32(0)
            for other in range(ranks):
                total += float32s(parts, (2 * other + row) * features)[j]
            slope = -total * weight[j] / math.sqrt(variance[j] + small)
            if row == 1:
                slope /= np.float32(2) * (variance[j] + small)
            d[j] = slope + (d[j] if accumulate != 0 else np.float32(0))
    return OK


@kernel
def gamma_gradient(arguments, rank, ranks):
    """dgamma (+)= sum grad (x - mean) / sqrt(variance + epsilon), by entries."""
    features, epsilon, accumulate, parts, moments, dgamma = unpack(arguments, 6)
    low, high = share(features, rank, ranks)
    small, variance, d = np.float32(float_of_bits(epsilon)), float32s(moments, features), float32s(dgamma, 0)
    for j in range(low, high):
        total = np.float32(0)
        for other in range(ranks):
            total += float32s(parts, (2 * other + 1) * features)[j]
        d[j] = total / math.sqrt(variance[j] + small) + (d[j] if accumulate != 0 else np.float32(0))
    return OK
