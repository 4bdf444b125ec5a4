"""A fingerprint tells data from others, and the same from itself wherever it lies."""

import hashlib

import numpy as np

from pellucid.data.fingerprint import fingerprint


def test_it_is_the_hash_of_type_shape_and_values() -> None:
    """So that runs that were recorded before know their data again."""
    assert fingerprint([np.array([1, 2], "<i2")]) == hashlib.sha256(b"<i2(2,)\x01\x00\x02\x00").hexdigest()


def test_order_in_memory_does_not_count_but_order_of_arrays_does() -> None:
    x, y = np.arange(6.0).reshape(2, 3), np.arange(2)
    assert fingerprint([x, y]) == fingerprint([np.asfortranarray(x), y])
    assert fingerprint([x, y]) != fingerprint([y, x])
    assert fingerprint([x]) != fingerprint([x.astype(np.float32)])


def test_texts_are_told_by_what_they_say_and_not_by_where_they_lie() -> None:
    one, other = np.array(["a" * 30, None], object), np.array(["".join(["a"] * 30), None], object)
    assert fingerprint([one]) == fingerprint([other])
    assert fingerprint([one]) != fingerprint([other[::-1]])
