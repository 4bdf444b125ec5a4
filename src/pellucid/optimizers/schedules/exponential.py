"""Schedules that multiply the rate by a number at even distances: smoothly, or in steps."""

from __future__ import annotations

import numpy as np

from pellucid.arguments import flag, real
from pellucid.optimizers.schedules.schedule import Array, Formula


class ExponentialDecay(Formula):
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

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        self.initial_learning_rate = real("ExponentialDecay", "initial_learning_rate", initial_learning_rate, at_least=0)
        self.decay_steps = real("ExponentialDecay", "decay_steps", decay_steps, above=0)
        self.decay_rate = real("ExponentialDecay", "decay_rate", decay_rate, above=0)
        self.staircase = flag("ExponentialDecay", "staircase", staircase)
        self.name = name

    def formula(self, step: Array) -> Array:
        exponent = step / self.decay_steps
        return self.initial_learning_rate * self.decay_rate ** (np.floor(exponent) if self.staircase else exponent)


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


class InverseTimeDecay(Formula):
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

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        self.initial_learning_rate = real("InverseTimeDecay", "initial_learning_rate", initial_learning_rate, at_least=0)
        self.decay_steps = real("InverseTimeDecay", "decay_steps", decay_steps, above=0)
        self.decay_rate = real("InverseTimeDecay", "decay_rate", decay_rate, at_least=0)
        self.staircase = flag("InverseTimeDecay", "staircase", staircase)
        self.name = name

    def formula(self, step: Array) -> Array:
        time = step / self.decay_steps
        return self.initial_learning_rate / (1 + self.decay_rate * (np.floor(time) if self.staircase else time))
