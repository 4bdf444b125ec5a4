"""Kullback-Leibler divergence of two distributions."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.losses.alignment import as_columns
from pellucid.losses.logits import EPSILON
from pellucid.losses.loss import Loss


class KLDivergence(Loss):
    """How much a predicted distribution departs from the target's, over the last axis: cross-entropy less the target's entropy.

        L = sum t_k log(t_k / p_k)

    Shapes: y_true and y_pred (batch, ..., classes) -> (batch, ...), probabilities, clipped to [1e-7, 1] as in Keras.
    Source: Kullback and Leibler 1951, On information and sufficiency.

    Args:
        reduction, name: see `Loss`.

    >>> import pellucid as pl
    >>> round(pl.losses.KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]]).item(), 6)  # (log 2 + log 2/3) / 2
    0.143841
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = None) -> None:
        super().__init__(name, reduction)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        t, p = (ops.clip(v, EPSILON, 1.0) for v in (y_true, y_pred))
        return ops.sum(as_columns(t * (ops.log(t) - ops.log(p))), axis=-1)


def kl_divergence(y_true: Any, y_pred: Any) -> Tensor:
    """The loss of each sample; see `KLDivergence`."""
    return KLDivergence().values(y_true, y_pred)
