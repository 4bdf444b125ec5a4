"""Random numbers by counter, normal and uniform: from key, step and each sample's place; see ``random.streams``."""

from __future__ import annotations

import math

import numpy as np

from pellucid.kernels.base import OK, float32s, float_of_bits, int64s, kernel, share, stack_float32s, unpack
from pellucid.kernels.mathematics import log32
from pellucid.kernels.philox import LOW, WORD, philox, uniform
from pellucid.kernels.trigonometry import cosine_of_turn, sine_of_turn

_STRIP = 256
_WORDS = np.float32(2.0**-32)


@kernel
def normal(arguments, rank, ranks):
    """y = mean + deviation * n, by rows, n by Box and Muller: of each four words two pairs."""
    rows, columns, key0, key1, mean_bits, deviation_bits, clock, y = unpack(arguments, 8)
    low, high = share(rows, rank, ranks)
    step, position = np.uint64(int64s(clock, 0)[0]), int64s(clock, 0)[1]
    mean, deviation = np.float32(float_of_bits(mean_bits)), np.float32(float_of_bits(deviation_bits))
    radius, turn = stack_float32s(128), stack_float32s(128)
    pairs = stack_float32s(256)
    for i in range(low, high):
        sample = np.uint64(position + i) & LOW
        for start in range(0, columns, _STRIP):
            width = columns - start if columns - start < _STRIP else _STRIP
            first = start // 4
            blocks = (width + 3) // 4
            for block in range(blocks):
                counter = np.uint64(first + block) & LOW
                w0, w1, w2, w3 = philox(counter, sample, step & LOW, step >> WORD, np.uint64(key0), np.uint64(key1))
                radius[2 * block] = np.float32(np.int64(w0) + 1) * _WORDS
                radius[2 * block + 1] = np.float32(np.int64(w2) + 1) * _WORDS
                turn[2 * block] = uniform(w1)
                turn[2 * block + 1] = uniform(w3)
            for p in range(2 * blocks):
                length = math.sqrt(np.float32(-2) * log32(radius[p]))
                pairs[2 * p] = length * cosine_of_turn(turn[p])
                pairs[2 * p + 1] = length * sine_of_turn(turn[p])
            out = float32s(y, i * columns + start)
            for j in range(width):
                out[j] = mean + deviation * pairs[j]
    return OK


@kernel
def uniform_rows(arguments, rank, ranks):
    """y = low + range * u, some numbers a sample; where ``whole``, rounded down."""
    rows, columns, key0, key1, low_bits, range_bits, whole, clock, y = unpack(arguments, 9)
    first, last = share(rows, rank, ranks)
    step, position = np.uint64(int64s(clock, 0)[0]), int64s(clock, 0)[1]
    low, reach = np.float32(float_of_bits(low_bits)), np.float32(float_of_bits(range_bits))
    words = stack_float32s(4)
    for i in range(first, last):
        sample, out = np.uint64(position + i) & LOW, float32s(y, i * columns)
        for block in range((columns + 3) // 4):
            counter = np.uint64(block) & LOW
            w0, w1, w2, w3 = philox(counter, sample, step & LOW, step >> WORD, np.uint64(key0), np.uint64(key1))
            words[0], words[1], words[2], words[3] = uniform(w0), uniform(w1), uniform(w2), uniform(w3)
            for j in range(min(4, columns - 4 * block)):
                value = low + reach * words[j]
                out[4 * block + j] = np.float32(math.floor(value)) if whole != 0 else value
    return OK
