from __future__ import annotations

import numpy as np
import pytest

from pellucid.errors import DataError
from pellucid.utils import to_categorical


def test_rows_of_the_identity() -> None:
    np.testing.assert_array_equal(to_categorical([2, 0, 1]), np.eye(3)[[2, 0, 1]])
    np.testing.assert_array_equal(to_categorical([1.0], num_classes=4, dtype="int64"), [[0, 1, 0, 0]])


@pytest.mark.parametrize(
    ("given", "expected"), [((), (3,)), ((5,), (5, 3)), ((5, 1), (5, 3)), ((2, 4), (2, 4, 3)), ((0,), (0, 3))]
)
def test_shapes(given: tuple[int, ...], expected: tuple[int, ...]) -> None:
    assert to_categorical(np.zeros(given, int), 3).shape == expected


@pytest.mark.parametrize(
    ("x", "message"),
    [([0, 3], "0 to 2. Received 3"), ([-1], "Received -1"), ([0.5], "must hold integers"), (["a"], "must hold integers")],
)
def test_refuses(x: list[object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        to_categorical(x, 3)  # type: ignore[arg-type]
