"""The chain: the links of an optimizer's update, in order.

    accumulate over steps -> clip (value, norm, global norm) -> weight decay -> rule -> constraint -> moving average

The same links make a program, an eager step and ``update`` on dictionaries; what is not asked for has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pellucid.engine.link import CLOCK_STEP, Link, RuleLink, Target
from pellucid.kernels.call import Buffer
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

if TYPE_CHECKING:
    from pellucid.optimizers.optimizer import Optimizer

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Pace:
    """Where programs read a learning rate: that of the running step, and those of the steps ahead where it changes with them."""

    present: Buffer  # float64[1]
    table: Buffer | None = None  # float64: the rate of update number t stands at t modulo its length


class UpdateChain:
    """The links for steps of one batch size.

    Args:
        optimizer: whose settings they follow.
        batch: samples in a step.
        samples: float64[1], samples since the last update, where gradients are accumulated.
        paces: of the optimizer and its groups.
    """

    def __init__(self, optimizer: Optimizer, batch: int, samples: Array, paces: Sequence[Pace] = ()) -> None:
        self.optimizer = optimizer
        self.period = optimizer.gradient_accumulation_steps or 1
        self._batch = batch
        self._samples = Buffer.around(samples, "samples")
        self._paces = paces
        self._updates = Buffer.around(np.zeros(1, np.int64), "updates") if self.period > 1 else None

    def head(self, clock: Buffer) -> list[Link]:
        """What comes before any gradient: counts, and the rate of this update."""
        links: list[Link] = []
        if self._updates is not None:
            links.append(CountUpdates(self.period, clock, self._updates))
            links.append(CountSamples(self.period, self._batch, clock, self._samples))
        for pace in self._paces:
            if pace.table is not None:
                links.append(PickRate(pace.table, self._updates or clock, pace.present))
        return links

    def links(self, targets: Sequence[Target], clock: Buffer) -> list[Link]:
        """What follows the gradients."""
        settings, gated = self.optimizer, self.period > 1
        updates = self._updates or clock
        flowing = [(t, t.gradient) for t in targets if t.gradient is not None]  # those that no product has taken up
        gradients = [g for _, g in flowing]
        links: list[Link] = []
        if gated:
            period = (self.period, self._batch, clock, self._samples)
            links += [Accumulate(*period, g, t.state["accumulated"]) for t, g in flowing]
        links += [ClipValue(_of(t).clipvalue, g, gated) for t, g in flowing if _of(t).clipvalue is not None]
        links += [ClipNorm(_of(t).clipnorm, [g], gated) for t, g in flowing if _of(t).clipnorm is not None]
        if settings.global_clipnorm is not None and gradients:
            links.append(ClipNorm(settings.global_clipnorm, gradients, gated, "clip global norm"))
        links += [Decay(_of(t).weight_decay, t.p, t.rate, gated) for t, _ in flowing if _of(t).weight_decay]
        links += [RuleLink(t, g, updates, gated) for t, g in flowing]
        links += [Constrain(t, gated) for t in targets if t.parameter.constraint is not None]
        if settings.use_ema:
            average = (settings.ema_momentum, settings.ema_overwrite_frequency or 0, updates)
            links += [Average(*average, t.p, t.state["average"], gated) for t in targets]
        return links


def run(chain: UpdateChain, targets: Sequence[Target], clock: Buffer) -> None:
    """Run a chain's equations at once. Parameters and state change in place; gradients that are handed in do not."""
    assert clock.array is not None
    idle = (int(clock.array[CLOCK_STEP]) + 1) % chain.period != 0
    given = {id(t.gradient) for t in targets}
    with np.errstate(all="ignore"):  # as compiled steps do
        for link in (*chain.head(clock), *chain.links(targets, clock)):
            if link.gated and idle:
                continue
            for buffer, value in zip(link.targets, link.values(lambda b: b.array), strict=True):
                if id(buffer) in given:
                    buffer.array = value
                else:
                    assert buffer.array is not None
                    buffer.array[...] = value


def cell(array: Array, name: str = "") -> Buffer:
    """A buffer for equations alone: the array may have any strides."""
    buffer = Buffer(array.shape, array.dtype, name)
    buffer.array = array
    return buffer


def _of(target: Target) -> Any:
    """The settings of a target's group."""
    return target.rule
