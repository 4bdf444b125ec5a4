"""What the figures of convolution show is so: their data against facts and against SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage, signal

import pellucid as pl
from pellucid.errors import ShapeError
from pellucid.figures import (
    feature_maps,
    filters,
    image_filters,
    impulse_response,
    mistakes,
    padding_and_stride,
    pooling,
    receptive_fields,
)
from pellucid.figures.photograph import grey
from pellucid.figures.picture import Settings

QUICK = Settings(quick=True)


def test_the_answer_is_the_sum_of_the_answers_to_its_impulses():
    data = impulse_response.compute(QUICK)
    np.testing.assert_allclose(data.response, 0.25 * 0.75 ** np.arange(16), rtol=1e-12)
    np.testing.assert_allclose(data.parts.sum(axis=0), data.answer, atol=1e-12)
    np.testing.assert_allclose(signal.lfilter([0.25], [1, -0.75], data.signal), data.answer, atol=1e-12)
    assert all(not part[:place].any() for part, place in zip(data.parts, data.places, strict=True))


def test_filters_on_the_photograph_are_scipy_s():
    data = image_filters.compute(QUICK)
    dark = grey(data.picture)
    np.testing.assert_allclose(data.down, ndimage.sobel(dark, 0), atol=1e-12)
    np.testing.assert_allclose(data.edges, np.hypot(ndimage.sobel(dark, 0), ndimage.sobel(dark, 1)), atol=1e-12)
    expected = ndimage.gaussian_filter(data.picture, (14 / 6, 14 / 6, 0), radius=(7, 7, 0))
    np.testing.assert_allclose(data.blurred, expected, atol=1e-10)
    assert data.blurred.std() < data.picture.std()


def test_windows_are_those_that_counting_finds():
    for case in padding_and_stride.compute(QUICK).cases:
        reach = (case.kernel - 1) * case.dilation
        starts = range(-case.before, case.side + case.after - reach, case.stride)
        assert len(starts) == case.count
        assert case.padding == "valid" or case.count == -(-case.side // case.stride)


def test_poolings_of_the_first_window_by_hand():
    data = pooling.compute(QUICK)
    window = data.map[:6, :6]
    assert data.greatest[0, 0] == pytest.approx(window.max())
    assert data.mean[0, 0] == pytest.approx(window.mean())
    assert data.euclidean[0, 0] == pytest.approx(np.sqrt((window**2).sum()))
    tiles = data.map.reshape(16, 6, 16, 6)
    assert all(value in tiles[i, :, j] for (i, j), value in np.ndenumerate(data.drawn))
    assert (data.greatest >= data.drawn).all()
    assert data.drawn.mean() > data.mean.mean()  # drawn by size, so larger than one at random


def test_fields_grow_as_published_and_reach_into_the_padding():
    data = receptive_fields.compute(QUICK)
    assert data.size.tolist() == [[5, 5], [14, 14], [40, 40], [92, 92], [196, 196]]
    np.testing.assert_array_equal(data.last - data.first + 1, data.size)
    assert (data.corner_first < 0).all()
    assert (data.first >= 0).all()


def test_filters_become_smooth():
    """Neighbours in a filter have nothing to do with each other before training, and are alike after it."""
    data = filters.compute(Settings(dataset="digits"))

    def alike(kernels):
        pairs = [(kernels[:, 1:], kernels[:, :-1]), (kernels[:, :, 1:], kernels[:, :, :-1])]
        return np.corrcoef(*(np.concatenate([pair[i].ravel() for pair in pairs]) for i in range(2)))[0, 1]

    assert abs(alike(data.before)) < 0.15
    assert alike(data.after) > 0.3


def test_filters_of_colours_and_of_many():
    before, after = np.zeros((2, 5, 5, 3, 40))
    after[..., 0, 7] = 3.0
    data = filters.filters_of(before, after)
    assert data.after.shape == (32, 5, 5)
    assert (data.after[7] == 1.0).all()  # the mean of 3, 0, 0


def test_feature_maps_are_the_model_s():
    data = feature_maps.compute(QUICK)
    assert data.layer == ("convolution_1", "pooling_1", "convolution_2", "pooling_2")
    assert [maps.shape for maps in data.maps] == [(8, 8, 8), (8, 4, 4), (8, 4, 4), (8, 2, 2)]
    np.testing.assert_array_equal(data.maps[1], data.maps[0].reshape(8, 4, 2, 4, 2).max(axis=(2, 4)))
    assert data.score.sum() == pytest.approx(1, rel=1e-5)
    headless = pl.Sequential([pl.Input((6, 6, 3)), pl.layers.Conv2D(2, 3, name="only")])
    own = feature_maps.feature_maps_of(headless, np.ones((6, 6, 3)))
    assert (own.layer, own.score.size, own.image.shape) == (("only",), 0, (6, 6))
    feature_maps.PICTURE.figure(own)


def test_mistakes_are_the_wrong_ones_surest_first():
    images = np.arange(5.0)[:, None, None] * np.ones((5, 2, 2))
    probabilities = [[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.05, 0.95], [0.5, 0.5]]
    data = mistakes.mistakes(images, [0, 1, 1, 0, 0], probabilities, ["cat", "dog"])
    assert (data.true, data.answer, data.wrong, data.count) == (("cat", "dog"), ("dog", "cat"), 2, 5)
    assert data.share.tolist() == [0.95, 0.6]
    assert data.image[:, 0, 0].tolist() == [0.75, 0.25]  # of the range 0 to 4
    with pytest.raises(ShapeError, match="mistakes: images must be"):
        mistakes.mistakes(images, [0, 1], probabilities, ["cat", "dog"])


def test_no_mistakes_and_colours_are_drawn_too():
    none = mistakes.mistakes(np.zeros((2, 4, 4, 3)), [0, 1], np.eye(2), ["a", "b"])
    assert (none.wrong, none.image.shape) == (0, (0, 4, 4, 3))
    mistakes.PICTURE.figure(none)
    coloured = mistakes.mistakes(np.random.default_rng(0).uniform(size=(2, 4, 4, 3)), [1, 0], np.eye(2), ["a$", "\U00013000"])
    mistakes.PICTURE.figure(coloured)
