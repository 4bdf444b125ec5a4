"""Schedules made of pieces: constants between boundaries, a polynomial down to an end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pellucid.arguments import flag, real
from pellucid.errors import ArgumentError
from pellucid.optimizers.schedules.schedule import Array, Formula


class PiecewiseConstantDecay(Formula):
    """A rate for each stretch between boundaries; a boundary belongs to the stretch before it, as in Keras.

        values[0] for step <= boundaries[0], values[1] for boundaries[0] < step <= boundaries[1], ...

    Args:
        boundaries: steps, each greater than the one before.
        values: rates >= 0, one more than boundaries.

    Raises:
        ArgumentError: the boundaries do not rise, or the numbers do not fit.

    >>> schedule = PiecewiseConstantDecay([100, 200], [0.1, 0.01, 0.001])
    >>> schedule(100), schedule(101), schedule(500)
    (0.1, 0.01, 0.001)
    """

    def __init__(self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant") -> None:
        self.boundaries = [real("PiecewiseConstantDecay", "boundaries", b) for b in boundaries]
        self.values = [real("PiecewiseConstantDecay", "values", v, at_least=0) for v in values]
        self.name = name
        if len(self.values) != len(self.boundaries) + 1:
            raise ArgumentError(
                "PiecewiseConstantDecay: values must be one more than boundaries. "
                f"Received {len(self.values)} values and {len(self.boundaries)} boundaries."
            )
        if any(b <= a for a, b in zip(self.boundaries, self.boundaries[1:], strict=False)):
            raise ArgumentError(f"PiecewiseConstantDecay: boundaries must rise. Received {boundaries!r}.")

    def formula(self, step: Array) -> Array:
        return np.array(self.values)[np.searchsorted(self.boundaries, step, side="left")]


class PolynomialDecay(Formula):
    """The rate falls from the first to the last along a polynomial, straight for ``power`` 1, and stays there.

        (initial - end) * (1 - step / decay_steps) ^ power + end,    step = min(step, decay_steps)

    Args:
        initial_learning_rate: at step 0, >= 0.
        decay_steps: until the end is reached, > 0.
        end_learning_rate: >= 0.
        power: > 0.
        cycle: instead of staying, begin again on a stretch of double, triple, ... the length, from where its polynomial stands.

    >>> PolynomialDecay(0.1, decay_steps=100, end_learning_rate=0.0)(50)
    0.05
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        self.initial_learning_rate = real("PolynomialDecay", "initial_learning_rate", initial_learning_rate, at_least=0)
        self.decay_steps = real("PolynomialDecay", "decay_steps", decay_steps, above=0)
        self.end_learning_rate = real("PolynomialDecay", "end_learning_rate", end_learning_rate, at_least=0)
        self.power = real("PolynomialDecay", "power", power, above=0)
        self.cycle = flag("PolynomialDecay", "cycle", cycle)
        self.name = name

    def formula(self, step: Array) -> Array:
        stretch = self.decay_steps * (np.maximum(1, np.ceil(step / self.decay_steps)) if self.cycle else 1)
        left = 1 - np.minimum(step, stretch) / stretch
        return (self.initial_learning_rate - self.end_learning_rate) * left**self.power + self.end_learning_rate
