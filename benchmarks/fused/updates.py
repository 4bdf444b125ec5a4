"""Rows of updates: every optimizer's rule and every constraint, taken from their registries, and the links around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.fused.path import linked
from benchmarks.fused.row import REFERENCE, Row, Sizes, normal
from pellucid import constraints, optimizers
from pellucid.autodiff import Parameter
from pellucid.constraints import Constraint
from pellucid.engine.link import CLOCK_STEP, Link, RuleLink, Target
from pellucid.kernels.call import Buffer
from pellucid.optimizers import Optimizer
from pellucid.optimizers.links import (
    Accumulate,
    Average,
    ClipNorm,
    ClipValue,
    Constrain,
    CountSamples,
    CountUpdates,
    Decay,
    PickRate,
)

_UNITS = 100
_Made = tuple[Sequence[Link], Sequence[Buffer]]


def rows() -> list[Row]:
    return [*map(_of_rule, _rules()), *_links(), *map(_of_constraint, constraint_classes())]


def constraint_classes() -> list[type[Constraint]]:
    """Those that have a twin."""
    return [cls for cls in constraints.registry.classes() if cls.bind is not Constraint.bind]


def _rules() -> dict[str, Optimizer]:
    """A rule of each optimizer with its defaults, and further forms that have kernels or loops of their own."""
    forms: dict[str, Optimizer] = {cls.__name__: optimizers.get(cls.__name__) for cls in optimizers.registry.classes()}
    return forms | {
        "SGD, Nesterov": optimizers.SGD(momentum=0.9, nesterov=True),
        "Adam, amsgrad": optimizers.Adam(amsgrad=True),
        "RMSprop, centred, with momentum": optimizers.RMSprop(momentum=0.9, centered=True),
    }


def _of_rule(name: str) -> Row:
    def make(size: Callable[[Sizes], tuple[int, int]], sizes: Sizes) -> _Made:
        rule = _rules()[name]
        target, gradient, clock = _target(size(sizes), rule)
        return [RuleLink(target, gradient, clock)], [target.p, *target.state.values()]

    row = _row(f"{name}, one pass", lambda sizes: make(_usual, sizes))
    return _streaming(row, lambda sizes: make(lambda s: (s.long // 2, s.features), sizes))


def _usual(sizes: Sizes) -> tuple[int, int]:
    return sizes.features, _UNITS


def _target(shape: tuple[int, int], rule: Optimizer, constraint: Constraint | None = None) -> tuple[Target, Buffer, Buffer]:
    """A parameter on its way, its gradient, and a clock at an early step."""
    parameter = Parameter(normal(*shape), name="w")
    parameter.constraint = constraint
    p, g = Buffer.around(parameter.array.copy(), "w"), Buffer.around(normal(*shape, seed=6), "dw")
    state = {
        slot: Buffer.around(np.full(shape, rule.first_value(slot, parameter.array), np.float32), slot) for slot in rule.slots
    }
    rate = Buffer.around(np.array([1e-5]), "rate")
    return Target(parameter, rule, p, g, state, rate), g, Buffer.around(np.array([9, 0], np.int64), "clock")


def _row(name: str, make: Callable[[Sizes], _Made]) -> Row:
    return Row(
        name,
        REFERENCE,
        lambda sizes: linked(lambda: make(sizes), twins=True),
        lambda sizes: linked(lambda: make(sizes), twins=False),
    )


def _streaming(row: Row, make: Callable[[Sizes], _Made]) -> Row:
    return Row(row.path, row.without, row.fused, row.plain, lambda sizes: linked(lambda: make(sizes), twins=True))


def _links() -> list[Row]:
    def gradient(sizes: Sizes, seed: int = 6) -> Buffer:
        return Buffer.around(normal(*_usual(sizes), seed=seed), "dw")

    def clip_value(sizes: Sizes) -> _Made:
        g = gradient(sizes)
        return [ClipValue(0.5, g, gated=False)], [g]

    def clip_norm(count: int, sizes: Sizes) -> _Made:
        gradients = [gradient(sizes, seed) for seed in range(count)]
        return [ClipNorm(1.0, gradients, gated=False)], gradients

    def decay(sizes: Sizes) -> _Made:
        p = gradient(sizes)
        return [Decay(0.004, p, Buffer.around(np.array([1e-5]), "rate"), gated=False)], [p]

    def average(sizes: Sizes) -> _Made:
        p, mean = gradient(sizes), gradient(sizes, 7)
        return [Average(0.99, 0, Buffer.around(np.array([9, 0], np.int64), "clock"), p, mean, gated=False)], [p, mean]

    def accumulate(sizes: Sizes) -> _Made:
        g, total = gradient(sizes), gradient(sizes, 7)
        clock, samples = Buffer.around(np.array([1, 0], np.int64), "clock"), Buffer.around(np.array([256.0]), "samples")
        return [Accumulate(4, 128, clock, samples, g, total)], [g, total]

    def counts(sizes: Sizes) -> _Made:
        clock = Buffer.around(np.array([9, 0], np.int64), "clock")
        assert clock.array is not None
        assert clock.array[CLOCK_STEP] == 9
        updates = Buffer.around(np.zeros(1, np.int64), "updates")
        samples, rate = Buffer.around(np.zeros(1), "samples"), Buffer.around(np.zeros(1), "rate")
        table = Buffer.around(np.linspace(0.1, 0.2, 64), "rates ahead")
        links = [CountUpdates(4, clock, updates), CountSamples(4, 128, clock, samples), PickRate(table, updates, rate)]
        return links, [updates, rate]

    return [
        _row("clip by value", clip_value),
        _row("clip by norm", lambda sizes: clip_norm(1, sizes)),
        _row("clip five gradients by their global norm", lambda sizes: clip_norm(5, sizes)),
        _row("decoupled weight decay", decay),
        _row("moving average of weights", average),
        _row("accumulation of gradients", accumulate),
        _row("counts of updates and samples, rate from a table", counts),
    ]


def _of_constraint(cls: type[Constraint]) -> Row:
    def make(sizes: Sizes) -> _Made:
        target, _, _ = _target(_usual(sizes), optimizers.SGD(), cls())
        return [Constrain(target, gated=False)], [target.p]

    return _row(f"constraint {cls.__name__}", make)
