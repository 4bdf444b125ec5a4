"""Batch normalization: a batch's moments, the normalization, and their derivatives.

``rows`` of the first axis hold ``per_row`` vectors of ``features`` each. Moments are two rows, means above variances, and are
shared by rows: of two ranks one makes the means and one the variances. All kernels take a strip of features at a time.
"""

from __future__ import annotations

import math

import numpy as np

from pellucid.kernels.base import OK, float32s, float_of_bits, inner, kernel, share, stack_float32s, unpack

_STRIP = 256
_BLOCK = 64


# Each of the two sums over the vectors, in columns start, start + 1, ...: a block at a time, blocks summed before they are
# added up, so that the sum of a million rows in float32 keeps its digits.


@inner
def _sum_differences(count, features, start, width, x, centre, out):
    """out[j] = sum of x - centre."""
    part = stack_float32s(256)
    for j in range(width):
        out[j] = 0
    for first in range(0, count, _BLOCK):
        for j in range(width):
            part[j] = 0
        for i in range(first, first + _BLOCK if first + _BLOCK < count else count):
            row = float32s(x, i * features + start)
            for j in range(width):
                part[j] += row[j] - centre[j]
        for j in range(width):
            out[j] += part[j]


@inner
def _sum_products(count, features, start, width, x, centre, other, shift, out):
    """out[j] = sum of (x - centre) * (other - shift * centre); with x itself and shift 1 the squares."""
    part = stack_float32s(256)
    for j in range(width):
        out[j] = 0
    for first in range(0, count, _BLOCK):
        for j in range(width):
            part[j] = 0
        for i in range(first, first + _BLOCK if first + _BLOCK < count else count):
            row, factor = float32s(x, i * features + start), float32s(other, i * features + start)
            for j in range(width):
                part[j] += (row[j] - centre[j]) * (factor[j] - shift * centre[j])
        for j in range(width):
            out[j] += part[j]


@kernel
def moments(arguments, rank, ranks):
    """y = means and variances of x's columns, by rows."""
    rows, per_row, features, x, y = unpack(arguments, 5)
    low, high = share(2, rank, ranks)
    count = rows * per_row
    means, sums = stack_float32s(256), stack_float32s(256)
    for start in range(0, features if high > low else 0, _STRIP):
        width = features - start if features - start < _STRIP else _STRIP
        sample, first, second = float32s(x, start), float32s(y, start), float32s(y, features + start)
        for j in range(width):
            means[j] = sample[j]  # near the mean already, so that what is left to sum is small
        _sum_differences(count, features, start, width, x, means, sums)
        for j in range(width):
            means[j] += sums[j] / np.float32(count)
        if low == 0:
            for j in range(width):
                first[j] = means[j]
        if high == 2:
            _sum_products(count, features, start, width, x, means, x, np.float32(1), sums)
            for j in range(width):
                second[j] = sums[j] / np.float32(count)
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
def input_gradient(arguments, rank, ranks):
    """dx (+)= grad gamma / sqrt(variance + epsilon), by rows."""
    rows, per_row, features, epsilon, accumulate, grad, moments, gamma, dx = unpack(arguments, 9)
    low, high = share(rows, rank, ranks)
    factor = stack_float32s(256)
    for start in range(0, features, _STRIP):
        width = features - start if features - start < _STRIP else _STRIP
        _factors(width, epsilon, float32s(moments, features + start), float32s(gamma, start), factor)
        for i in range(low * per_row, high * per_row):
            g, d = float32s(grad, i * features + start), float32s(dx, i * features + start)
            for j in range(width):
                d[j] = g[j] * factor[j] + (d[j] if accumulate != 0 else np.float32(0))
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
    rows, per_row, features, epsilon, accumulate, grad, x, moments, gamma, dmoments = unpack(arguments, 10)
    low, high = share(2, rank, ranks)
    factor, sums, zero = stack_float32s(256), stack_float32s(256), stack_float32s(256)
    small = np.float32(float_of_bits(epsilon))
    for start in range(0, features if high > low else 0, _STRIP):
        width = features - start if features - start < _STRIP else _STRIP
        mean, variance = float32s(moments, start), float32s(moments, features + start)
        _factors(width, epsilon, variance, float32s(gamma, start), factor)
        if low == 0:
            d = float32s(dmoments, start)
            for j in range(width):
                zero[j] = 0
            _sum_differences(rows * per_row, features, start, width, grad, zero, sums)
            for j in range(width):
                d[j] = (d[j] if accumulate != 0 else np.float32(0)) - factor[j] * sums[j]
        if high == 2:
            d = float32s(dmoments, features + start)
            _sum_products(rows * per_row, features, start, width, x, mean, grad, np.float32(0), sums)
            for j in range(width):
                slope = factor[j] * sums[j] / (np.float32(2) * (variance[j] + small))
                d[j] = (d[j] if accumulate != 0 else np.float32(0)) - slope
    return OK


@kernel
def gamma_gradient(arguments, rank, ranks):
    """dgamma (+)= sum grad (x - mean) / sqrt(variance + epsilon), by entries."""
    rows, per_row, features, epsilon, accumulate, grad, x, moments, dgamma = unpack(arguments, 9)
    low, high = share(features, rank, ranks)
    sums = stack_float32s(256)
    small = np.float32(float_of_bits(epsilon))
    for start in range(low, high, _STRIP):
        width = high - start if high - start < _STRIP else _STRIP
        mean, variance, d = float32s(moments, start), float32s(moments, features + start), float32s(dgamma, start)
        _sum_products(rows * per_row, features, start, width, x, mean, grad, np.float32(0), sums)
        for j in range(width):
            d[j] = (d[j] if accumulate != 0 else np.float32(0)) + sums[j] / math.sqrt(variance[j] + small)
    return OK
