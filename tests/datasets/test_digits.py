"""The embedded digits: scikit-learn's, split for good."""

import hashlib

import numpy as np
from sklearn.datasets import load_digits

from pellucid.datasets import digits


def test_they_are_scikit_learn_s_digits_in_two_parts():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    images, labels = load_digits(return_X_y=True)
    assert x_train.shape == (1438, 8, 8)
    assert x_test.shape == (359, 8, 8)
    assert {array.dtype.name for array in (x_train, y_train, x_test, y_test)} == {"uint8"}

    def rows(x, y):
        return sorted(map(tuple, np.column_stack([x.reshape(len(x), -1), y]).astype(int).tolist()))

    both = rows(np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test]))
    assert both == rows(images, labels)


def test_each_digit_has_its_share_in_the_test_set():
    (_, y_train), (_, y_test) = digits.load_data()
    shares = np.bincount(y_test) / (np.bincount(y_train) + np.bincount(y_test))
    assert np.all(np.abs(shares - digits.TEST_FRACTION) < 1 / 170)


def test_the_split_stays_what_it_was():
    """The test labels' hash as of version 0.1; a change would make scores incomparable with earlier ones."""
    (_, _), (_, y_test) = digits.load_data()
    assert hashlib.sha256(y_test.tobytes()).hexdigest()[:16] == "36c36b759a20a9fc"


def test_a_scikit_learn_that_keeps_its_file_elsewhere_gives_the_same(monkeypatch):
    expected = digits.load_data()
    monkeypatch.setattr(digits.importlib.util, "find_spec", lambda name: None)
    for one, other in zip(digits.load_data(), expected, strict=True):
        np.testing.assert_array_equal(one[0], other[0])
        np.testing.assert_array_equal(one[1], other[1])
