"""Metric: a number for people to judge by, summed up over samples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Tensor, as_tensor, current_context
from pellucid.configurable import Configurable, snake_case
from pellucid.errors import ArgumentError
from pellucid.metrics.quantity import Quantity

Array = npt.NDArray[Any]


class Metric(Configurable, ABC):
    """Base of all metrics: sums over samples (`statistics`) and a function of the sums (`from_totals`).

    Sums of batches add up to the sum of all samples, so a metric is right over batches of unequal size. A training loop uses
    these two; ``update_state``, ``result`` and ``reset_state`` are Keras' face on top of them, for use by hand.

    A metric is a number, or an array (a confusion matrix, one number a class). Histories keep arrays as nested lists; the bar
    and callbacks that watch one number leave them out.

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
        if name is not None and not isinstance(name, str):
            raise ArgumentError(f"{type(self).__name__}: name must be a string. Received {name!r}. Pass settings by their names.")
        self.name = name or snake_case(type(self).__name__)
        self._totals: list[Array] = []
        self._samples = 0

    @abstractmethod
    def statistics(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> tuple[Tensor, ...]:
        """Tensors whose sums over their first axis are what ``from_totals`` needs.

        The first axis is the batch, or of length 1 where the batch is summed up already. Must be a composition of operations,
        because it becomes part of the training program.
        """

    @abstractmethod
    def from_totals(self, totals: Sequence[Array], samples: int) -> Any:
        """The metric, from the statistics summed over ``samples`` samples."""

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch in.

        Within a model's traced code (``call``, ``compute_loss``) the metric belongs to the step instead: it is shown in
        histories by its name, summed over the epoch.
        """
        weights = None if sample_weight is None else as_tensor(sample_weight)
        prediction = as_tensor(y_pred)
        self._count(self.statistics(as_tensor(y_true), prediction, weights), prediction.shape[0])

    def _count(self, statistics: tuple[Tensor, ...], samples: int) -> None:
        context = current_context()
        if context is not None and (context.collects or context.symbolic):
            context.measures.append(Quantity(self.name, statistics, self.from_totals, self))
            return
        sums = [s.array.sum(axis=0, dtype=np.float64) for s in statistics]
        self._totals = sums if not self._totals else [total + s for total, s in zip(self._totals, sums, strict=True)]
        self._samples += samples

    def show(self, totals: Sequence[Array], samples: int) -> None:
        """Take over what a training loop has summed, so that ``result`` tells it."""
        self._totals, self._samples = [np.array(t) for t in totals], samples

    def state(self) -> dict[str, Any]:
        """What is summed so far, for a checkpoint; `show` takes it up again."""
        return {"totals": list(self._totals), "samples": self._samples}

    def result(self) -> Any:
        """The metric over all batches since the last reset; 0 where there was none."""
        return self.from_totals(self._totals, self._samples) if self._samples else 0.0

    def reset_state(self) -> None:
        """Forget all batches."""
        self._totals = []
        self._samples = 0

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Count a batch in and give the result so far."""
        self.update_state(y_true, y_pred, sample_weight)
        return self.result()
