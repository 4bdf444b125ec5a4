"""OneCycle: up to a high rate and down to almost nothing, once."""

from __future__ import annotations

import numpy as np

from pellucid.arguments import integer, real
from pellucid.optimizers.schedules.cosine import half_wave
from pellucid.optimizers.schedules.schedule import Array, Formula


class OneCycle(Formula):
    """One cycle over the whole training: a rise to a rate that would be too high for long, then a fall to almost nothing.

        rise    from highest / initial_divisor to highest, over the first ``rise`` of the steps
        fall    from highest to highest / (initial_divisor * final_divisor), over the rest

    Both along half a cosine wave, as in PyTorch's OneCycleLR and fastai; Smith's own cycle is straight, with a last stretch
    apart. The momentum is left as it is.

    Args:
        max_learning_rate: the highest rate, >= 0; see `find_learning_rate`.
        total_steps: updates in the whole training, >= 2; the last rate stays after it.
        rise: share of the steps that the rise takes, 0 < rise < 1.
        initial_divisor, final_divisor: > 0.

    Source: Smith and Topin, "Super-convergence", 2018.

    >>> schedule = OneCycle(0.5, total_steps=101, rise=0.3)
    >>> round(schedule(0), 4), round(schedule(29.3), 4), round(schedule(100), 8)
    (0.02, 0.5, 2e-06)
    """

    def __init__(
        self,
        max_learning_rate: float,
        total_steps: int,
        rise: float = 0.3,
        initial_divisor: float = 25.0,
        final_divisor: float = 1e4,
    ) -> None:
        self.max_learning_rate = real("OneCycle", "max_learning_rate", max_learning_rate, at_least=0)
        self.total_steps = integer("OneCycle", "total_steps", total_steps, at_least=2)
        self.rise = real("OneCycle", "rise", rise, above=0, below=1)
        self.initial_divisor = real("OneCycle", "initial_divisor", initial_divisor, above=0)
        self.final_divisor = real("OneCycle", "final_divisor", final_divisor, above=0)

    def formula(self, step: Array) -> Array:
        highest = self.max_learning_rate
        first = highest / self.initial_divisor
        last = first / self.final_divisor
        end = self.total_steps - 1
        top = max(self.rise * self.total_steps - 1, 0.0)  # the step of the highest rate, where PyTorch has it
        up = first + (highest - first) * (1 - half_wave(step / top)) if top else np.full_like(step, highest)
        down = last + (highest - last) * half_wave((np.minimum(step, end) - top) / (end - top))
        return np.where(step < top, up, down)
