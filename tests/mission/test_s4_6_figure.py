"""S4.6, the figure: the gradient of x0^2 + x1^2 as a field of arrows."""

import numpy as np

from pellucid.figures import gradient_field
from pellucid.figures.picture import Settings


def test_s4_6_arrows_point_to_the_minimum_and_are_longer_the_further_away():
    data = gradient_field.compute(Settings())
    np.testing.assert_allclose(data.downhill, -2 * data.x, atol=1e-8)  # by calculus
    distance, length = np.linalg.norm(data.x, axis=1), np.linalg.norm(data.downhill, axis=1)
    order = distance.argsort()
    assert (np.diff(length[order]) > -1e-8).all()
    lowest = np.unravel_index(data.value.argmin(), data.value.shape)
    np.testing.assert_allclose(data.grid[list(lowest)], 0, atol=1e-12)
