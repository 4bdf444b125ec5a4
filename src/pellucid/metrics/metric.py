"""Metric: a number for people to judge by, summed up over samples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Tensor, as_tensor
from pellucid.configurable import Configurable, snake_case

Array = npt.NDArray[Any]


class Metric(Configurable, ABC):
    """Base of all metrics: sums over samples (`statistics`) and a function of the sums (`from_totals`).

    Sums of batches add up to the sum of all samples, so a metric is right over batches of unequal size. A training loop uses
    these two; ``update_state``, ``result`` and ``reset_state`` are Keras' face on top of them, for use by hand.

    Args:
        name: by which histories list it; the class's name where absent.

    >>> import pellucid as pl
    >>> metric = pl.metrics.BinaryAccuracy()
    >>> metric.update_state([[1.0], [0.0]], [[0.9], [0.8]])
    >>> metric.update_state([[1.0]], [[0.7]])
    >>> round(metric.result(), 3)
    0.667
    """

    def __init__(self, name: str | None = None) -> None:
        self.name = name or snake_case(type(self).__name__)
        self._totals: list[Array] = []
        self._samples = 0

    @abstractmethod
    def statistics(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> tuple[Tensor, ...]:
        """Tensors of shape (batch, ...) whose sums over the batch are what ``from_totals`` needs.

        Must be a composition of operations, because it becomes part of the training program.
        """

    @abstractmethod
    def from_totals(self, totals: Sequence[Array], samples: int) -> float:
        """The metric, from the statistics summed over ``samples`` samples."""

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch in."""
        weights = None if sample_weight is None else as_tensor(sample_weight)
        statistics = self.statistics(as_tensor(y_true), as_tensor(y_pred), weights)
        sums = [s.array.sum(axis=0, dtype=np.float64) for s in statistics]
        self._totals = sums if not self._totals else [total + s for total, s in zip(self._totals, sums, strict=True)]
        self._samples += len(statistics[0])

    def result(self) -> float:
        """The metric over all batches since the last reset; 0 where there was none."""
        return self.from_totals(self._totals, self._samples) if self._samples else 0.0

    def reset_state(self) -> None:
        """Forget all batches."""
        self._totals = []
        self._samples = 0

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
        """Count a batch in and give the result so far."""
        self.update_state(y_true, y_pred, sample_weight)
        return self.result()
