"""Transformers: digits row by row, text from left to right, and what they are made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import pellucid as pl
from pellucid import layers, networks
from pellucid.datasets import digits
from pellucid.engine.entry import PythonCall
from pellucid.errors import ArgumentError
from pellucid.kernels import library


def test_digits_read_row_by_row() -> None:
    """Eight rows of eight pixels."""
    (x, y), (x_test, y_test) = ((pixels / 8 - 1, labels) for pixels, labels in digits.load_data())
    pl.utils.set_random_seed(1)
    model = networks.build("transformer:4,32,2", (8, 8), 10)
    rate = pl.optimizers.schedules.CosineDecay(0.006, 10 * 45)
    model.compile(pl.optimizers.Adam(rate), "sparse_categorical_crossentropy", ["accuracy"])
    model.fit(x, y, batch_size=32, epochs=10, verbose=0)
    assert model.evaluate(x_test, y_test, verbose=0)[1] >= 0.95


def test_a_decoder_learns_what_follows() -> None:
    """After each token the next one modulo 7: only the token itself must be seen, so the loss falls to nothing."""
    pl.utils.set_random_seed(2)
    ids = (np.arange(9) + np.random.default_rng(0).integers(0, 7, (64, 1))) % 7
    model = networks.transformer_decoder(7, 8, heads=2, width=16, depth=1)
    model.compile(pl.optimizers.Adam(0.01), pl.losses.SparseCategoricalCrossentropy(from_logits=True), ["accuracy"])
    model.fit(ids[:, :-1], ids[:, 1:], batch_size=16, epochs=15, verbose=0)
    assert model.evaluate(ids[:, :-1], ids[:, 1:], verbose=0)[1] == 1.0


def test_a_decoder_does_not_see_what_follows() -> None:
    model = networks.transformer_decoder(7, 6, heads=2, width=8, depth=2)
    ids = np.random.default_rng(0).integers(0, 7, (1, 6))
    changed = np.where(np.arange(6) < 4, ids, (ids + 3) % 7)
    one, other = model.predict(ids, verbose=0), model.predict(changed, verbose=0)
    np.testing.assert_array_equal(one[:, :4], other[:, :4])
    assert (one[:, 4:] != other[:, 4:]).any()


def test_padding_is_seen_by_none() -> None:
    """The vector of the padding changed: the steps that are there stay as they are, and the mask arrives at the end."""
    ids = np.array([[3, 1, 2, 0, 0], [1, 2, 3, 1, 0]])
    embedding = layers.Embedding(4, 8, mask_zero=True)
    parts = [layers.SinePositionEncoding(add=True), layers.TransformerBlock(2, 4, 16), layers.LayerNormalization()]

    def run() -> pl.Tensor:
        y = embedding(ids)
        for part in parts:
            y = part(y)
        return y

    before = run()
    table = embedding.embeddings.numpy().copy()
    table[0] += 5.0
    embedding.set_weights([table])
    after = run()
    np.testing.assert_array_equal(after.mask.numpy(), ids > 0)
    np.testing.assert_array_equal(before.numpy()[ids > 0], after.numpy()[ids > 0])


@pytest.mark.skipif(library.mode() != "compiled", reason="without kernels all of it is Python")
@pytest.mark.parametrize("masked", [False, True])
def test_a_training_step_has_no_python(masked: bool) -> None:
    ids = np.random.default_rng(0).integers(0, 7, (8, 6))
    if masked:
        parts = [layers.Embedding(7, 8, mask_zero=True), layers.PositionEmbedding(6, add=True)]
        model = pl.Sequential([layers.Input((6,), dtype="int64"), *parts, layers.TransformerBlock(2, 4, 16, dropout=0.2)])
        model.add(layers.Dense(7, "softmax"))
        loss: object = "sparse_categorical_crossentropy"
    else:
        model = networks.transformer_decoder(7, 6, heads=2, width=8, depth=2)
        loss = pl.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, ["accuracy"])
    model.fit(ids, ids, batch_size=4, epochs=1, verbose=0)
    (plan,) = model._trainer._plans.values()
    entries = getattr(plan, "plan", plan).schedule.entries
    assert [entry.title for entry in entries if isinstance(entry.call, PythonCall)] == []


def test_saved_and_loaded_with_what_calls_were_given(tmp_path: Path) -> None:
    """A functional model keeps the flags of a call, and the second of its outputs."""
    query, value = layers.Input((4, 6)), layers.Input((5, 6))
    y, scores = layers.MultiHeadAttention(2, 3)(query, value, return_attention_scores=True, use_causal_mask=True)
    z = layers.Attention(use_scale=True)([y, value], use_causal_mask=True)
    model = pl.Model([query, value], [z, scores])
    inputs = [np.random.default_rng(0).normal(size=s).astype(np.float32) for s in ((2, 4, 6), (2, 5, 6))]
    model.save(tmp_path / "model")
    for found, expected in zip(pl.load_model(tmp_path / "model").predict(inputs), model.predict(inputs), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert (model.predict(inputs)[1][:, :, 0, 1:] == 0).all()  # the first query sees the first key alone


@pytest.mark.parametrize("text", ["2,30", "4,30,1", "a,16,1", "16", "1,2,3,4", "0,16,1"])
def test_names_that_describe_none(text: str) -> None:
    with pytest.raises(ArgumentError, match="does not describe a network"):
        networks.build(f"transformer:{text}", (8, 8), 10)
