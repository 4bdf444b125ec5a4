"""Freezing: what is not trainable does not move, and everything else does."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.layers import BatchNormalization, Dense
from tests.support.training import assert_differ, assert_same_bits, classifier, clusters

X, Y = clusters()
both = pytest.mark.parametrize("eagerly", [False, True])


def fit(model) -> None:
    model.fit(X, Y, batch_size=16, verbose=0)


@both
@pytest.mark.parametrize("compiled_before", [False, True])
def test_a_frozen_layer_stays(eagerly, compiled_before) -> None:
    model = classifier(run_eagerly=eagerly)
    if compiled_before:
        fit(model)
    model.layers[0].trainable = False
    if not compiled_before:
        model.compile("adam", pl.losses.SparseCategoricalCrossentropy(from_logits=True), run_eagerly=eagerly)
    frozen, free = model.layers[0].get_weights(), model.layers[1].get_weights()
    fit(model)
    assert_same_bits(frozen, model.layers[0].get_weights())
    assert_differ(free, model.layers[1].get_weights())
    assert len(model.trainable_weights) == len(model.non_trainable_weights) == 2
    model.layers[0].trainable = True
    fit(model)
    assert_differ(frozen, model.layers[0].get_weights())


@both
def test_a_frozen_model_stays_and_may_be_thawed(eagerly) -> None:
    model = classifier(normalize=True, run_eagerly=eagerly)
    fit(model)
    model.trainable = False
    assert model.trainable_weights == []
    before = model.get_weights()
    fit(model)
    assert_same_bits(before, model.get_weights())
    model.trainable = True
    fit(model)
    assert all((a != b).any() for a, b in zip(before, model.get_weights(), strict=True))


def test_thawing_does_not_make_statistics_learnable() -> None:
    model = classifier(normalize=True)
    model.trainable = False
    model.trainable = True
    names = [p.name.rpartition("/")[2] for p in model.non_trainable_weights]
    assert names == ["moving_mean", "moving_variance"]


@both
@pytest.mark.parametrize("settings", [{}, {"center": False, "scale": False}], ids=["", "bare"])
def test_a_frozen_batch_normalization_uses_and_keeps_its_running_means(eagerly, settings) -> None:
    """Keras' meaning of trainable = False for this layer alone."""
    layer = BatchNormalization(**settings)
    model = pl.Sequential([pl.Input((4,)), layer])
    model.compile(pl.optimizers.SGD(0.0), "mse", run_eagerly=eagerly)
    model.fit(X, X, verbose=0)
    statistics = [layer.moving_mean.numpy().copy(), layer.moving_variance.numpy().copy()]
    assert (statistics[0] != 0).all()
    layer.trainable = False
    frozen = model.fit(X, X, verbose=0).history["loss"][0]
    assert_same_bits(statistics, [layer.moving_mean.numpy(), layer.moving_variance.numpy()])
    mean, variance = statistics
    by_hand = np.mean(((X - mean) / np.sqrt(variance + 1e-3) - X) ** 2)
    assert frozen == pytest.approx(by_hand, rel=1e-5)
    layer.trainable = True
    model.fit(X, X, verbose=0)
    assert (layer.moving_mean.numpy() != mean).any()


def test_frozen_before_it_is_built() -> None:
    layer = Dense(3, trainable=False)
    model = pl.Sequential([layer, Dense(2)])
    model.layers[1].trainable = False
    model.predict(X)
    assert model.trainable_weights == []
    assert len(model.non_trainable_weights) == 4


def test_a_frozen_penalty_does_not_count() -> None:
    """As in Keras: only what is trained is penalised."""
    model = classifier(l2=1.0)
    penalty = float((model.layers[0].kernel.numpy() ** 2).sum())
    loss = model.evaluate(X, Y, verbose=0)[0]
    model.layers[0].trainable = False
    assert model.evaluate(X, Y, verbose=0)[0] == pytest.approx(loss - penalty, rel=1e-4)
