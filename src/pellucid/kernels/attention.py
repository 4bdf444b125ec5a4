"""Scaled dot-product attention: ranks share the samples; a rank takes head by head, and of each a block of queries at a time.

A head's columns are read where they lie among those of all heads, (batch, steps, heads * size). Only its keys (on the way
back its values) are turned round once, so that each product reads its second factor row by row. A block's weights stay in
the first cache levels between the products.
"""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import (
    OK,
    address_of,
    float32s,
    float_of_bits,
    inner,
    int32s,
    int64s,
    kernel,
    share,
    stack_float32s,
    uint8s,
    unpack,
)
from pellucid.kernels.mathematics import exp32
from pellucid.kernels.philox import LOW, WORD, philox, uniform
from pellucid.kernels.tiles import block_product

_NO_WEIGHT = np.float32(-np.inf)


@inner
def _turn(rows, columns, row_step, x, turned):
    """The transpose of a block."""
    for i in range(rows):
        row = float32s(x, i * row_step)
        for j in range(columns):
            turned[j * rows + i] = row[j]


@inner
def _highest(size, address):
    """The largest number of a row, or a NaN of it: by bits, as integers in whose order floats are, since a maximum of floats
    is not vectorised."""
    bits = int32s(address, 0)
    top = np.int32(-(2**31))
    for j in range(size):
        place = np.int32(bits[j] ^ np.int32(np.int32(bits[j] >> np.int32(31)) & np.int32(0x7FFFFFFF)))
        top = place if place > top else top
    slot = stack_float32s(1)
    int32s(address_of(slot), 0)[0] = np.int32(top ^ np.int32(np.int32(top >> np.int32(31)) & np.int32(0x7FFFFFFF)))
    return slot[0]


@inner
def _softmax(size, z):
    """e^z / sum e^z in place; 0 where all are -inf."""
    top = _highest(size, address_of(z))
    if top == _NO_WEIGHT:
        for j in range(size):
            z[j] = 0
    else:
        total = np.float32(0)
        for j in range(size):
            power = exp32(z[j] - top)
            z[j] = power
            total += power
        factor = np.float32(1) / total
        for j in range(size):
            z[j] *= factor


