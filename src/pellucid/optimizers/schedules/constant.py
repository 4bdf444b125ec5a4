"""Constant: one rate for all steps."""

from __future__ import annotations

import numpy as np

from pellucid.arguments import real
from pellucid.optimizers.schedules.schedule import Array, Formula


class Constant(Formula):
    """The same rate at every step: what `Warmup` may begin for.

    Args:
        learning_rate: >= 0.

    >>> Constant(0.1)(1000)
    0.1
    """

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = real("Constant", "learning_rate", learning_rate, at_least=0)

    def formula(self, step: Array) -> Array:
        return np.full_like(step, self.learning_rate)
