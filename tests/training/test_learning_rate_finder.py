"""The learning rate finder: rates, losses, its stop, its suggestion; and that the model stays as it is."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError
from tests.support.training import assert_same_bits, classifier, clusters, slope

X, Y = clusters(200)


def test_the_model_its_optimizer_and_the_random_streams_stay_as_they_are() -> None:
    model = classifier(pl.optimizers.Adam(0.01), dropout=0.3, normalize=True)
    model.fit(X, Y, verbose=0)
    before, iterations, state = model.get_weights(), model.optimizer.iterations, model.optimizer.memory
    moments = [m.copy() for p in model.trainable_weights for m in state.of(p).values()]
    pl.find_learning_rate(model, X, Y, steps=20)
    assert_same_bits(model.get_weights(), before)
    assert_same_bits([m for p in model.trainable_weights for m in state.of(p).values()], moments)
    assert (model.optimizer.iterations, model.optimizer.learning_rate) == (iterations, 0.01)
    model.fit(X, Y, verbose=0)
    undisturbed = classifier(pl.optimizers.Adam(0.01), dropout=0.3, normalize=True)
    undisturbed.fit(X, Y, verbose=0)
    undisturbed.fit(X, Y, verbose=0)
    assert_same_bits(model.get_weights(), undisturbed.get_weights())


def test_a_model_that_is_not_built_takes_no_number_from_the_random_streams() -> None:
    """Its copy is built within the trial: what is made afterwards has the weights that it would have had."""
    weights = []
    for tried in (False, True):
        pl.utils.set_random_seed(5)
        model = pl.Sequential([pl.layers.Dense(3)])
        model.compile("sgd", pl.losses.SparseCategoricalCrossentropy(from_logits=True))
        if tried:
            pl.find_learning_rate(model, X, Y, steps=10)
        model.build((None, 4))
        weights.append(model.get_weights())
    assert_same_bits(*weights)


def test_rates_rise_evenly_and_the_losses_are_those_of_the_steps() -> None:
    """w <- w - 2 rate (w - 1) on the loss (w - 1)^2: each step leaves (1 - 2 rate)^2 of it."""
    ones = np.ones((8, 1), "f")
    trial = pl.find_learning_rate(slope(), ones, ones, batch_size=8, lowest=1e-4, highest=0.4, steps=40, smoothing=0.0)
    np.testing.assert_allclose(np.diff(np.log(trial.rates)), np.log(4000) / 39, rtol=1e-9)
    left = np.cumprod([1.0, *(1 - 2 * trial.rates[:-1]) ** 2])
    np.testing.assert_allclose(trial.losses, left, rtol=1e-4, atol=1e-12)
    np.testing.assert_array_equal(trial.smoothed, trial.losses)
    assert trial.diverged is None


def test_it_stops_where_learning_breaks() -> None:
    """Beyond a rate of 1 each step makes the error of this descent greater."""
    ones = np.ones((8, 1), "f")
    trial = pl.find_learning_rate(slope(), ones, 2 * ones, batch_size=8, lowest=1e-3, highest=1e3, steps=60)
    assert trial.diverged is not None
    assert 1 < trial.diverged < 30
    assert trial.rates[-1] == trial.diverged
    assert 0.01 < trial.suggestion < 1
    assert "diverged at" in str(trial)


def test_the_suggestion_trains() -> None:
    model = classifier("sgd")
    model.optimizer.learning_rate = pl.find_learning_rate(model, X, Y, steps=60).suggestion
    history = model.fit(X, Y, epochs=10, verbose=0).history
    assert history["loss"][-1] < 0.5 * history["loss"][0]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"lowest": 0}, "lowest must be a number > 0"),
        ({"lowest": 1, "highest": 0.1}, "highest must be a number > 1"),
        ({"steps": 3}, "steps must be an integer >= 10"),
        ({"divergence": 1}, "divergence must be a number > 1"),
        ({"smoothing": 1}, "smoothing must be a number >= 0 and < 1"),
    ],
)
def test_refuses(settings: dict[str, float], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        pl.find_learning_rate(classifier(), X, Y, **settings)
    with pytest.raises(ArgumentError, match=r"equal length, at least 1\. Received 200 and 199"):
        pl.find_learning_rate(classifier(), X, Y[1:])
