"""Attention: worked by hand, what masks hide, and what is refused. Beside Keras and PyTorch: test_attention_parity.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import layers
from pellucid.errors import ArgumentError, ShapeError
from tests.support.gradients import check_gradients

RNG = np.random.default_rng(3)
QUERY, VALUE = RNG.normal(size=(2, 3, 4)), RNG.normal(size=(2, 5, 4))
NOTHING = np.array([[True, True, False, True, True], [False] * 5])


def test_by_hand() -> None:
    """Products 0 and log 3: weights 1/4 and 3/4 of the values 4 and 8."""
    query, key, value = map(np.float32, ([[[1.0]]], [[[0.0], [np.log(3)]]], [[[4.0], [8.0]]]))
    y, weights = layers.Attention()([query, value, key], return_attention_scores=True)
    np.testing.assert_allclose(weights.numpy(), [[[0.25, 0.75]]], rtol=1e-6)
    np.testing.assert_allclose(y.numpy(), [[[7.0]]], rtol=1e-6)
    np.testing.assert_allclose(layers.Attention()([query, value, key]).numpy(), [[[7.0]]], rtol=1e-6)


def test_additive_by_hand() -> None:
    """tanh(0 + 0) = 0 and a sum of two tanh(1): the odds are e^(2 tanh 1)."""
    layer = layers.AdditiveAttention(use_scale=False)
    y = layer([np.zeros((1, 1, 2)), np.float32([[[1, 0], [0, 0]]]), np.float32([[[1, 1], [0, 0]]])])
    odds = np.exp(2 * np.tanh(1))
    np.testing.assert_allclose(y.numpy()[0, 0, 0], odds / (odds + 1), rtol=1e-6)


@pytest.mark.parametrize("make", [layers.Attention, layers.AdditiveAttention], ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("scores", [False, True])
def test_a_mask_that_hides_everything_gives_zeros(make: Any, scores: bool) -> None:
    found = make()([QUERY, VALUE], mask=[None, NOTHING], return_attention_scores=scores)
    y = found[0] if scores else found
    assert np.isfinite(y.numpy()).all()
    assert (y.numpy()[1] == 0).all()
    assert (y.numpy()[0] != 0).any()


def test_of_heads_that_see_nothing_the_bias_is_left() -> None:
    layer = layers.MultiHeadAttention(2, 3, bias_initializer="ones")
    y, scores = layer(QUERY, VALUE, value_mask=NOTHING, return_attention_scores=True)
    assert (y.numpy()[1] == 1).all()
    assert (scores.numpy()[1] == 0).all()
    np.testing.assert_allclose(scores.numpy()[0].sum(axis=-1), 1, rtol=1e-6)


def test_masks_travel_with_their_tensors() -> None:
    query, value = pl.tensor(QUERY), pl.tensor(VALUE)
    query.mask, value.mask = pl.tensor([[True, True, False], [True, True, True]]), pl.tensor(NOTHING)
    simple = layers.Attention()([query, value])
    np.testing.assert_array_equal(simple.mask.numpy(), query.mask.numpy())
    np.testing.assert_array_equal(simple.numpy(), layers.Attention()([QUERY, VALUE], mask=[query.mask.numpy(), NOTHING]).numpy())
    layer = layers.MultiHeadAttention(1, 2)
    carried, given = layer(query, value), layer(QUERY, VALUE, query_mask=query.mask.numpy(), value_mask=NOTHING)
    np.testing.assert_array_equal(carried.numpy(), given.numpy())
    np.testing.assert_array_equal(carried.mask.numpy(), query.mask.numpy())


def test_all_weights_of_many_heads_by_central_differences() -> None:
    layer = layers.MultiHeadAttention(2, 2, 3, dtype="float64")
    layer(QUERY, VALUE)
    projections = [layer.query_dense, layer.key_dense, layer.value_dense, layer.output_dense]
    places = [(one, name) for one in projections for name in ("kernel", "bias")]

    def output(query: pl.Tensor, value: pl.Tensor, *weights: pl.Tensor) -> pl.Tensor:
        for (one, name), weight in zip(places, weights, strict=True):
            setattr(one, name, weight)
        return layer(query, value, value_mask=NOTHING, use_causal_mask=True)

    check_gradients(output, QUERY, VALUE, *(getattr(one, name).numpy() for one, name in places))


def test_dropout_only_while_training() -> None:
    layer = layers.MultiHeadAttention(1, 4, dropout=0.5, seed=1)
    still = layer(QUERY, VALUE).numpy()
    np.testing.assert_array_equal(layer(QUERY, VALUE, training=False).numpy(), still)
    assert (layer(QUERY, VALUE, training=True).numpy() != still).any()


def test_positions() -> None:
    """Of 4 features the second pair is a hundred times slower."""
    y = layers.SinePositionEncoding()(np.zeros((2, 3, 4))).numpy()
    np.testing.assert_allclose(y[1, 2], [np.sin(2), np.cos(2), np.sin(0.02), np.cos(0.02)], rtol=1e-5)
    table = layers.PositionEmbedding(5, add=True)
    x = RNG.normal(size=(2, 3, 4)).astype(np.float32)
    np.testing.assert_array_equal(table(x).numpy(), x + table.position_embeddings.numpy()[:3])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: layers.Attention()([QUERY, [[[1.0]]]]), ArgumentError, "as arrays"),
        (lambda: layers.Attention()(QUERY), ArgumentError, r"pass \[query, value\] or \[query, value, key\]"),
        (lambda: layers.Attention()([QUERY, VALUE[:, :, :2]]), ShapeError, "query and key must have as many features"),
        (lambda: layers.Attention()([QUERY, VALUE[:, :0]]), ShapeError, "at least one"),
        (lambda: layers.Attention()([QUERY, VALUE], mask=[None, NOTHING[:, :2]]), ShapeError, "a mask must be"),
        (lambda: layers.Attention()([QUERY, VALUE], mask=NOTHING), ArgumentError, "mask must be"),
        (lambda: layers.Attention(score_mode="cosine"), ArgumentError, "score_mode"),
        (lambda: layers.MultiHeadAttention(0, 2), ArgumentError, "num_heads"),
        (lambda: layers.MultiHeadAttention(1, 2, attention_axes=2), ArgumentError, "attention_axes"),
        (lambda: layers.MultiHeadAttention(1, 2)(QUERY[0]), ShapeError, "steps, features"),
        (lambda: layers.MultiHeadAttention(1, 2)(QUERY, VALUE, attention_mask=NOTHING), ShapeError, "attention_mask must be"),
        (lambda: layers.MultiHeadAttention(1, 2)(QUERY, query=QUERY), ArgumentError, "by position and by name"),
        (lambda: layers.PositionEmbedding(2)(QUERY), ShapeError, "it knows 2 places. Received a sequence of 3"),
        (lambda: layers.SinePositionEncoding()(QUERY[0]), ShapeError, "batch, time, features"),
        (lambda: layers.TransformerBlock(2, 2, 4)(QUERY[0]), ShapeError, "batch, steps, features"),
    ],
)
def test_refused(call: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        call()
