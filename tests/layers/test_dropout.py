from __future__ import annotations

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.layers import Dropout
from tests.support.layers import call_layer

ONES = np.ones((200, 50), np.float32)


def mask(layer: Dropout, step: int = 0) -> np.ndarray:
    return call_layer(layer, ONES, training=True, step=step).numpy() == 0


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_share_and_scale(rate: float) -> None:
    """Of 10,000 values a binomial share is dropped, 4 standard deviations allowed; the others are divided by 1 - rate."""
    y = call_layer(Dropout(rate), ONES, training=True).numpy()
    dropped = (y == 0).mean()
    assert abs(dropped - rate) < 4 * np.sqrt(rate * (1 - rate) / y.size)
    np.testing.assert_allclose(y[y != 0], 1 / (1 - rate), rtol=1e-6)


def test_nothing_happens_when_predicting_or_at_rate_0() -> None:
    np.testing.assert_array_equal(Dropout(0.5)(ONES).numpy(), ONES)
    np.testing.assert_array_equal(Dropout(0.0)(ONES, training=True).numpy(), ONES)


def test_a_mask_for_each_step() -> None:
    layer = Dropout(0.5)
    np.testing.assert_array_equal(mask(layer, step=3), mask(layer, step=3))
    assert 0.4 < (mask(layer, step=3) != mask(layer, step=4)).mean() < 0.6


def test_own_seed() -> None:
    np.testing.assert_array_equal(mask(Dropout(0.5, seed=1)), mask(Dropout(0.5, seed=1)))
    assert (mask(Dropout(0.5, seed=1)) != mask(Dropout(0.5, seed=2))).any()


def test_eager_calls_have_masks_of_their_own() -> None:
    layer = Dropout(0.5)
    assert (layer(ONES, training=True).numpy() != layer(ONES, training=True).numpy()).any()


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5, "half", None])
def test_refuses_a_rate(rate: object) -> None:
    with pytest.raises(ArgumentError, match="Dropout: rate must be a number >= 0 and < 1"):
        Dropout(rate)  # type: ignore[arg-type]
