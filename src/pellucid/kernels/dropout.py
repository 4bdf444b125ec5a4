"""Dropout by counter: the mask is made where it is applied, from key, step and each sample's place; see ``random.streams``."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import OK, float32s, float_of_bits, int64s, kernel, share, stack_float32s, unpack
from pellucid.kernels.philox import LOW, WORD, philox, uniform

_STRIP = 256  # columns whose numbers are made before they are used


@kernel
def mask(arguments, rank, ranks):
    """y (+)= x scale + shift where u >= rate, else ``other``, by rows; of gradients on the way back."""
    rows, columns, key0, key1, rate_bits, scale_bits, shift_bits, other_bits, accumulate, x, clock, y = unpack(arguments, 12)
    low, high = share(rows, rank, ranks)
    step, position = np.uint64(int64s(clock, 0)[0]), int64s(clock, 0)[1]
    rate, scale = np.float32(float_of_bits(rate_bits)), np.float32(float_of_bits(scale_bits))
    shift, other = np.float32(float_of_bits(shift_bits)), np.float32(float_of_bits(other_bits))
    u = stack_float32s(256)
    for i in range(low, high):
        sample = np.uint64(position + i) & LOW
        for start in range(0, columns, _STRIP):
            width = columns - start if columns - start < _STRIP else _STRIP
            first = start // 4
            for block in range((width + 3) // 4):
                counter = np.uint64(first + block) & LOW
                w0, w1, w2, w3 = philox(counter, sample, step & LOW, step >> WORD, np.uint64(key0), np.uint64(key1))
                u[4 * block] = uniform(w0)
                u[4 * block + 1] = uniform(w1)
                u[4 * block + 2] = uniform(w2)
                u[4 * block + 3] = uniform(w3)
            data, out = float32s(x, i * columns + start), float32s(y, i * columns + start)
            for j in range(width):
                value = data[j] * scale + shift if u[j] >= rate else other
                out[j] = value + (out[j] if accumulate != 0 else np.float32(0))
    return OK
