"""Philox4x32-10 in kernels: random bits as a function of a counter and a key, as in ``random.philox``."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import inlined

LOW = np.uint64(0xFFFFFFFF)
WORD = np.uint64(32)
_MULTIPLIER0, _MULTIPLIER1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_KEY_STEP0, _KEY_STEP1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_UNIT = np.float32(2.0**-24)


@inlined
def philox(c0, c1, c2, c3, k0, k1):
    """Four words of random bits."""
    for _ in range(10):
        product0, product1 = c0 * _MULTIPLIER0, c2 * _MULTIPLIER1
        c0, c2 = (product1 >> WORD) ^ c1 ^ k0, (product0 >> WORD) ^ c3 ^ k1
        c1, c3 = product1 & LOW, product0 & LOW
        k0, k1 = (k0 + _KEY_STEP0) & LOW, (k1 + _KEY_STEP1) & LOW
    return c0, c1, c2, c3


@inlined
def uniform(word):
    """A number from [0, 1) of the upper 24 bits."""
    return np.float32(np.int32(word >> np.uint64(8))) * _UNIT
