"""Convolution and correlation, held to SciPy in every mode and with every border."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import ndimage, signal

from pellucid.errors import ArgumentError, DataError, ShapeError
from pellucid.numerics import convolve, correlate
from pellucid.numerics.convolution import BORDERS, MODES

SHAPES = [((7,), (3,)), ((6,), (4,)), ((5,), (5,)), ((1,), (1,)), ((6, 5), (3, 3)), ((5, 7), (2, 4)), ((4, 4), (1, 3))]


def random(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    generator = np.random.default_rng(0)
    return [generator.normal(size=shape) for shape in shapes]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shapes", SHAPES)
def test_every_mode_is_scipy_s(shapes, mode):
    x, h = random(*shapes)
    np.testing.assert_allclose(convolve(x, h, mode), signal.convolve(x, h, mode, method="direct"), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(correlate(x, h, mode), signal.correlate(x, h, mode, method="direct"), rtol=1e-12, atol=1e-12)


def test_a_kernel_longer_than_the_signal():
    x, h = random((3,), (6,))
    np.testing.assert_allclose(convolve(x, h), signal.convolve(x, h), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(convolve(x, h, "same"), signal.convolve(x, h, "same"), rtol=1e-12, atol=1e-12)
    with pytest.raises(ShapeError, match=r"in mode 'valid' the kernel must lie inside: 6 is more than 3 along an axis"):
        convolve(x, h, "valid")


@pytest.mark.parametrize(("border", "size"), list(itertools.product(BORDERS, [(3, 3), (5, 1), (7, 9)])))
def test_every_border_is_scipy_s(border, size):
    """Also where the kernel reaches further than the image is wide, so that borders repeat."""
    x, h = random((5, 6), size)
    mode = "constant" if border == "zero" else border
    np.testing.assert_allclose(correlate(x, h, "same", border), ndimage.correlate(x, h, mode=mode), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(convolve(x, h, "same", border), ndimage.convolve(x, h, mode=mode), rtol=1e-12, atol=1e-12)


def test_borders_by_hand():
    """What two places before and after 1 2 3 4 are."""
    seen = {border: correlate([1, 2, 3, 4], [1, 0, 0, 0, 0], "same", border)[:2].tolist() for border in BORDERS}
    assert seen == {"zero": [0, 0], "nearest": [1, 1], "reflect": [2, 1], "mirror": [3, 2], "wrap": [3, 4]}


def test_flipped_and_not_flipped():
    """Worked by hand: the step's derivative has the sign of the kernel as it slides."""
    step = [0, 0, 1, 1]
    assert correlate(step, [-1, 0, 1], "valid").tolist() == [1, 1]
    assert convolve(step, [-1, 0, 1], "valid").tolist() == [-1, -1]
    assert convolve([1, 2, 3], [0, 1, 0.5]).tolist() == [0, 1, 2.5, 4, 1.5]


def test_convolution_commutes_and_correlation_does_not():
    x, h = random((6,), (4,))
    np.testing.assert_allclose(convolve(x, h), convolve(h, x), rtol=1e-12)
    assert not np.allclose(correlate(x, h), correlate(h, x))
    np.testing.assert_allclose(correlate(x, h), correlate(h, x)[::-1], rtol=1e-12)


def test_each_channel_by_itself():
    x, h = random((5, 6, 3), (3, 3))
    for channel in range(3):
        expected = signal.convolve2d(x[..., channel], h, mode="same", boundary="symm")
        np.testing.assert_allclose(convolve(x, h, "same", "reflect")[..., channel], expected, rtol=1e-12, atol=1e-12)


def test_dtypes():
    assert convolve(np.ones(3, np.uint8), np.ones(2, np.uint8)).tolist() == [1, 2, 2, 1]
    assert convolve(np.full(3, 200, np.uint8), np.ones(2, np.uint8), "valid").tolist() == [400, 400]  # no overflow
    assert convolve(np.ones(3, np.float32), np.ones(2, np.float32)).dtype == np.float32
    assert convolve(np.array([1j, 2]), [1, 1]).tolist() == [1j, 2 + 1j, 2]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ArgumentError, match=r"convolve: mode: 'ful' is not known. Did you mean 'full'"):
        convolve([1], [1], "ful")
    with pytest.raises(ArgumentError, match=r"correlate: border: 'zeros' is not known. Did you mean 'zero'"):
        correlate([1], [1], "full", "zeros")
    for x, h in [
        ([1.0], [[1.0]]),
        (np.ones((2, 2, 2)), [1.0]),
        ([], [1.0]),
        (1.0, 1.0),
        (np.ones((2, 2, 2)), np.ones((1, 1, 1))),
    ]:
        with pytest.raises(ShapeError, match="h must have one axis or two, and x as many, or one more for channels"):
            convolve(x, h)


@pytest.mark.parametrize("function", [convolve, correlate])
def test_text_is_no_signal(function) -> None:
    with pytest.raises(DataError, match=rf"{function.__name__}: h must hold numbers\. Received an array of dtype <U1"):
        function([1, 2], ["a"])
