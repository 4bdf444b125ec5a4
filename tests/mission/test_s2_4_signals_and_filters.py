"""S2.4: linear time-invariant systems, impulse response, convolution with flipping, 2-D on pictures; Gaussian and Sobel."""

import numpy as np
import pytest
from scipy import signal
from sklearn.datasets import load_sample_image

import pellucid as pl
from pellucid.errors import ArgumentError
from pellucid.numerics import blurred, convolve, correlate, edges, impulse_response, sobel_kernel


def test_s2_4_flipped_and_unflipped():
    """Worked by hand: convolution turns the kernel round, correlation, which networks use, does not."""
    x, h = [1, 2, 3, 4], [1, 0, -1]
    assert convolve(x, h, "valid").tolist() == [2, 2]  # 3 - 1, 4 - 2
    assert correlate(x, h, "valid").tolist() == [-2, -2]
    assert convolve(x, h).tolist() == [1, 2, 2, 2, -3, -4]
    image, kernel = np.arange(9.0).reshape(3, 3), np.array([[1.0, 2.0], [3.0, 4.0]])
    assert correlate(image, kernel, "valid")[0, 0] == 0 * 1 + 1 * 2 + 3 * 3 + 4 * 4
    assert convolve(image, kernel, "valid")[0, 0] == 0 * 4 + 1 * 3 + 3 * 2 + 4 * 1


def test_s2_4_the_convolution_of_networks_is_correlation():
    image, kernel = np.random.default_rng(0).normal(size=(2, 7, 7))
    y = pl.ops.conv(image[None, :, :, None], kernel[:5, :5, None, None])
    np.testing.assert_allclose(y.numpy()[0, :, :, 0], correlate(image, kernel[:5, :5], "valid"), rtol=1e-12)


def test_s2_4_an_impulse_tells_how_a_system_answers_anything():
    def echo(x):  # every sound again after three steps, half as loud, for ever
        return signal.lfilter([1.0], [1.0, 0, 0, -0.5], x)

    h = impulse_response(echo, 12)
    assert h.after.tolist() == [1, 0, 0, 0.5, 0, 0, 0.25, 0, 0, 0.125, 0, 0]
    x = np.random.default_rng(0).normal(size=12)
    np.testing.assert_allclose(h.answer(x), echo(x), rtol=1e-12)
    with pytest.raises(ArgumentError, match="not linear"):
        impulse_response(np.tanh)
    with pytest.raises(ArgumentError, match="not time-invariant"):
        impulse_response(lambda x: x * np.linspace(0, 1, len(x)))


def test_s2_4_edges_of_a_real_picture_and_a_blurred_one():
    """A temple before a bright sky: steep at the roof's outline, flat in the sky, and less steep when blurred."""
    china = load_sample_image("china.jpg") / 255
    steep = edges(china, 3)
    assert steep.shape == china.shape
    roof, sky = steep[60:160, 150:330], steep[20:120, 400:600]
    assert np.percentile(roof, 90) > 20 * np.percentile(sky, 90)
    for size in (5, 9, 15):
        soft = blurred(china, size)
        np.testing.assert_allclose(soft.mean(), china.mean(), rtol=1e-3)
        assert np.percentile(edges(soft), 99) < np.percentile(steep, 99)
    for size in (3, 5, 7):  # any size; by SciPy, channel by channel
        kernel = sobel_kernel(size, 1)
        expected = signal.correlate2d(china[:60, :80, 0], kernel, mode="same", boundary="symm")
        np.testing.assert_allclose(correlate(china[:60, :80, 0], kernel, "same", "reflect"), expected, atol=1e-9)
