"""Warmup: a straight rise before another schedule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.arguments import integer, real
from pellucid.optimizers.schedules.constant import Constant
from pellucid.optimizers.schedules.schedule import Array, LearningRateSchedule


class Warmup(LearningRateSchedule):
    """A straight rise to another schedule's first rate, then that schedule, counted from there.

        step < warmup_steps    schedule(0) * (start + (1 - start) * step / warmup_steps)
        then                   schedule(step - warmup_steps)

    Adaptive methods know little of the gradients' sizes at first, and large batches need high rates that fresh weights do not
    bear: both begin better small.

    Args:
        schedule: what follows: a schedule, its configuration, or a number for a constant rate.
        warmup_steps: length of the rise, >= 0.
        start: the rate at step 0 as a fraction of the schedule's first, from 0 to 1.

    Source: Goyal et al., "Accurate, large minibatch SGD", 2017.

    >>> Warmup(0.1, warmup_steps=10)(5)
    0.05
    """

    def __init__(self, schedule: Any, warmup_steps: int, start: float = 0.0) -> None:
        from pellucid.optimizers import schedules

        known = isinstance(schedule, LearningRateSchedule | Mapping | str)
        self.schedule: LearningRateSchedule = schedules.get(schedule) if known else Constant(schedule)
        self.warmup_steps = integer("Warmup", "warmup_steps", warmup_steps, at_least=0)
        self.start = real("Warmup", "start", start, at_least=0, at_most=1)

    def __call__(self, step: int) -> float:
        return float(self.rates(step, 1)[0])

    def rates(self, first: int, count: int) -> Array:
        steps = np.arange(first, first + count)
        rising = steps[steps < self.warmup_steps]
        height = float(self.schedule(0))
        rise = height * (self.start + (1 - self.start) * rising / max(self.warmup_steps, 1))
        after = first + len(rising)
        rest = self.schedule.rates(after - self.warmup_steps, count - len(rising)) if len(rising) < count else np.empty(0)
        return np.concatenate([rise, rest])
