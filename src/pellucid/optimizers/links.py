"""The links of an update beside the optimizer's own step: each as an equation, with its twin.

    accumulate -> clip (value, norm, global norm) -> decay -> step -> constraint -> average

`chain` puts them in this order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import numpy as np

from pellucid.autodiff import Spec, Tensor, as_tensor
from pellucid.engine.link import CLOCK_STEP, Link, Read, Target
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, updates, writes


@dataclass(frozen=True)
class CountUpdates(Link):
    """How many updates there were, from the number of steps: one update every ``period`` steps."""

    period: int
    steps: Buffer
    updates: Buffer
    title = "count updates"

    @property
    def sources(self) -> Sequence[Buffer]:
        return [self.steps]

    @property
    def targets(self) -> Sequence[Buffer]:
        return [self.updates]

    def values(self, read: Read) -> Sequence[Any]:
        return [np.full(self.updates.shape, int(read(self.steps)[CLOCK_STEP]) // self.period)]

    def bind(self) -> Sequence[Call] | None:
        return [Call("update.count", self.period, reads(self.steps, Share.ONE), writes(self.updates, Share.ONE))]


@dataclass(frozen=True)
class PickRate(Link):
    """The learning rate of this update, from a table of those ahead."""

    table: Buffer
    clock: Buffer
    rate: Buffer
    title = "learning rate"

    @property
    def sources(self) -> Sequence[Buffer]:
        return [self.table, self.clock]

    @property
    def targets(self) -> Sequence[Buffer]:
        return [self.rate]

    def values(self, read: Read) -> Sequence[Any]:
        place = int(read(self.clock)[CLOCK_STEP]) % self.table.size
        return [read(self.table)[place : place + 1]]

    def bind(self) -> Sequence[Call] | None:
        places = (reads(self.clock, Share.ONE), reads(self.table, Share.ONE), writes(self.rate, Share.ONE))
        return [Call("update.pick", self.table.size, *places)]


@dataclass(frozen=True)
class CountSamples(Link):
    """Samples in the steps since the last update."""

    period: int
    batch: int
    clock: Buffer
    samples: Buffer
    title = "count samples"

    @property
    def sources(self) -> Sequence[Buffer]:
        return [self.clock]

    @property
    def targets(self) -> Sequence[Buffer]:
        return [self.samples]

    def values(self, read: Read) -> Sequence[Any]:
        first = int(read(self.clock)[CLOCK_STEP]) % self.period == 0
        return [self.batch + (0 if first else 1) * read(self.samples)]

    def bind(self) -> Sequence[Call] | None:
        return [
            Call(
                "update.count_samples",
                self.period,
                self.batch,
                reads(self.clock, Share.ONE),
                updates(self.samples, Share.ONE),
            )
        ]


@dataclass(frozen=True)
class Accumulate(Link):
    """The mean of the gradients of several steps, weighted by their samples; the last of them hands it on.

    total <- total + n g        at the last step:  g <- total / samples
    """

    period: int
    batch: int
    clock: Buffer
    samples: Buffer
    gradient: Buffer
    total: Buffer
    title = "accumulate"

    @property
    def sources(self) -> Sequence[Buffer]:
        return [self.clock, self.samples]

    @property
    def targets(self) -> Sequence[Buffer]:
        return [self.gradient, self.total]

    def values(self, read: Read) -> Sequence[Any]:
        step = int(read(self.clock)[CLOCK_STEP]) % self.period
        g = read(self.gradient)
        total = self.batch * g + (read(self.total) if step else 0)
        return [total / float(read(self.samples)[0]) if step == self.period - 1 else g, total]

    def bind(self) -> Sequence[Call] | None:
        g = self.gradient
        if not all_float32(g, self.total):
            return None
        places = (reads(self.clock), reads(self.samples), updates(g), updates(self.total))
        return [Call("update.accumulate", g.rows, g.row_size, self.period, self.batch, *places)]


@dataclass(frozen=True)
class ClipValue(Link):
    """Each number of a gradient between -limit and limit."""

    limit: float
    gradient: Buffer
    gated: bool
    title = "clip value"
    sources = ()

    @property
    def targets(self) -> Sequence[Buffer]:
        return [self.gradient]

    def values(self, read: Read) -> Sequence[Any]:
        return [np.clip(read(self.gradient), -self.limit, self.limit)]

    def bind(self) -> Sequence[Call] | None:
        g = self.gradient
        return [Call("update.clip_value", g.rows, g.row_size, self.limit, updates(g))] if all_float32(g) else None


@dataclass(frozen=True)
class ClipNorm(Link):
    """Gradients times one factor, so that their common norm is at most ``limit``.

        g <- g * limit / max(norm, limit)        norm = sqrt(sum of all g^2)

    PyTorch divides by norm + 1e-6, so that it shortens a little more.
    """

    limit: float
    gradients: Sequence[Buffer]
    gated: bool
    title: str = "clip norm"
    sources: Sequence[Buffer] = field(default=(), init=False)

    @property
    def targets(self) -> Sequence[Buffer]:
        return self.gradients

    def values(self, read: Read) -> Sequence[Any]:
        arrays = [read(g) for g in self.gradients]
        norm = sqrt(sum(float(np.sum(np.square(a, dtype=np.float64))) for a in arrays))
        factor = 1.0 if norm <= self.limit else self.limit / norm
        return [a * factor for a in arrays]

    def bind(self) -> Sequence[Call] | None:
        """Sums of squares by rows; one factor of rank 0; all gradients times it, by rows: two barriers."""
        if not all_float32(*self.gradients):
            return None
        squares, factor = Buffer((1,), np.float64, "squares"), Buffer((1,), np.float64, "factor")
        parts = [Buffer((g.rows,), np.float64, f"{g.name} squares") for g in self.gradients]
        together = list(zip(self.gradients, parts, strict=True))
        calls = [Call("update.row_squares", g.rows, g.row_size, reads(g, Share.ROWS), writes(part)) for g, part in together]
        for number, part in enumerate(parts):
            place = updates(squares, Share.ONE) if number else writes(squares, Share.ONE)
            calls.append(Call("update.add_squares", part.rows, number > 0, reads(part, Share.ONE), place))
        calls.append(Call("update.norm_factor", self.limit, reads(squares, Share.ONE), writes(factor, Share.ONE)))
        return calls + [Call("update.scale", g.rows, g.row_size, reads(factor), updates(g)) for g in self.gradients]


@dataclass(frozen=True)
class Decay(Link):
    """Decoupled weight decay: p <- p - rate * strength * p, before the step (Loshchilov and Hutter 2019)."""

    strength: float
    p: Buffer
    rate: Buffer
    gated: bool
    title = "weight decay"

    @property
    def sources(self) -> Sequence[Buffer]:
        return [self.rate]

    @property
    def targets(self) -> Sequence[Buffer]:
        return [self.p]

    def values(self, read: Read) -> Sequence[Any]:
        return [read(self.p) * (1 - float(read(self.rate)[0]) * self.strength)]

    def bind(self) -> Sequence[Call] | None:
        p = self.p
        return [Call("update.decay", p.rows, p.row_size, self.strength, reads(self.rate), updates(p))] if all_float32(p) else None


@dataclass(frozen=True)
class Constrain(Link):
    """A parameter is held to its constraint."""

    target: Target
    gated: bool
    sources = ()

    @property
    def title(self) -> str:  # type: ignore[override]
        constraint = self.target.parameter.constraint
        return f"{getattr(constraint, '__name__', type(constraint).__name__)} {self.target.p.name}"

    @property
    def targets(self) -> Sequence[Buffer]:
        return [self.target.p]

    def values(self, read: Read) -> Sequence[Any]:
        array = read(self.target.p)
        return [as_tensor(self.target.parameter.constraint(Tensor(Spec.of(array), array))).array]

    def bind(self) -> Sequence[Call] | None:
        bind = getattr(self.target.parameter.constraint, "bind", None)
        calls: Sequence[Call] | None = bind(self.target.p) if bind is not None else None
        return calls


@dataclass(frozen=True)
class Average(Link):
    """A moving average of a parameter; now and then the parameter becomes its average, where that is asked for.

    mean <- momentum * mean + (1 - momentum) * p        after the first update  mean <- p
    """

    momentum: float
    frequency: int  # 0: never
    clock: Buffer
    p: Buffer
    mean: Buffer
    gated: bool
    title = "moving average"

    @property
    def sources(self) -> Sequence[Buffer]:
        return [self.clock]

    @property
    def targets(self) -> Sequence[Buffer]:
        return [self.mean, self.p]

    def values(self, read: Read) -> Sequence[Any]:
        before, p = int(read(self.clock)[CLOCK_STEP]), read(self.p)
        mean = p if before == 0 else self.momentum * read(self.mean) + (1 - self.momentum) * p
        return [mean, mean if self.frequency and (before + 1) % self.frequency == 0 else p]

    def bind(self) -> Sequence[Call] | None:
        p = self.p
        if not all_float32(p, self.mean):
            return None
        places = (reads(self.clock), updates(p), updates(self.mean))
        return [Call("update.average", p.rows, p.row_size, self.momentum, self.frequency, *places)]
