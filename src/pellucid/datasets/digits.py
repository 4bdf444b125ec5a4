"""Digits: the 1,797 handwritten digits of 8 x 8 pixels that come with scikit-learn; needs no download."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.splits import stratified_choice
from pellucid.datasets.store import Arrays

CLASS_NAMES = tuple("0123456789")
TEST_FRACTION = 0.2
SPLIT_SEED = 1797


def load_data() -> tuple[Arrays, Arrays]:
    """``((x_train, y_train), (x_test, y_test))``: images of bytes 0 to 16, (samples, 8, 8), and labels 0 to 9 as bytes.

    1,438 for training and 359 for testing, always the same: drawn at random by class (``TEST_FRACTION`` of each, seed
    ``SPLIT_SEED``), in their original order otherwise. The training set is what a network learns from, and what a validation
    set is split off; the test set says once, at the end, how well it does. All 1,797 are of the same 13 writers, so this
    test set does not tell how it does on the digits of others, as MNIST's does.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, x_test.shape, int(x_train.max())
    ((1438, 8, 8), (359, 8, 8), 16)

    Source: Alpaydin, Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository
    (its test set; CC BY 4.0).
    """
    x, y = _read()
    is_test = stratified_choice(y, TEST_FRACTION, SPLIT_SEED)
    return (x[~is_test], y[~is_test]), (x[is_test], y[is_test])


def _read() -> Arrays:
    # Straight from scikit-learn's file: importing scikit-learn takes longer than training on it does.
    spec = importlib.util.find_spec("sklearn")
    file = Path(spec.origin).parent / "datasets" / "data" / "digits.csv.gz" if spec and spec.origin else None
    if file and file.is_file():
        table: npt.NDArray[Any] = np.loadtxt(file, delimiter=",", dtype=np.uint8)
        images, labels = table[:, :-1], table[:, -1]
    else:
        from sklearn.datasets import load_digits

        images, labels = (array.astype(np.uint8) for array in load_digits(return_X_y=True))
    return images.reshape(-1, 8, 8), labels.copy()
