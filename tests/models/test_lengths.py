"""Batches of sequences whose lengths differ from batch to batch, with a target for each step."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ShapeError

LENGTHS = [3, 5, 2, 5, 4]


def tagger(**compiled):
    pl.utils.set_random_seed(4)
    model = pl.Sequential(
        [pl.Input((None,), dtype="int64"), pl.layers.Embedding(7, 4), pl.layers.GRU(5, return_sequences=True), pl.layers.Dense(3)]
    )
    loss = pl.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(pl.optimizers.SGD(0.1), loss, metrics=["accuracy"], **compiled)
    return model


def batches():
    rng = np.random.default_rng(0)
    for length in LENGTHS:
        x = rng.integers(7, size=(2, length))
        yield x, x % 3


def test_a_stream_is_trained_on_as_step_by_step_and_eagerly():
    history = tagger().fit(batches(), verbose=0).history
    eager = tagger(run_eagerly=True).fit(batches(), verbose=0).history
    assert history["loss"] == pytest.approx(eager["loss"], rel=1e-5)
    assert history["accuracy"] == pytest.approx(eager["accuracy"])
    one_by_one, model = tagger(), tagger()
    for x, y in batches():
        one_by_one.train_on_batch(x, y)
    model.fit(batches(), verbose=0)
    for a, b in zip(model.get_weights(), one_by_one.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_stream_is_evaluated():
    model = tagger()
    assert model.evaluate(batches(), verbose=0, return_dict=True)["loss"] == pytest.approx(np.log(3), rel=0.1)


def test_targets_of_another_length_than_their_own_sequences_are_refused():
    model = tagger()

    def wrong():
        yield np.zeros((2, 3), int), np.zeros((2, 3), int)
        yield np.zeros((2, 5), int), np.zeros((2, 3), int)

    with pytest.raises(ShapeError, match=r"\(5,\)"):
        model.fit(wrong(), verbose=0)
