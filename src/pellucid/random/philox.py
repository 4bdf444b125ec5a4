"""Philox4x32-10: random bits as a function of a counter and a key.

Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011. There is no state: any element
can be made again by itself, by any thread, in any order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

ROUNDS = 10
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)  # the golden ratio, and the square root of 3 less 1

_LOW = np.uint64(0xFFFFFFFF)
_WORD = np.uint64(32)

Words = tuple[npt.NDArray[np.uint64], ...]


def philox4x32(counter: tuple[npt.ArrayLike, ...], key: tuple[int, int]) -> Words:
    """Four words of 32 random bits (held in uint64) for every counter of four words; arrays broadcast.

    >>> [hex(int(word)) for word in philox4x32((0, 0, 0, 0), (0, 0))]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    c0, c1, c2, c3 = (_words(part) for part in counter)
    k0, k1 = key
    for _ in range(ROUNDS):
        product0, product1 = c0 * np.uint64(MULTIPLIERS[0]), c2 * np.uint64(MULTIPLIERS[1])
        c0, c2 = (product1 >> _WORD) ^ c1 ^ np.uint64(k0), (product0 >> _WORD) ^ c3 ^ np.uint64(k1)
        c1, c3 = product1 & _LOW, product0 & _LOW
        k0, k1 = (k0 + KEY_STEPS[0]) & 0xFFFFFFFF, (k1 + KEY_STEPS[1]) & 0xFFFFFFFF
    return c0, c1, c2, c3


def _words(part: Any) -> npt.NDArray[np.uint64]:
    return np.asarray(part).astype(np.uint64) & _LOW