@inner
def _drop(count, first, sample, step, key0, key1, rate, x, y):
    """y = x / (1 - rate) where u >= rate, else 0: for ``count`` numbers of a sample from number ``first`` on."""
    factor = np.float32(1) / (np.float32(1) - rate)
    for block in range(first // 4, (first + count + 3) // 4):
        w0, w1, w2, w3 = philox(np.uint64(block) & LOW, sample, step & LOW, step >> WORD, np.uint64(key0), np.uint64(key1))
        j = 4 * block - first
        if 0 <= j < count:
            y[j] = x[j] * factor if uniform(w0) >= rate else np.float32(0)
        if 0 <= j + 1 < count:
            y[j + 1] = x[j + 1] * factor if uniform(w1) >= rate else np.float32(0)
        if 0 <= j + 2 < count:
            y[j + 2] = x[j + 2] * factor if uniform(w2) >= rate else np.float32(0)
        if 0 <= j + 3 < count:
            y[j + 3] = x[j + 3] * factor if uniform(w3) >= rate else np.float32(0)


@kernel
def forward(arguments, rank, ranks):
    """y = weights v, the weights softmax(scale q k^T) among what is visible; they are kept, or, where not, a block of them."""
    batch, times, keys, heads, size, values, block, scale, causal, rate_bits, key0, key1 = unpack(arguments, 12)
    more = arguments + 8 * 12
    by_query, by_key, by_sample, by_time, by_pair, kept = unpack(more, 6)
    more = more + 8 * 6
    q, k, v, query_mask, key_mask, mask, clock, room, weights, y = unpack(more, 10)
    low, high = share(batch, rank, ranks)
    factor, rate = np.float32(float_of_bits(scale)), np.float32(float_of_bits(rate_bits))
    step, position = np.uint64(int64s(clock, 0)[0]), int64s(clock, 0)[1]
    turned = room + 4 * rank * keys * (size + 2 * block)
    own, dropped = turned + 4 * keys * size, turned + 4 * keys * (size + block)
    wide, deep = 4 * heads * size, 4 * heads * values
    for i in range(low, high):
        sample = np.uint64(position + i) & LOW
        for head in range(heads):
            _turn(keys, size, heads * size, k + i * keys * wide + 4 * head * size, float32s(turned, 0))
            for t0 in range(0, times, block):
                rows = min(block, times - t0)
                seen = min(keys, t0 + rows) if causal != 0 else keys
                first = ((i * heads + head) * times + t0) * keys
                found = weights + 4 * first if kept != 0 else own
                queries = q + (i * times + t0) * wide + 4 * head * size
                block_product(rows, seen, size, factor, queries, wide, 4, turned, 4 * keys, found, 4 * keys, 0)
                for t in range(rows):
                    row = float32s(found, t * keys)
                    limit = min(keys, t0 + t + 1) if causal != 0 else keys
                    if by_query != 0 and uint8s(query_mask, i * times)[t0 + t] == 0:
                        limit = 0
                    if by_key != 0:
                        there = uint8s(key_mask, i * keys)
                        for j in range(limit):
                            row[j] = row[j] if there[j] != 0 else _NO_WEIGHT
                    if by_pair != 0:
                        pairs = uint8s(mask, i * by_sample + (t0 + t) * by_time)
                        for j in range(limit):
                            row[j] = row[j] if pairs[j] != 0 else _NO_WEIGHT
                    for j in range(limit, seen):
                        row[j] = _NO_WEIGHT
                    _softmax(seen, row)  # of one length for all rows, in whole vectors most often
                    for j in range(seen, keys):
                        row[j] = 0
                if rate > 0:
                    inside = first - i * heads * times * keys
                    _drop(rows * keys, inside, sample, step, key0, key1, rate, float32s(found, 0), float32s(dropped, 0))
                    found = dropped
                there_v, out = v + i * keys * deep + 4 * head * values, y + (i * times + t0) * deep + 4 * head * values
                block_product(rows, values, seen, np.float32(1), found, 4 * keys, 4, there_v, deep, out, deep, 0)
    return OK


@kernel
def backward(arguments, rank, ranks):
    """With p the weights and d = grad v^T: dv (+)= p^T grad, ds = p (d - sum d p), dq (+)= scale ds k, dk (+)= scale ds^T q."""
    batch, times, keys, heads, size, values, block, scale, causal, rate_bits, key0, key1 = unpack(arguments, 12)
    rest = arguments + 8 * 12
    add_q, add_k, add_v, grad, q, k, v, clock, weights, room, dq, dk, dv = unpack(rest, 13)
    low, high = share(batch, rank, ranks)
    factor, rate = np.float32(float_of_bits(scale)), np.float32(float_of_bits(rate_bits))
    step, position = np.uint64(int64s(clock, 0)[0]), int64s(clock, 0)[1]
    turned = room + 4 * rank * keys * (values + 2 * block)
    slopes, dropped = turned + 4 * keys * values, turned + 4 * keys * (values + block)
    wide, deep = 4 * heads * size, 4 * heads * values
    blocks = (times + block - 1) // block
    for i in range(low, high):
        sample = np.uint64(position + i) & LOW
        for head in range(heads):
            of_key, of_value = i * keys * wide + 4 * head * size, i * keys * deep + 4 * head * values
            _turn(keys, values, heads * values, v + of_value, float32s(turned, 0))
            for turn in range(blocks):  # the last block first, as in it every key is met
                t0 = (blocks - 1 - turn) * block
                rows = min(block, times - t0)
                seen = min(keys, t0 + rows) if causal != 0 and turn > 0 else keys
                again = 1 if turn > 0 else 0
                first = ((i * heads + head) * times + t0) * keys
                found = weights + 4 * first
                of_query, of_y = (i * times + t0) * wide + 4 * head * size, (i * times + t0) * deep + 4 * head * values
                block_product(rows, seen, values, np.float32(1), grad + of_y, deep, 4, turned, 4 * keys, slopes, 4 * keys, 0)
                used = found
                if rate > 0:
                    inside = first - i * heads * times * keys
                    d = float32s(slopes, 0)
                    _drop(rows * keys, inside, sample, step, key0, key1, rate, float32s(found, 0), float32s(dropped, 0))
                    _drop(rows * keys, inside, sample, step, key0, key1, rate, d, d)
                    used = dropped
                block_product(
                    seen, values, rows, np.float32(1), used, 4, 4 * keys, grad + of_y, deep, dv + of_value, deep, add_v | again
                )
                for t in range(rows):
                    d, p = float32s(slopes, t * keys), float32s(found, t * keys)
                    mean = np.float32(0)
                    for j in range(seen):
                        mean += d[j] * p[j]
                    for j in range(seen):
                        d[j] = p[j] * (d[j] - mean)
                block_product(rows, size, seen, factor, slopes, 4 * keys, 4, k + of_key, wide, dq + of_query, wide, add_q)
                block_product(seen, size, rows, factor, slopes, 4, 4 * keys, q + of_query, wide, dk + of_key, wide, add_k | again)
    return OK
