"""S4.3: cross-entropy of a batch, its targets one-hot or labels."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.scratch import cross_entropy_error
from tests.mission.test_s4_2_losses_on_the_lectures_example import LIKELY_2, LIKELY_7, TARGET

BATCH = np.stack([LIKELY_2, LIKELY_7])


def test_s4_3_both_kinds_of_targets_give_the_mean_over_the_batch():
    """The two losses of the lecture's example: (0.510825457 + 2.302584093) / 2."""
    expected = pytest.approx((0.51082545709933802 + 2.3025840929945458) / 2, rel=1e-15)
    assert cross_entropy_error(BATCH, np.stack([TARGET, TARGET])) == expected
    assert cross_entropy_error(BATCH, np.array([2, 2])) == expected


def test_s4_3_without_1e_7_a_class_that_was_given_no_chance_would_cost_infinity():
    """The lecture's second listing leaves the 1e-7 out: log 0. Here it stays in, for batches as for single samples."""
    assert np.isfinite(cross_entropy_error(BATCH, np.array([3, 3])))
    assert cross_entropy_error(BATCH, np.array([3, 3])) == pytest.approx(-np.log(1e-7))
