"""Rows of batches: shuffled rows gathered and converted by the program; a schedule's rate looked up inside of it."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.fused.path import Path, planned, references
from benchmarks.fused.row import REFERENCE, Row, Sizes
from pellucid import Sequential, layers, losses
from pellucid.data.samples import make_samples
from pellucid.engine.gather import SOURCES, Gather
from pellucid.kernels.call import Call
from pellucid.optimizers import SGD, Adam, Optimizer
from pellucid.optimizers.schedules import ExponentialDecay
from pellucid.training.sources import ArraySource

_ROWS, _PER_ROW = 4096, 784


def rows() -> list[Row]:
    kinds = [(source, target) for target, sources in SOURCES.items() for source in sorted(sources, key=lambda d: d.name)]
    return [*(_of_gather(source, target) for source, target in kinds), *_left(), _in_place(), *_rates()]


def _of_gather(source: np.dtype[Any], target: np.dtype[Any]) -> Row:
    data = np.random.default_rng(5).integers(0, 2, (_ROWS, _PER_ROW if target.kind == "f" else 1))

    def make(sizes: Sizes) -> Path:
        order = np.random.default_rng(6).permutation(_ROWS)
        gather = Gather([data.astype(source)], order, [target.kind == "f"])
        like = np.zeros((sizes.batch, data.shape[1]), target)
        path = planned(lambda x: x, inputs=[like], prelude=gather, batch_size=sizes.batch)
        epoch = _ROWS // sizes.batch

        def run(times: int) -> None:
            for done in range(0, times, epoch):
                path.run(min(epoch, times - done))

        return replace(path, run=run)

    def plain(sizes: Sizes) -> Path:
        with references():
            return make(sizes)

    return Row(f"gather of shuffled rows, {source} to {target}", REFERENCE, make, plain)


def _left() -> list[Row]:
    """A step whose batch stays where it lies in the data."""

    def made(rule: type[Optimizer], sizes: Sizes, stay: bool) -> Path:
        with nullcontext() if stay else patch.object(Gather, "_stays", staticmethod(lambda data, check: False)):
            return _Training(rule(1e-3), sizes, _PER_ROW, 100).path()

    def shared(tall: int, sizes: Sizes) -> Path:
        with patch("pellucid.engine.share_inputs._TALL", tall), patch("pellucid.engine.plan.num_threads", lambda: 2):
            enough = replace(sizes, batch=max(8, sizes.batch))  # for two ranks to leave rows in place
            return _Training(SGD(1e-3), enough, 3 * _PER_ROW, 100).path()

    return [
        *(
            Row(
                f"a step on rows that stay in the data, {rule.__name__}",
                "rows gathered",
                partial(made, rule, stay=True),
                partial(made, rule, stay=False),
            )
            for rule in (SGD, Adam)
        ),
        Row(
            "a step on rows that stay in the data, two ranks that share the inputs",
            "the samples shared",
            partial(shared, 2),
            partial(shared, 1 << 62),
        ),
    ]


def _in_place() -> Row:
    """A batch read where the caller holds it, its values checked on the way, or copied in after a check by NumPy."""
    rng = np.random.default_rng(5)
    model = Sequential([layers.Input((_PER_ROW,)), layers.Dense(100, activation="relu"), layers.Dense(10)])

    def fused(sizes: Sizes) -> Path:
        x = rng.random((sizes.batch, _PER_ROW), dtype=np.float32)
        answer = model.predictor(x)
        entries = answer.plan.schedule.entries if answer.plan is not None else []
        calls = tuple(e.call for e in entries if isinstance(e.call, Call))
        return Path(lambda times: [answer(x) for _ in range(times)], lambda: [answer(x)], calls)

    def plain(sizes: Sizes) -> Path:
        x = rng.random((sizes.batch, _PER_ROW), dtype=np.float32)
        return Path(lambda times: [model.predict_on_batch(x) for _ in range(times)], lambda: [model.predict_on_batch(x)])

    return Row("a batch to be answered, read in place", "copied in", fused, plain, same=False)


class _Training:
    """A small net's training steps, as `fit` runs them."""

    def __init__(self, optimizer: Optimizer, sizes: Sizes, features: int = 64, units: int = 32) -> None:
        rng = np.random.default_rng(5)
        x, y = rng.random((sizes.batch * 8, features), dtype=np.float32), rng.integers(10, size=sizes.batch * 8)
        self.model = Sequential([layers.Input((features,)), layers.Dense(units, activation="relu"), layers.Dense(10)])
        self.model.compile(optimizer, losses.SparseCategoricalCrossentropy(from_logits=True))
        self.model.set_weights([rng.normal(size=w.shape, scale=0.1).astype(np.float32) for w in self.model.get_weights()])
        source = ArraySource(make_samples([x], [y]), sizes.batch, shuffle=False)
        self.trainer = self.model._ready([x])
        self.size = sizes.batch
        self.plan = self.trainer.plan("train", source.samples, self.size, source._gather)

    def run(self, steps: int, at_once: int = 8) -> None:
        for start in range(0, steps, 8):
            self.trainer.begin_epoch()
            for _ in range(0, min(8, steps - start), at_once):
                self.trainer.train_steps(self.plan, min(at_once, steps - start), self.size)

    def path(self, at_once: int = 8) -> Path:
        calls = tuple(e.call for e in self.plan.schedule.entries if e.is_native)
        return Path(lambda n: self.run(n, at_once), lambda: list(self.model.get_weights()), calls)  # type: ignore[arg-type]


def _rates() -> list[Row]:
    falling = ExponentialDecay(1e-3, 1000, 0.999)

    def steps_by_hand(sizes: Sizes) -> Path:
        """One step a slice, its rate assigned before."""
        training = _Training(SGD(1e-3), sizes)
        optimizer = training.trainer.optimizer
        assert optimizer is not None

        def run(steps: int) -> None:
            for step in range(steps):
                if step % 8 == 0:
                    training.trainer.begin_epoch()
                optimizer.learning_rate = falling(optimizer.iterations)
                training.trainer.train_steps(training.plan, 1, training.size)

        return replace(training.path(), run=run)

    return [
        Row(
            "a rate that changes at every step, eight steps a slice",
            "one step a slice, its rate assigned by Python",
            lambda sizes: _Training(SGD(falling), sizes).path(),
            steps_by_hand,
        ),
        Row(
            "the same: what it costs",
            "a constant rate (1.00: nothing)",
            lambda sizes: _Training(SGD(falling), sizes).path(),
            lambda sizes: _Training(SGD(1e-3), sizes).path(),
            same=False,
        ),
    ]
