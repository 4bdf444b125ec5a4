"""Schedules that multiply the rate by a number at even distances: smoothly, or in steps."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from pellucid.arguments import flag, real
from pellucid.optimizers.schedules.schedule import Array, Formula


class _Decay(Formula):
    """A rate that falls with the number of times that ``decay_steps`` have passed."""

    _bound: ClassVar[dict[str, float]] = {"above": 0}  # what holds for decay_rate

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str | None = None,
    ) -> None:
        owner = type(self).__name__
        self.initial_learning_rate = real(owner, "initial_learning_rate", initial_learning_rate, at_least=0)
        self.decay_steps = real(owner, "decay_steps", decay_steps, above=0)
        self.decay_rate = real(owner, "decay_rate", decay_rate, **self._bound)
        self.staircase = flag(owner, "staircase", staircase)
        self.name = name or owner

    def _elapsed(self, step: Array) -> Array:
        times = step / self.decay_steps
        return np.floor(times) if self.staircase else times


class ExponentialDecay(_Decay):
    """The rate is multiplied by ``decay_rate`` over each ``decay_steps`` steps.

        initial * decay_rate ^ (step / decay_steps)

    Args:
        initial_learning_rate: at step 0, >= 0.
        decay_steps: > 0.
        decay_rate: > 0; below 1 the rate falls.
        staircase: round the exponent down to a whole number, so that the rate falls in steps.

    >>> ExponentialDecay(0.1, decay_steps=100, decay_rate=0.5)(200)
    0.025
    """

    def formula(self, step: Array) -> Array:
        return self.initial_learning_rate * self.decay_rate ** self._elapsed(step)


class StepDecay(Formula):
    """The rate is multiplied by ``decay_rate`` after each ``decay_steps`` steps (PyTorch's StepLR, which counts epochs).

        initial * decay_rate ^ floor(step / decay_steps)

    Args:
        initial_learning_rate: until the first fall, >= 0.
        decay_steps: steps from one fall to the next, > 0.
        decay_rate: > 0.

    >>> schedule = StepDecay(0.1, decay_steps=100)
    >>> schedule(99), round(schedule(100), 12)
    (0.1, 0.01)
    """

    def __init__(self, initial_learning_rate: float, decay_steps: float, decay_rate: float = 0.1) -> None:
        self.initial_learning_rate = real("StepDecay", "initial_learning_rate", initial_learning_rate, at_least=0)
        self.decay_steps = real("StepDecay", "decay_steps", decay_steps, above=0)
        self.decay_rate = real("StepDecay", "decay_rate", decay_rate, above=0)

    def formula(self, step: Array) -> Array:
        return self.initial_learning_rate * self.decay_rate ** np.floor(step / self.decay_steps)


class InverseTimeDecay(_Decay):
    """The rate falls as the inverse of time: the conditions of Robbins and Monro 1951 for stochastic descent to converge.

        initial / (1 + decay_rate * step / decay_steps)

    Args:
        initial_learning_rate: at step 0, >= 0.
        decay_steps: > 0.
        decay_rate: >= 0.
        staircase: round step / decay_steps down to a whole number.

    >>> InverseTimeDecay(0.1, decay_steps=10, decay_rate=1.0)(10)
    0.05
    """

    _bound: ClassVar[dict[str, float]] = {"at_least": 0}

    def formula(self, step: Array) -> Array:
        return self.initial_learning_rate / (1 + self.decay_rate * self._elapsed(step))
