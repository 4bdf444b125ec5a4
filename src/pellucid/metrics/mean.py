"""Mean and sum of values, to be tracked by hand or from within a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid import ops
from pellucid.autodiff import Tensor, as_tensor
from pellucid.losses.alignment import align_weights
from pellucid.metrics.metric import Array, Metric


class _OfValues(Metric):
    """What is told of values, not of targets and predictions."""

    def update_state(self, values: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Count values in, each with its weight.

        Args:
            values: one number, or an array.
            sample_weight: as many, or one for each entry of the first axis.
        """
        values = as_tensor(values)
        if values.dtype.kind != "f":
            values = ops.cast(values, np.float32)
        weights = None if sample_weight is None else ops.cast(as_tensor(sample_weight), values.dtype)
        if values.ndim == 0:
            values = ops.reshape(values, (1,))
        if weights is not None:
            weights = ops.reshape(weights, (1,)) if weights.ndim == 0 else align_weights(weights, values)
            weights = ops.broadcast_to(weights, values.shape)
        self._count(self.statistics(values, ops.ones_like(values) if weights is None else weights), 1)

    def statistics(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> tuple[Tensor, ...]:
        """Of values and their weights: for each entry of the first axis the mean of what it holds, and of its weights."""
        values, weights = (ops.reshape(v, (v.shape[0], -1)) for v in (y_true * y_pred, y_pred))
        return ops.mean(values, axis=1), ops.mean(weights, axis=1)

    def __call__(self, values: Any, sample_weight: Any = None) -> Any:  # type: ignore[override]
        """Count values in and give the result so far."""
        self.update_state(values, sample_weight)
        return self.result()


class Mean(_OfValues):
    """The weighted mean of all values seen.

        sum of w * value / sum of w

    What an entry of the first axis holds is averaged first. A number, such as a batch's loss, counts once: pass
    ``sample_weight``, the batch's size, where batches are not of one size.

    >>> import pellucid as pl
    >>> loss = pl.metrics.Mean(name="loss")
    >>> loss.update_state([1.0, 3.0])
    >>> loss.update_state(8.0)
    >>> loss.result()
    4.0
    """

    def from_totals(self, totals: Sequence[Array], samples: int) -> float:
        values, weights = (float(t) for t in totals)
        return values / weights if weights else 0.0


class Sum(_OfValues):
    """The weighted sum of all values seen.

    >>> import pellucid as pl
    >>> pl.metrics.Sum()([1.0, 3.0])
    4.0
    """

    def statistics(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> tuple[Tensor, ...]:
        """Of values and their weights: the weighted sum of what each entry of the first axis holds."""
        return (ops.sum(ops.reshape(y_true * y_pred, (y_true.shape[0], -1)), axis=1),)

    def from_totals(self, totals: Sequence[Array], samples: int) -> float:
        return float(totals[0])
