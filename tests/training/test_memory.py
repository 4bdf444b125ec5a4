"""Nothing grows with the number of calls, or of batch shapes."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from tests.support.training import classifier, clusters

X, Y = clusters(300)


def growth(call: Callable[[int], object], warm_up: int, count: int) -> float:
    """Bytes that remain for each of ``count`` calls after the first ones."""
    for i in range(warm_up):
        call(i)
    gc.collect()
    tracemalloc.start()
    for i in range(5):
        call(i)
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    for i in range(count):
        call(i)
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (after - before) / count


@pytest.mark.parametrize("what", ["fit", "evaluate", "predict", "compile", "eager"])
def test_repeated_calls(what: str) -> None:
    model = classifier(normalize=True, dropout=0.1, run_eagerly=what == "eager")
    calls = {
        "fit": lambda i: model.fit(X, Y, batch_size=128, validation_split=0.1, verbose=0),
        "evaluate": lambda i: model.evaluate(X, Y, verbose=0),
        "predict": lambda i: model.predict(X),
        "compile": lambda i: (
            model.compile("adam", pl.losses.SparseCategoricalCrossentropy(from_logits=True)),
            model.fit(X, Y, batch_size=128, verbose=0),
        ),
        "eager": lambda i: model.fit(X[:20], Y[:20], verbose=0),
    }
    # For each call, a plan would keep 20,000 bytes or more, an order of samples 2,400, the samples 4,800. What comes and goes
    # with no call to blame (names that Python interns) is some hundreds.
    assert growth(calls[what], warm_up=5, count=10 if what == "compile" else 50) < 2000


def test_a_hundred_batch_shapes_keep_a_handful_of_plans() -> None:
    model = classifier()
    alive: weakref.WeakSet[Any] = weakref.WeakSet()
    for i in range(100):
        model.fit(X[: 50 + i], Y[: 50 + i], batch_size=20 + i, verbose=0)
        alive.update(kept.plan for kept in model._trainer._plans.values())
    gc.collect()
    assert 1 <= len(alive) <= 8
    assert model.optimizer.iterations == sum(-(-(50 + i) // (20 + i)) for i in range(100))


def test_a_stream_of_shapes_that_vary() -> None:
    model = classifier()
    sizes = np.random.default_rng(0).integers(1, 100, 100)
    model.fit([(X[:n], Y[:n]) for n in sizes], verbose=0)
    assert model.optimizer.iterations == 100
    assert len(model._trainer._plans) <= 8


def test_models_go_away_with_all_that_they_made() -> None:
    model = classifier(normalize=True)
    model.fit(X, Y, batch_size=64, verbose=0)
    made = [weakref.ref(o) for o in (model, model._trainer, *(kept.plan for kept in model._trainer._plans.values()))]
    assert len(made) == 4
    del model
    gc.collect()
    assert [r() for r in made] == [None] * 4
