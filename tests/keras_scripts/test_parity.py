"""The scripts under Keras and under Pellucid: the same numbers from the same weights, epoch by epoch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.keras_scripts.library import NAMES, numbers
from tests.support.keras_peer import import_keras

import_keras()
pytestmark = [pytest.mark.parity, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]  # Keras'

WITHOUT_CHANCE: dict[str, dict[str, Any]] = {"image_classification": {"dropout": 0.0}}  # masks are each library's own
# Both sum in float32 in orders of their own. A sample near a threshold then falls to the other side of it, which moves a number
# that counts samples by one of them; all else parts by some 1e-5 of its size.
OF_ONE_SAMPLE = {"accuracy": 2e-3, "auc": 2e-3, "prc": 2e-3}
TOLERANCE = 1e-4


@pytest.mark.parametrize("name", NAMES)
def test_the_same_numbers_under_both(name: str):
    settings = WITHOUT_CHANCE.get(name, {})
    theirs, ours = numbers(name, "keras", **settings), numbers(name, "pellucid", **settings)
    assert set(ours) == set(theirs)
    for key, expected in theirs.items():
        tolerance = OF_ONE_SAMPLE.get(key.rpartition("_")[2], TOLERANCE)
        greatest = np.abs(expected).max()
        np.testing.assert_allclose(ours[key], expected, rtol=tolerance, atol=tolerance * greatest, err_msg=key)
