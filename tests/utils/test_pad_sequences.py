"""pad_sequences as Keras documents it."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.utils import pad_sequences

SEQUENCES = [[1], [2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [  # the first four are the examples of Keras' documentation
        ({}, [[0, 0, 1], [0, 2, 3], [4, 5, 6]]),
        ({"value": -1}, [[-1, -1, 1], [-1, 2, 3], [4, 5, 6]]),
        ({"padding": "post"}, [[1, 0, 0], [2, 3, 0], [4, 5, 6]]),
        ({"maxlen": 2}, [[0, 1], [2, 3], [5, 6]]),
        ({"maxlen": 2, "truncating": "post"}, [[0, 1], [2, 3], [4, 5]]),
        ({"maxlen": 0}, [[], [], []]),
    ],
)
def test_examples(settings: dict[str, object], expected: list[list[int]]) -> None:
    result = pad_sequences(SEQUENCES, **settings)  # type: ignore[arg-type]
    assert result.dtype == np.int64
    assert result.tolist() == expected


def test_no_sequences_and_empty_ones() -> None:
    assert pad_sequences([]).shape == (0, 0)
    assert pad_sequences([[], [7]], dtype="float32").tolist() == [[0], [7]]


def test_other_sides_are_refused() -> None:
    with pytest.raises(ArgumentError, match="Known: post, pre"):
        pad_sequences(SEQUENCES, padding="left")
