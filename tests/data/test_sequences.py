"""Padding, windows and buckets: shapes by hand, every sequence once, little padding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data import Buckets, padded, windows
from pellucid.errors import ArgumentError, DataError


def test_padding_goes_behind_and_keeps_the_kind_of_numbers() -> None:
    assert padded([[5], [], [6, 7]], length=3).tolist() == [[5, 0, 0], [0, 0, 0], [6, 7, 0]]
    assert padded([[5]]).dtype == np.int64
    features = padded([[[0.5, 1.0]], [[2.0, 3.0], [4.0, 5.0]]], value=-1)
    assert features.dtype == np.float32
    assert features.tolist() == [[[0.5, 1], [-1, -1]], [[2, 3], [4, 5]]]


def test_no_sequence_and_one_too_long_are_refused() -> None:
    with pytest.raises(DataError, match="at least one sequence"):
        padded([])
    with pytest.raises(DataError, match="length=2, but sequence 1 has 3 steps"):
        padded([[1], [1, 2, 3]], length=2)


def test_windows_are_the_sequence_and_what_follows() -> None:
    x, y = windows(np.arange(8), length=3, stride=2)
    assert x.tolist() == [[0, 1, 2], [2, 3, 4], [4, 5, 6]]
    np.testing.assert_array_equal(y, x + 1)


def test_the_shortest_text_that_has_a_window() -> None:
    x, y = windows([4, 9], length=1)
    assert (x.tolist(), y.tolist()) == ([[4]], [[9]])
    with pytest.raises(DataError, match=r"at least 2\. Received 1"):
        windows([4], length=1)
    with pytest.raises(ArgumentError, match="length must be an integer >= 1"):
        windows([4, 9], length=0)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=50), st.integers(1, 9), st.sampled_from([1, 4, 8]), st.integers(0, 3))
def test_every_sequence_comes_once_with_its_target(lengths: list[int], size: int, multiple: int, seed: int) -> None:
    sequences = [np.full(n, i + 1) for i, n in enumerate(lengths)]
    batches = Buckets(sequences, np.arange(len(lengths)) + 1, size, multiple=multiple, seed=seed)
    for _ in range(2):
        seen = []
        for x, y in batches:
            assert len(x) <= size
            assert x.shape[1] % multiple == 0
            for row, target in zip(x, y, strict=True):
                np.testing.assert_array_equal(row[row != 0], sequences[target - 1])
                seen.append(int(target))
        assert sorted(seen) == list(range(1, len(lengths) + 1))


def test_buckets_save_most_of_the_padding() -> None:
    lengths = np.random.default_rng(0).integers(1, 101, 1000)
    sequences = [np.ones(n, np.int64) for n in lengths]
    batches = Buckets(sequences, np.zeros(1000), 20, multiple=1)
    assert batches.padding < 0.02
    assert 1 - lengths.mean() / 100 > 0.45  # what one length for all would waste


def test_the_order_is_new_at_each_pass_and_that_of_the_seed() -> None:
    sequences = [[i + 1] * (i % 5 + 1) for i in range(40)]

    def order(batches: Buckets) -> list[int]:
        return [int(t) for _, y in batches for t in y]

    first, again = Buckets(sequences, range(40), 4), Buckets(sequences, range(40), 4)
    passes = [order(first) for _ in range(3)]
    assert passes[0] != passes[1] != passes[2]
    assert passes == [order(again) for _ in range(3)]
    fixed = Buckets(sequences, range(40), 4, shuffle=False)
    assert order(fixed) == order(fixed)


def test_buckets_refuse_what_no_batch_can_be_made_of() -> None:
    with pytest.raises(DataError, match="0 sequences and 0 targets"):
        Buckets([], [])
    with pytest.raises(DataError, match="2 sequences and 1 targets"):
        Buckets([[1], [2]], [0])
    with pytest.raises(DataError, match="sequence 1 has no step"):
        Buckets([[1], []], [0, 1])


def test_what_is_no_sequence_of_numbers_is_refused() -> None:
    for wrong in (["abc"], [None], [[1], 2]):
        with pytest.raises(DataError, match="must be numbers along an axis of time"):
            padded(wrong)
    with pytest.raises(DataError, match=r"of one shape\. Received \(1,\) and \(\)"):
        padded([[[1]], [1]])
    with pytest.raises(DataError, match=r"one axis, that of time\. Received shape \(3, 3\)"):
        windows(np.zeros((3, 3)), 2)
