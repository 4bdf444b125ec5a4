"""Targets that cannot be trained on are refused at the door, with the first culprit's row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid import losses
from pellucid.autodiff import Spec
from pellucid.errors import ArgumentError, DataError, ShapeError

SPARSE, ONE_HOT, BINARY = losses.SparseCategoricalCrossentropy(), losses.CategoricalCrossentropy(), losses.BinaryCrossentropy()
TEN = Spec((None, 10))


@pytest.mark.parametrize(
    ("loss", "y", "outputs", "error", "message"),
    [
        (SPARSE, [3, 10, 11], TEN, DataError, r"0 to 9, because the model's output has 10\. Received 10 in row 1"),
        (SPARSE, [3, 0, -1], TEN, DataError, "Received -1 in row 2"),
        (SPARSE, [3.0, 0.5], TEN, DataError, r"must be whole\. Received 0.5 in row 1"),
        (SPARSE, np.eye(10), TEN, ShapeError, "use CategoricalCrossentropy"),
        (SPARSE, [[[1], [2]], [[1], [4]]], Spec((None, 2, 3)), DataError, "Received 4 in row 1"),
        (ONE_HOT, [3, 1], TEN, ShapeError, "use SparseCategoricalCrossentropy"),
        (ONE_HOT, [[3], [1]], TEN, ShapeError, "use SparseCategoricalCrossentropy"),
        (ONE_HOT, np.eye(5), TEN, ShapeError, r"must have shape \(10,\), one value for each class\. Received \(5,\)"),
        (ONE_HOT, 1 - 2 * np.eye(10), TEN, DataError, "between 0 and 1. Received -1.0 in row 0"),
        (ONE_HOT, 2 * np.eye(10), TEN, DataError, "Received 2.0 in row 0"),
        (BINARY, [0, 1, 2], Spec((None, 1)), DataError, "between 0 and 1. Received 2 in row 2. For the numbers of more"),
        (BINARY, [[0, 1]], Spec((None, 3)), ShapeError, r"one target has shape \(2,\)"),
    ],
)
def test_refused(loss: losses.Loss, y: Any, outputs: Spec, error: type[ArgumentError], message: str) -> None:
    with pytest.raises(error, match=message):
        loss.check_targets(np.array(y), outputs)


@pytest.mark.parametrize(
    ("loss", "y", "outputs"),
    [
        (SPARSE, [0, 9, 9], TEN),
        (SPARSE, [[0], [9]], TEN),
        (SPARSE, [0.0, 9.0], TEN),
        (SPARSE, [True, False], Spec((None, 2))),
        (SPARSE, np.array([0, 255], np.uint8), Spec((None, 256))),
        (ONE_HOT, np.eye(10), TEN),
        (ONE_HOT, np.full((3, 10), 0.1), TEN),
        (ONE_HOT, np.eye(10, dtype=bool), TEN),
        (BINARY, [0.0, 0.5, 1.0], Spec((None, 1))),
        (BINARY, [True, False], Spec((None, 1))),
        (BINARY, [[0, 1], [1, 1]], Spec((None, 2))),
    ],
)
def test_accepted(loss: losses.Loss, y: Any, outputs: Spec) -> None:
    loss.check_targets(np.array(y), outputs)
