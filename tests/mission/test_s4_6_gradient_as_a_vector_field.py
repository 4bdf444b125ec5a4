"""S4.6: the gradient of x0^2 + x1^2 at every point of a grid: the data of the vector field."""

from __future__ import annotations

import numpy as np

from pellucid.numerics import numerical_gradient


def function_2(x):
    return x[0] ** 2 + x[1] ** 2


def test_s4_6_gradients_at_the_lectures_points():
    for point, gradient in (((3.0, 4.0), (6, 8)), ((0.0, 2.0), (0, 4)), ((3.0, 0.0), (6, 0))):
        np.testing.assert_allclose(numerical_gradient(function_2, np.array(point)), gradient, atol=1e-9)


def test_s4_6_arrows_point_to_the_lowest_place_and_are_longer_further_off():
    """Minus the gradient is -2 x: towards the origin, twice as long as the way there.

    For this bowl only: the lecture says that a gradient points to the lowest place of a function. It points where the function
    falls fastest from here, and on a stretched bowl that is elsewhere.
    """
    grid = np.stack(np.meshgrid(np.arange(-2, 2.5, 0.25), np.arange(-2, 2.5, 0.25)), axis=-1).reshape(-1, 2)
    arrows = np.array([-numerical_gradient(function_2, point) for point in grid])
    np.testing.assert_allclose(arrows, -2 * grid, atol=1e-9)

    stretched = -numerical_gradient(lambda x: x[0] ** 2 / 20 + x[1] ** 2, np.array([-7.0, 2.0]))
    np.testing.assert_allclose(stretched, [0.7, -4], atol=1e-9)  # the way to the origin would be (7, -2)
