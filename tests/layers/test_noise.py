"""Gaussian noise, Gaussian and alpha dropout: their distributions, by SciPy; when they act, and on what they depend."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import pellucid as pl
from pellucid.errors import ArgumentError
from pellucid.layers import AlphaDropout, Dropout, GaussianDropout, GaussianNoise
from tests.support.layers import call_layer
from tests.support.plans import Planned

ONES = np.ones((200, 50), np.float32)
NOISES = [GaussianNoise(0.3), GaussianDropout(0.2), AlphaDropout(0.2)]
each = pytest.mark.parametrize("layer", NOISES, ids=lambda layer: type(layer).__name__)


def test_distributions() -> None:
    """Gaussian dropout of rate 0.2 has the deviation sqrt(0.2 / 0.8) = 0.5."""
    for layer, deviation in [(GaussianNoise(0.3), 0.3), (GaussianDropout(0.2), 0.5)]:
        y = call_layer(layer, ONES, training=True).numpy()
        assert stats.kstest(y.ravel(), stats.norm(1, deviation).cdf).pvalue > 0.001


def test_alpha_dropout_keeps_mean_and_variance() -> None:
    """Of standard normal numbers, within 5 standard errors; what is dropped has one value, in the right share of places."""
    x = np.random.default_rng(1).normal(size=(1000, 50)).astype(np.float32)
    y = call_layer(AlphaDropout(0.3), x, training=True).numpy()
    assert abs(y.mean()) < 5 / np.sqrt(x.size)
    assert abs(y.var() - 1) < 5 * np.sqrt(3 / x.size)
    values, counts = np.unique(y, return_counts=True)
    dropped = counts.max() / x.size
    assert abs(dropped - 0.3) < 5 * np.sqrt(0.3 * 0.7 / x.size)
    assert values[counts.argmax()] < -0.5


@each
def test_nothing_happens_when_predicting(layer: pl.layers.Layer) -> None:
    np.testing.assert_array_equal(call_layer(layer, ONES).numpy(), ONES)


@each
def test_other_numbers_in_each_step(layer: pl.layers.Layer) -> None:
    first, again, next_step = (call_layer(layer, ONES, training=True, step=n).numpy() for n in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != next_step).mean() > 0.2


def test_a_mask_shared_along_an_axis() -> None:
    for layer in (Dropout(0.5, (None, 1)), AlphaDropout(0.5, (None, 1))):
        y = call_layer(layer, ONES, training=True).numpy()
        np.testing.assert_array_equal(y, y[:, :1].repeat(50, axis=1))
        assert 0.3 < (y[:, 0] == y[0, 0]).mean() < 0.7
    with pytest.raises(ArgumentError, match=r"noise_shape must have for each axis.*Received \(None, 7\)"):
        Dropout(0.5, (None, 7))(ONES, training=True)
    with pytest.raises(ArgumentError, match="noise_shape must be a tuple"):
        Dropout(0.5, 3)


@each
def test_same_bits_whatever_the_number_of_threads(layer: pl.layers.Layer) -> None:
    """And, but for the last place, the eager numbers."""

    def noisy(x: pl.Tensor) -> pl.Tensor:
        y: pl.Tensor = layer(x, training=True)
        return y

    found = [Planned(noisy, [ONES], threads=threads, context={"seed": 1}).run().value for threads in (1, 2, 3)]
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])
    np.testing.assert_allclose(found[0], call_layer(layer, ONES, training=True).numpy(), rtol=1e-5, atol=1e-6)


def test_refused_strengths() -> None:
    for make in (lambda: GaussianNoise(-1), lambda: GaussianDropout(1.0), lambda: AlphaDropout("half")):
        with pytest.raises(ArgumentError, match="must be a number"):
            make()
