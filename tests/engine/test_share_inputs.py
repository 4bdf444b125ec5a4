"""Sharing inputs: the same numbers as with one rank but for rounding, and only where a first layer trains a tall matrix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.data.samples import make_samples
from pellucid.engine.plan import Plan
from pellucid.engine.races import races
from pellucid.engine.team import set_num_threads
from pellucid.kernels import library
from pellucid.training.sources import ArraySource

if library.mode() == "reference":
    pytest.skip("ranks share what kernels do, and none are used here", allow_module_level=True)

SAMPLES, FEATURES, BATCH = 200, 421, 50
rng = np.random.default_rng(0)
X = rng.normal(size=(SAMPLES, FEATURES)).astype("f")
Y = rng.integers(10, size=SAMPLES)


pytestmark = pytest.mark.usefixtures("restored_threads")


def network(units: int = 100, **arguments: Any) -> pl.Sequential:
    first = pl.layers.Dense(units, activation="tanh", **arguments)
    return pl.Sequential([pl.Input((FEATURES,)), first, pl.layers.Dense(10)])


def plan(model: pl.Model, kind: str = "train", batch: int = BATCH, threads: int = 2, x: np.ndarray = X, **compiling: Any) -> Plan:
    set_num_threads(threads)
    model.compile("sgd", pl.losses.SparseCategoricalCrossentropy(from_logits=True), **compiling)
    source = ArraySource(make_samples([x], [Y]), batch, shuffle=False)
    return model._ready([x]).plan(kind, source.samples, batch, source._gather)


def titles(*arguments: Any, **named: Any) -> list[str]:
    return [entry.title for entry in plan(*arguments, **named).schedule.entries]


def by_inputs(found: list[str]) -> bool:
    assert any("linear.forward" in title for title in found)
    return any("by_inputs" in title for title in found)


@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("form", [np.float32, np.uint8], ids=["in place", "gathered"])
@pytest.mark.parametrize(("optimizer", "units"), [("sgd", 100), ("sgd", 128), ("adam", 97)])
def test_the_number_of_threads_changes_no_more_than_rounding(optimizer: str, units: int, form: type, threads: int) -> None:
    data, results = X if form is np.float32 else (X > 0).astype(form), []
    for count in (1, threads):
        set_num_threads(count)
        pl.utils.set_random_seed(1)
        model = network(units)
        model.compile(optimizer, pl.losses.SparseCategoricalCrossentropy(from_logits=True))
        model.fit(data, Y, batch_size=BATCH, epochs=2, verbose=0)
        results.append(model.get_weights())
    assert by_inputs(titles(model, threads=threads, x=data))
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=2e-5)


@pytest.mark.parametrize("threads", [2, 3, 4])
def test_no_races(threads: int) -> None:
    found = plan(network(), threads=threads)
    assert by_inputs([entry.title for entry in found.schedule.entries])
    assert not races(found.schedule, threads)


def test_each_weight_is_touched_by_one_rank_alone() -> None:
    found = plan(network())
    w = next(a.buffer for e in found.schedule.entries if "by_inputs" in e.title for a in e.accesses if a.buffer.rows == FEATURES)
    touching = [a.share.value for e in found.schedule.entries for a in e.accesses if a.buffer.base is w.base]
    assert touching == ["rows", "rows"]


@pytest.mark.parametrize(
    "found",
    [
        lambda: titles(network(), threads=1),
        lambda: titles(network(), "evaluate"),
        lambda: titles(network(trainable=False)),
        lambda: titles(network(16)),
        lambda: titles(network(129)),
        lambda: titles(network(), batch=FEATURES // 2 + 1, x=np.repeat(X, 2, axis=0)[:SAMPLES]),
    ],
    ids=["one rank", "nothing trained", "frozen", "narrow", "wide", "not tall"],
)
def test_all_else_is_shared_by_samples(found: Callable[[], list[str]]) -> None:
    assert not by_inputs(found())


def test_a_matrix_that_an_input_gradient_reads_is_not_shared() -> None:
    model = pl.Sequential([pl.Input((30,)), pl.layers.Dense(FEATURES), pl.layers.Dense(100), pl.layers.Dense(10)])
    assert not by_inputs(titles(model, x=X[:, :30].copy()))
