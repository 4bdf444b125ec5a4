"""Mean and sum of values, by hand."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid import metrics
from pellucid.errors import ShapeError


def test_mean_by_hand() -> None:
    mean = metrics.Mean()
    mean.update_state([1, 3])
    mean.update_state(8.0)
    assert mean.result() == 4.0
    mean.update_state(2.0, sample_weight=3)
    assert mean.result() == pytest.approx((1 + 3 + 8 + 6) / 6)
    mean.update_state([[1.0, 3.0], [5.0, 5.0]], sample_weight=[1.0, 0.0])
    assert mean.result() == pytest.approx((18 + 2) / 7)
    mean.reset_state()
    assert mean.result() == 0.0
    assert mean(pl.tensor([1.0, 2.0])) == 1.5
    assert mean([4.0], 0.0) == 1.5


def test_sum_by_hand() -> None:
    total = metrics.Sum(name="total")
    assert total([1.0, 2.0], [2.0, 1.0]) == 4.0
    assert total(np.ones((2, 2))) == 8.0
    assert total.name == "total"


def test_weights_that_do_not_fit() -> None:
    with pytest.raises(ShapeError, match="sample weights"):
        metrics.Mean()([1.0, 2.0], [1.0, 2.0, 3.0])


def test_batches_of_sequences_of_different_lengths() -> None:
    """2 wrong of 2 steps, then 0 wrong of 10: 2 / 12, whatever the lengths; weighted 3 times, 6 / (6 + 10)."""
    error = pl.metrics.MeanAbsoluteError()
    error.update_state(np.zeros((2, 1, 1)), np.ones((2, 1, 1)))
    error.update_state(np.zeros((2, 5, 1)), np.zeros((2, 5, 1)))
    assert error.result() == pytest.approx(2 / 12)
    error.reset_state()
    error.update_state(np.zeros((2, 1, 1)), np.ones((2, 1, 1)), sample_weight=np.float32([3, 3]))
    error.update_state(np.zeros((2, 5, 1)), np.zeros((2, 5, 1)), sample_weight=np.float32([1, 1]))
    assert error.result() == pytest.approx(6 / 16)
