"""LearningRateSchedule: the learning rate as a function of the number of updates made."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.configurable import Configurable

Array = npt.NDArray[Any]


class LearningRateSchedule(Configurable, ABC):
    """Base of all schedules: a pure function of the step, so that training that was interrupted goes on at the right rate.

    Pass one as ``learning_rate`` of any optimizer: it is asked before each update. A subclass writes ``__call__``; one whose
    formula takes many steps at once derives from `Formula` instead.

    >>> import pellucid as pl
    >>> class HalveAtTen(pl.optimizers.schedules.LearningRateSchedule):
    ...     def __call__(self, step):
    ...         return 0.1 if step < 10 else 0.05
    >>> pl.optimizers.SGD(HalveAtTen()).learning_rate
    0.1
    """

    @abstractmethod
    def __call__(self, step: int) -> float:
        """The rate of the update after ``step`` others, so the first one asks for 0."""

    def rates(self, first: int, count: int) -> Array:
        """The rates of ``count`` updates in a row, from number ``first`` on."""
        return np.array([float(self(step)) for step in range(first, first + count)])


class Formula(LearningRateSchedule):
    """Base of the schedules that are a formula: a subclass writes ``formula``, on an array of steps."""

    def __call__(self, step: Any) -> Any:
        """The rate at ``step``, or the rates at an array of steps."""
        rates = self.formula(np.asarray(step, np.float64))
        return rates if np.ndim(step) else float(rates)

    @abstractmethod
    def formula(self, step: Array) -> Array:
        """The rates at these steps (float64, from 0)."""

    def rates(self, first: int, count: int) -> Array:
        return np.broadcast_to(self.formula(np.arange(first, first + count, dtype=np.float64)), (count,))
