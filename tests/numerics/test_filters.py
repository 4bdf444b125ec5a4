"""Gaussian and Sobel kernels against SciPy, tables and hand-worked pictures."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from pellucid.errors import ArgumentError, ShapeError
from pellucid.numerics import blurred, convolve, edges, gaussian_kernel, sobel_kernel


@pytest.mark.parametrize(("size", "sigma"), [(1, 1.0), (3, 0.5), (7, 1.5), (11, 3.0)])
def test_the_gaussian_is_scipy_s(size, sigma):
    """SciPy's answer to an impulse, cut off at the same distance."""
    impulse = np.zeros((2 * size + 1, 2 * size + 1))
    impulse[size, size] = 1
    radius = size // 2
    answer = ndimage.gaussian_filter(impulse, sigma, radius=radius)
    middle = slice(size - radius, size + radius + 1)
    np.testing.assert_allclose(gaussian_kernel(size, sigma), answer[middle, middle], rtol=1e-12, atol=1e-16)


def test_the_gaussian_sums_to_one_and_is_a_product():
    kernel = gaussian_kernel(7)
    assert kernel.sum() == pytest.approx(1)
    row = kernel[3] / kernel[3].sum()
    np.testing.assert_allclose(convolve(convolve(np.eye(5), row[None]), row[:, None]), convolve(np.eye(5), kernel), rtol=1e-12)
    assert kernel[3, 0] / kernel[3, 3] == pytest.approx(np.exp(-4.5))  # three sigmas away
    assert gaussian_kernel(1).tolist() == [[1.0]]


@pytest.mark.parametrize("axis", [0, 1])
def test_sobel_s_own_is_scipy_s(axis):
    image = np.random.default_rng(0).normal(size=(6, 7))
    impulse = np.zeros((5, 5))
    impulse[2, 2] = 1
    np.testing.assert_array_equal(sobel_kernel(3, axis), ndimage.sobel(impulse, axis)[3:0:-1, 3:0:-1])
    expected = np.hypot(ndimage.sobel(image, 0), ndimage.sobel(image, 1))
    np.testing.assert_allclose(edges(image), expected, rtol=1e-12)


def test_larger_sobels_are_opencv_s():
    """cv.getDerivKernels(1, 0, 5) and (1, 0, 7), as OpenCV's documentation of Sobel builds them."""
    assert sobel_kernel(5, 1)[0].tolist() == [-1, -2, 0, 2, 1]
    assert sobel_kernel(5, 1)[:, 0].tolist() == [-1, -4, -6, -4, -1]
    assert sobel_kernel(7, 0)[:, 0].tolist() == [-1, -4, -5, 0, 5, 4, 1]
    assert sobel_kernel(7, 0)[0].tolist() == [-1, -6, -15, -20, -15, -6, -1]


@pytest.mark.parametrize("size", [3, 5, 7, 9])
def test_sobel_is_the_slope_times_what_it_smooths_by(size):
    """On a ramp of slope 1: the sum of derivative times place, times 2^(size - 1); nothing along the other axis."""
    ramp = np.tile(np.arange(20.0), (20, 1))
    slope = edges(ramp, size)[10, 10]
    assert slope == 2.0 ** (size - 1) * 2.0 ** (size - 2)
    flat = np.full((20, 20), 3.0)
    assert not edges(flat, size).any()


def test_blurring_keeps_what_is_flat_and_the_mean_of_what_wraps():
    image = np.random.default_rng(0).normal(size=(8, 9, 3))
    np.testing.assert_allclose(blurred(np.full((5, 5), 7.0), 5), 7.0)
    np.testing.assert_allclose(blurred(image, 5, border="wrap").mean(axis=(0, 1)), image.mean(axis=(0, 1)), rtol=1e-12)
    expected = ndimage.gaussian_filter(image, (1.0, 1.0, 0), radius=(2, 2, 0))
    np.testing.assert_allclose(blurred(image, 5, sigma=1.0), expected, rtol=1e-10, atol=1e-12)
    assert blurred(np.zeros((3, 3), np.float32)).dtype == np.float64


def test_what_is_no_kernel_is_refused():
    with pytest.raises(ArgumentError, match=r"gaussian_kernel: size must be odd, so that there is a middle. Received 4"):
        gaussian_kernel(4)
    with pytest.raises(ArgumentError, match="gaussian_kernel: sigma"):
        gaussian_kernel(3, 0)
    with pytest.raises(ArgumentError, match=r"sobel_kernel: size must be at least 3. Received 1"):
        sobel_kernel(1)
    with pytest.raises(ArgumentError, match="axis must be 0, from top to bottom, or 1"):
        sobel_kernel(3, 2)
    with pytest.raises(ShapeError, match=r"an image is \(rows, columns\)"):
        edges([1.0, 2.0])
