"""Filters: kernels that smooth an image or find its edges."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer, real
from pellucid.errors import ArgumentError, ShapeError
from pellucid.numerics.convolution import Border, correlate

Array = npt.NDArray[Any]


def gaussian_kernel(size: int, sigma: float | None = None) -> Array:
    r"""A kernel that blurs: the normal density at whole numbers, brought to a sum of 1.

        h[j, k] ~ exp(-(j^2 + k^2) / (2 sigma^2))        with j and k from the middle

    It is the product of two one-dimensional ones, so `convolve` with its row, then with its column, is the same for less work.

    Args:
        size: rows and columns, odd.
        sigma: width in places; (size - 1) / 6 where absent, so that the kernel holds three of them on each side.

    Returns:
        (size, size).

    Raises:
        ArgumentError: size is even or less than 1, or sigma is not greater than 0.

    >>> gaussian_kernel(3, sigma=1.0).round(3)
    array([[0.075, 0.124, 0.075],
           [0.124, 0.204, 0.124],
           [0.075, 0.124, 0.075]])
    """
    places = np.arange(_odd("gaussian_kernel", size)) - size // 2
    width = max((size - 1) / 6, 1e-3) if sigma is None else real("gaussian_kernel", "sigma", sigma, above=0)
    row = np.exp(-(places**2) / (2 * width**2))
    row /= row.sum()
    return np.outer(row, row)


def sobel_kernel(size: int = 3, axis: int = 0) -> Array:
    r"""A kernel that takes the slope along one axis and smooths along the other.

        derivative (-1, 0, 1) * (1, 1)^(size - 3)        smoothing (1, 1)^(size - 1)        where * and powers are convolutions

    so 3 x 3 is Sobel's own: (-1, 0, 1) by (1, 2, 1). Made for `correlate`: the answer is positive where the image gets brighter
    along the axis; `convolve` turns the sign.

    Args:
        size: rows and columns, odd, at least 3.
        axis: 0 for the slope from top to bottom, 1 from left to right.

    Returns:
        (size, size), whole numbers.

    Raises:
        ArgumentError: size is even or less than 3, or there is no such axis.

    Source: Sobel and Feldman, "A 3x3 isotropic gradient operator for image processing", 1968; larger ones as in OpenCV.

    >>> sobel_kernel(3, axis=1)
    array([[-1.,  0.,  1.],
           [-2.,  0.,  2.],
           [-1.,  0.,  1.]])
    """
    if _odd("sobel_kernel", size) < 3:
        raise ArgumentError(f"sobel_kernel: size must be at least 3. Received {size!r}.")
    if axis not in (0, 1):
        raise ArgumentError(f"sobel_kernel: axis must be 0, from top to bottom, or 1, from left to right. Received {axis!r}.")
    smoothing = _binomial(size - 1)
    derivative = np.convolve([-1.0, 0.0, 1.0], _binomial(size - 3))
    return np.outer(derivative, smoothing) if axis == 0 else np.outer(smoothing, derivative)


def blurred(image: npt.ArrayLike, size: int = 5, sigma: float | None = None, border: Border = "reflect") -> Array:
    """An image under a `gaussian_kernel`: (rows, columns) or (rows, columns, channels), each by itself; as large as before.

    >>> blurred([[0, 0, 0], [0, 1, 0], [0, 0, 0]], 3, sigma=1.0).round(2)
    array([[0.08, 0.12, 0.08],
           [0.12, 0.2 , 0.12],
           [0.08, 0.12, 0.08]])
    """
    return correlate(_image("blurred", image), gaussian_kernel(size, sigma), "same", border)


def edges(image: npt.ArrayLike, size: int = 3, border: Border = "reflect") -> Array:
    r"""How steep an image is at each place: (rows, columns) or (rows, columns, channels), each by itself; as large as before.

        e = sqrt(gx^2 + gy^2)        with gx and gy under the two of `sobel_kernel`

    >>> edges([[0, 0, 1, 1]] * 3)[1]  # up from the second column to the third
    array([0., 4., 4., 0.])
    """
    pixels = _image("edges", image)
    down, right = (correlate(pixels, sobel_kernel(size, axis), "same", border) for axis in (0, 1))
    result: Array = np.hypot(down, right)
    return result


def _binomial(n: int) -> Array:
    """Row n of Pascal's triangle: (1, 1) convolved with itself."""
    return np.array([comb(n, k) for k in range(n + 1)], np.float64)


def _odd(owner: str, size: int) -> int:
    if integer(owner, "size", size, at_least=1) % 2 == 0:
        raise ArgumentError(f"{owner}: size must be odd, so that there is a middle. Received {size}.")
    return size


def _image(owner: str, image: npt.ArrayLike) -> Array:
    pixels = np.asarray(image)
    if pixels.ndim not in (2, 3):
        raise ShapeError(f"{owner}: an image is (rows, columns) or (rows, columns, channels). Received shape {pixels.shape}.")
    return pixels.astype(np.result_type(pixels, np.float32) if pixels.dtype.kind == "f" else np.float64)
