"""Splits: parts that are disjoint, complete, in proportion, and the same again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedShuffleSplit

from pellucid.data.splits import Part, split, split_off, stratified_choice
from pellucid.errors import ArgumentError, DataError


def test_the_three_parts_hold_every_sample_once():
    x = np.arange(200).reshape(100, 2)
    parts = split(x, np.arange(100) % 4, seed=3)
    assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [72, 8, 20]
    together = np.concatenate([parts.train.x, parts.validation.x, parts.test.x])
    np.testing.assert_array_equal(np.sort(together[:, 0]), x[:, 0])
    for part in (parts.train, parts.validation, parts.test):
        np.testing.assert_array_equal(part.y, part.x[:, 0] // 2 % 4)
        assert (np.diff(part.x[:, 0]) > 0).all()


@given(st.lists(st.integers(0, 5), min_size=1, max_size=200), st.floats(0.01, 0.99), st.integers(0, 2**32 - 1))
def test_each_label_gives_its_share_to_within_one(labels, fraction, seed):
    labels = np.array(labels)
    chosen = stratified_choice(labels, fraction, seed)
    assert abs(chosen.sum() - fraction * len(labels)) <= 0.5 + 1e-9
    for label in np.unique(labels):
        assert abs(chosen[labels == label].sum() - fraction * (labels == label).sum()) < 1


def test_as_many_of_each_label_as_scikit_learn_takes():
    labels = np.repeat([0, 1, 2], [50, 30, 20])
    _, held_out = next(StratifiedShuffleSplit(1, test_size=0.3, random_state=0).split(labels, labels))
    ours = stratified_choice(labels, 0.3, seed=0)
    np.testing.assert_array_equal(np.bincount(labels[ours]), np.bincount(labels[held_out]))


def test_the_seed_decides():
    labels = np.arange(1000) % 10
    one, again, other = (stratified_choice(labels, 0.2, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_a_seed_s_split_is_fixed_for_good():
    """By NumPy's frozen legacy generator (NEP 19), so that a run can be evaluated later on the same test set."""
    assert np.flatnonzero(stratified_choice(np.zeros(20, int), 0.25, seed=7)).tolist() == [1, 2, 5, 11, 17]


def test_numbers_are_split_without_labels():
    y = np.linspace(0, 1, 50)
    rest, held_out = split_off(Part(np.arange(50), y), 0.2, stratify=False, seed=0)
    assert (len(rest), len(held_out)) == (40, 10)


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan")])
def test_a_fraction_that_is_none_is_refused(fraction):
    with pytest.raises(ArgumentError, match="between 0 and 1"):
        split_off(Part(np.arange(10), np.arange(10)), fraction)


def test_lengths_must_agree_and_no_part_may_be_empty():
    with pytest.raises(DataError, match="3 samples and 4 targets"):
        split(np.zeros((3, 2)), np.zeros(4))
    with pytest.raises(DataError, match="too few"):
        split(np.zeros((3, 2)), np.zeros(3), test=0.01)


def test_each_set_says_which_it_is_and_what_it_is_for():
    parts = split(np.arange(100), np.arange(100) % 2, seed=1)
    names, sets, uses = zip(*parts.items(), strict=True)
    assert names == ("training", "validation", "test")
    assert sets == (parts.train, parts.validation, parts.test)
    assert uses == ("what the network learns from", "watched while it learns, to choose by", "not looked at before the end")


def test_without_a_validation_set_the_rest_is_for_training():
    parts = split(np.arange(100), np.arange(100) % 2, validation=0, seed=1)
    assert parts.validation is None
    assert [(name, len(part)) for name, part, _ in parts.items()] == [("training", 80), ("test", 20)]
    np.testing.assert_array_equal(np.sort(np.concatenate([parts.train.x, parts.test.x])), np.arange(100))
