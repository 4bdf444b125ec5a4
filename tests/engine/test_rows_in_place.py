"""Rows in place: the same bits as with batches that are gathered, only where tiles alone read them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

import pellucid as pl
from pellucid.data.samples import make_samples
from pellucid.engine.gather import Gather
from pellucid.engine.program import EntryFailed
from pellucid.engine.team import set_num_threads
from pellucid.errors import ArgumentError
from pellucid.kernels import library, processor
from pellucid.training.sources import ArraySource

if library.mode() != "compiled" or not processor.has_wide_vectors():
    pytest.skip("rows stay in place where there are register tiles, made for AVX-512", allow_module_level=True)

SAMPLES, FEATURES = 203, 230  # the last batch of an epoch is short; products of rows go in three passes
rng = np.random.default_rng(0)
X = rng.normal(size=(SAMPLES, FEATURES)).astype("f")
Y = rng.integers(10, size=SAMPLES)


def network(*middle: pl.layers.Layer, units: int = 20) -> pl.Sequential:
    pl.utils.set_random_seed(1)
    dense = pl.layers.Dense(units, activation="relu")
    return pl.Sequential([pl.Input((FEATURES,)), *middle, dense, pl.layers.Dense(10)])


def compiled(model: pl.Model, optimizer: str = "sgd") -> pl.Model:
    model.compile(optimizer, pl.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model


def titles(model: pl.Model, x: Sequence[np.ndarray], batch: int = 32) -> list[str]:
    """Of the training step's entries."""
    source = ArraySource(make_samples(x, [Y[: len(x[0])]]), batch, shuffle=False)
    plan = model._ready(x).plan("train", source.samples, batch, source._gather)
    return [entry.title for entry in plan.schedule.entries]


@pytest.fixture
def gathered(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Lets all rows be gathered."""
    monkeypatch.setattr(Gather, "_stays", staticmethod(lambda data, check: False))
    return monkeypatch


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize(
    ("units", "batch", "threads"), [(17, 32, 1), (64, 32, 1), (100, 150, 1), (128, 150, 2), (100, 110, 2), (128, 110, 3)]
)
def test_bits_are_those_of_gathered_batches(
    optimizer: str, units: int, batch: int, threads: int, gathered: pytest.MonkeyPatch, restored_threads: None
) -> None:
    set_num_threads(threads)

    def trained() -> list[np.ndarray]:
        model = compiled(network(units=units), optimizer)
        model.fit(X, Y, batch_size=batch, epochs=3, verbose=0, validation_split=0.2)
        return [*model.get_weights(), model.predict(X, batch_size=32, verbose=0), np.array(model.evaluate(X, Y, verbose=0))]

    before = trained()
    gathered.undo()
    for a, b in zip(trained(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_stays_is_not_copied() -> None:
    found = titles(compiled(network()), [X])
    assert "find rows of x" in found
    assert {"linear.forward_of_rows", "linear.weight_gradient_of_rows_sgd"} <= set(found)
    assert "gather x" not in found
    assert "linear.weight_gradient_of_rows" in titles(compiled(network(), "adam"), [X])


def test_images_are_read_as_the_vectors_that_they_become() -> None:
    model = pl.Sequential([pl.Input((6, 5)), pl.layers.Flatten(), pl.layers.Dense(20), pl.layers.Dense(10)])
    assert "find rows of x" in titles(compiled(model), [rng.normal(size=(SAMPLES, 6, 5)).astype("f")])


@pytest.mark.parametrize(
    ("model", "x", "batch"),
    [
        (network(), X.astype("float64"), 32),
        (network(), (X > 0).astype("uint8"), 32),
        (network(), X.astype(">f4"), 32),
        (network(), np.asfortranarray(X), 32),
        (network(), X, 3),
        (network(units=16), X, 32),
        (network(units=129), X, 32),
        (network(pl.layers.Rescaling(0.5)), X, 32),
        (network(pl.layers.Dropout(0.5)), X, 32),
    ],
    ids=["float64", "uint8", "big-endian", "by columns", "few rows", "narrow", "wide", "rescaled", "dropped"],
)
def test_all_else_is_gathered(model: pl.Model, x: np.ndarray, batch: int) -> None:
    found = titles(compiled(model), [x], batch)
    assert "gather x" in found
    assert not any("of_rows" in title for title in found)


def test_an_input_that_something_else_reads_is_gathered() -> None:
    x = pl.Input((FEATURES,))
    h = pl.layers.Concatenate()([pl.layers.Dense(20)(x), x])
    assert "gather x" in titles(compiled(pl.Model(x, pl.layers.Dense(10)(h))), [X])


def test_each_input_by_itself() -> None:
    a, b = pl.Input((FEATURES,)), pl.Input((FEATURES,))
    h = pl.layers.Add()([pl.layers.Dense(20)(a), pl.layers.Dense(20)(pl.layers.Rescaling(2.0)(b))])
    found = titles(compiled(pl.Model([a, b], pl.layers.Dense(10)(h))), [X, X])
    assert {"find rows of x0", "gather x1"} <= set(found)


def test_rows_apart_in_a_wider_table() -> None:
    wide = np.full((SAMPLES, 2 * FEATURES), np.nan, "f")
    wide[:, FEATURES:] = X
    results = []
    for x in (X, wide[:, FEATURES:]):
        model = compiled(network())
        assert "find rows of x" in titles(model, [x])
        model.fit(x, Y, batch_size=32, verbose=0)
        results.append(model.get_weights())
    for a, b in zip(*results, strict=True):
        np.testing.assert_array_equal(a, b)


def test_one_model_on_data_of_either_form() -> None:
    bits = (X > 0).astype("uint8")
    model, other = compiled(network()), compiled(network())
    for x in (bits, bits.astype("f"), bits, 2 * bits.astype("f")):
        model.fit(x, Y, batch_size=32, verbose=0, shuffle=False)
    for x in (bits, bits, bits, 2 * bits):
        other.fit(x, Y, batch_size=32, verbose=0, shuffle=False)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_plan_refuses_data_of_another_form() -> None:
    model = compiled(network())
    source = ArraySource(make_samples([X], [Y]), 32, shuffle=False)
    plan = model._ready([X]).plan("train", source.samples, 32, source._gather)
    other = ArraySource(make_samples([(X > 0).astype("uint8")], [Y]), 32, shuffle=False)
    with pytest.raises(ArgumentError, match="where they lie"):
        other._gather.attach(plan)


def test_a_row_that_is_not_there_ends_the_step() -> None:
    model = compiled(network())
    source = ArraySource(make_samples([X], [Y]), 32, shuffle=False)
    trainer = model._ready([X])
    plan = trainer.plan("train", source.samples, 32, source._gather)
    before = model.get_weights()
    for wrong in (-1, SAMPLES):
        source._order[7] = wrong
        trainer.begin_epoch()
        with pytest.raises(EntryFailed, match="find rows of x"):
            plan.run()
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
