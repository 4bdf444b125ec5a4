"""S4.7, the figures: learning rates too large and too small, divergence named; saddle points and plateaus."""

import numpy as np
import pytest

from pellucid.figures import learning_rates, saddle_and_plateau
from pellucid.figures.picture import Settings
from pellucid.numerics import Outcome


def test_s4_7_too_small_right_and_too_large_end_as_their_names_say():
    small, right, large = learning_rates.compute(Settings()).descents
    assert [d.outcome for d in (small, right, large)] == [Outcome.STILL_MOVING, Outcome.CONVERGED, Outcome.DIVERGED]
    for descent in (small, right, large):
        k = np.arange(descent.steps + 1)[:, None]
        exact = (1 - 2 * descent.learning_rate) ** k * np.array([-3.0, 4.0])  # x - rate * 2 x, again and again
        np.testing.assert_allclose(descent.path, exact, atol=1e-6)
    assert (np.diff(large.values) > 0).all()


def test_s4_7_on_the_ridge_descent_ends_at_the_saddle_and_beside_it_goes_on_after_a_while():
    data = saddle_and_plateau.compute(Settings())
    np.testing.assert_allclose(data.onto_saddle.x, 0, atol=1e-5)
    np.testing.assert_allclose(data.past_saddle.x, [0, np.sqrt(2)], atol=1e-3)
    assert data.past_saddle.values[-1] == pytest.approx(-1, abs=1e-5)
    assert (abs(data.past_saddle.values) < 0.05).sum() >= 10  # lingers


def test_s4_7_on_the_plateau_most_steps_gain_next_to_nothing():
    values = saddle_and_plateau.compute(Settings()).off_plateau.values
    assert (values > 0.95).mean() > 0.5
    assert values[-1] < 1e-6
    fastest = -np.diff(values).min()
    assert fastest > 100 * (values[0] - values[1])
