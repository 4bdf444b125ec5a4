"""Metrics that are a mean of one value a sample."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from pellucid import ops
from pellucid.autodiff import Tensor, as_tensor
from pellucid.losses.alignment import align_weights, of_steps
from pellucid.metrics.metric import Array, Metric


class MeanMetric(Metric):
    """Base of means: ``values`` gives one value a sample, or several; the metric is their weighted mean.

    sum of w * value / sum of w

    Where the predictions carry the mask of a sequence, the steps that it hides have no weight, as in Keras.
    """

    @abstractmethod
    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """One value a sample: shape (batch, ...)."""

    def statistics(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> tuple[Tensor, ...]:
        values = self.values(y_true, y_pred)
        mask = of_steps(y_pred.mask, values)
        parts = [] if sample_weight is None else [align_weights(sample_weight, values)]
        if mask is not None:
            parts.append(ops.cast(align_weights(mask, values), values.dtype))
        if not parts:
            return (values,) if values.ndim <= 1 else (_flat(values), as_tensor(np.full(1, values.size, values.dtype)))
        weights = reduce(ops.multiply, parts)
        repeated = values.size // max(weights.size, 1)  # one weight a sample counts for all its values
        return _flat(values * weights), _flat(weights if repeated == 1 else weights * float(repeated))

    def from_totals(self, totals: Sequence[Array], samples: int) -> float:
        weights = float(totals[1]) if len(totals) > 1 else samples
        return float(totals[0]) / weights if weights else 0.0


def _flat(values: Tensor) -> Tensor:
    """Every step by itself: batches may differ in their length."""
    return ops.reshape(values, (-1,))


class FunctionMetric(MeanMetric):
    """The mean of a plain function ``(y_true, y_pred)`` that gives one value a sample, or one number for the batch.

    >>> import pellucid as pl
    >>> off = pl.metrics.get(lambda y_true, y_pred: pl.ops.absolute(y_true - y_pred))
    >>> off([1.0, 2.0], [1.5, 2.5])
    0.5
    """

    def __init__(self, function: Callable[[Tensor, Tensor], Any], name: str | None = None) -> None:
        super().__init__(name or getattr(function, "__name__", type(function).__name__))
        self.function = function

    def values(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        values = as_tensor(self.function(y_true, y_pred))
        if values.ndim == 0:  # a mean over the batch already: it counts once for each sample
            values = values + np.zeros(y_pred.shape[0], np.float32)
        return values

    def get_config(self) -> dict[str, Any]:
        raise NotImplementedError(
            f"The metric {self.name!r} is a plain function, which a file cannot hold. Write a subclass of "
            "pellucid.metrics.Metric and make it known with pellucid.metrics.register()."
        )
