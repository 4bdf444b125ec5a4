"""Dropout by counter: the mask is made where it is applied, from key, step and each sample's place; see ``random.streams``."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, float_of_bits, inlined, int64s, kernel, share, stack_float32s, unpack

_LOW = np.uint64(0xFFFFFFFF)
_WORD = np.uint64(32)
_MULTIPLIER0, _MULTIPLIER1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_KEY_STEP0, _KEY_STEP1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_UNIT = np.float32(2.0**-24)
_STRIP = 256  # columns whose numbers are made before they are used


@inlined
def _philox(c0, c1, c2, c3, k0, k1):
    """Four words of random bits by Philox4x32-10, as in ``random.philox``."""
    for _ in range(10):
        product0, product1 = c0 * _MULTIPLIER0, c2 * _MULTIPLIER1
        c0, c2 = (product1 >> _WORD) ^ c1 ^ k0, (product0 >> _WORD) ^ c3 ^ k1
        c1, c3 = product1 & _LOW, product0 & _LOW
        k0, k1 = (k0 + _KEY_STEP0) & _LOW, (k1 + _KEY_STEP1) & _LOW
    return c0, c1, c2, c3


@inlined
def _uniform(word):
    """A number from [0, 1) of the upper 24 bits."""
    return np.float32(np.int32(word >> np.uint64(8))) * _UNIT


@kernel
def mask(arguments, rank, ranks):
    """y (+)= x [u >= rate] / (1 - rate), by rows: of values on the way forward, of gradients on the way back."""
    rows, columns, key0, key1, rate_bits, accumulate, x, clock, y = unpack(arguments, 9)
    low, high = share(rows, rank, ranks)
    step, position = np.uint64(int64s(clock, 0)[0]), int64s(clock, 0)[1]
    rate, scale = np.float32(float_of_bits(rate_bits)), np.float32(1.0 / (1.0 - float_of_bits(rate_bits)))
    u = stack_float32s(256)
    for i in range(low, high):
        sample = np.uint64(position + i) & _LOW
        for start in range(0, columns, _STRIP):
            width = columns - start if columns - start < _STRIP else _STRIP
            first = start // 4
            for block in range((width + 3) // 4):
                counter = np.uint64(first + block) & _LOW
                w0, w1, w2, w3 = _philox(counter, sample, step & _LOW, step >> _WORD, np.uint64(key0), np.uint64(key1))
                u[4 * block] = _uniform(w0)
                u[4 * block + 1] = _uniform(w1)
                u[4 * block + 2] = _uniform(w2)
                u[4 * block + 3] = _uniform(w3)
            data, out = float32s(x, i * columns + start), float32s(y, i * columns + start)
            for j in range(width):
                kept = data[j] * scale if u[j] >= rate else np.float32(0)
                out[j] = kept + (out[j] if accumulate != 0 else np.float32(0))
    return OK
