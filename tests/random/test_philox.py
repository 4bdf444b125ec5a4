"""Philox4x32-10 against its authors' known answers, and against NumPy's own statistics of what a generator must do."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.random.philox import philox4x32

# From the file kat_vectors of Random123 (D. E. Shaw Research), the lines "philox4x32 10": counter, key, result.
KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def words(text: str) -> tuple[int, ...]:
    return tuple(int(word, 16) for word in text.split())


@pytest.mark.parametrize(("counter", "key", "result"), KNOWN_ANSWERS)
def test_known_answers(counter: str, key: str, result: str) -> None:
    first, second = words(key)
    assert tuple(int(word) for word in philox4x32(words(counter), (first, second))) == words(result)


def test_counters_of_arrays_are_counted_one_by_one() -> None:
    many = philox4x32((np.arange(3), 7, np.array([[1], [2]]), 0), (5, 6))
    assert all(part.shape in ((2, 3), (1, 3), (3,)) for part in many)
    for i, j in np.ndindex(2, 3):
        alone = philox4x32((j, 7, i + 1, 0), (5, 6))
        assert [int(np.broadcast_to(part, (2, 3))[i, j]) for part in many] == [int(word) for word in alone]
