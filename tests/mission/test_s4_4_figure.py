"""S4.4, the figure: why the loss and not the accuracy; step function against sigmoid."""

import numpy as np
import pytest

from pellucid.figures import loss_and_accuracy, step_and_sigmoid
from pellucid.figures.picture import Settings


def test_s4_4_the_step_s_derivative_is_0_and_the_sigmoid_s_nowhere():
    data = step_and_sigmoid.compute(Settings())
    np.testing.assert_array_equal(data.step, data.x > 0)
    assert (data.step_slope == 0).all()
    assert (data.sigmoid_slope > 0).all()
    assert data.x[data.sigmoid_slope.argmax()] == pytest.approx(0, abs=1e-12)
    assert data.sigmoid_slope.max() == 0.25
    np.testing.assert_allclose(data.sigmoid, 0.5 + 0.5 * np.tanh(data.x / 2), atol=1e-15)


def test_s4_4_the_accuracy_stands_still_between_jumps_and_the_loss_never():
    data = loss_and_accuracy.compute(Settings())
    jumps = np.diff(data.accuracy)[np.diff(data.accuracy) != 0]
    assert len(jumps) == len(data.x)  # each sample turns right or wrong once: at b = -x
    np.testing.assert_allclose(abs(jumps), 1 / len(data.x))
    assert (np.diff(data.loss, 2) > 0).all()  # convex: one minimum, a slope everywhere else


def test_s4_4_the_least_loss_is_where_the_mean_probability_is_the_share_of_ones():
    """d loss / d b = mean(p - label) = 0."""
    data = loss_and_accuracy.compute(Settings())
    p = 1 / (1 + np.exp(-(data.x + data.best)))
    assert p.mean() == pytest.approx(data.label.mean(), abs=1e-3)
