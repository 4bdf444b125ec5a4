"""Hinge losses: right by a margin is good enough."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.losses.alignment import as_columns
from pellucid.losses.loss import Loss


class Hinge(Loss):
    """How much a yes/no score misses the margin of 1, mean over the last axis: the loss of support vector machines.

        L = 1/n sum max(1 - t y, 0)        t in {-1, 1}

    Shapes: y_true and y_pred (batch, ..., n) -> (batch, ...). Source: Cortes and Vapnik 1995, Support-vector networks.

    A target of 0 counts as -1, so that 0 and 1 serve as well. Keras takes it so only where all targets of the batch are 0 or 1.

    Args:
        reduction, name: see `Loss`.

    >>> import pellucid as pl
    >>> pl.losses.Hinge()([[1.0], [0.0]], [[0.25], [0.5]]).item()  # (0.75 + 1.5) / 2
    1.125
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = None) -> None:
        super().__init__(name, reduction)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return ops.mean(as_columns(_missing(y_true, y_pred)), axis=-1)


class SquaredHinge(Loss):
    """The square of what a yes/no score misses of the margin of 1, mean over the last axis.

        L = 1/n sum max(1 - t y, 0)^2        t in {-1, 1}

    Shapes and targets as for `Hinge`; smooth where that has a corner.

    Args:
        reduction, name: see `Loss`.

    >>> import pellucid as pl
    >>> pl.losses.SquaredHinge()([[1.0], [0.0]], [[0.5], [0.5]]).item()  # (0.25 + 2.25) / 2
    1.25
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = None) -> None:
        super().__init__(name, reduction)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return ops.mean(as_columns(ops.square(_missing(y_true, y_pred))), axis=-1)


class CategoricalHinge(Loss):
    """How much the right class's score misses the margin of 1 to the best wrong one, over the last axis.

        L = max(1 + max_k (1 - t_k) y_k - sum_k t_k y_k, 0)        t one-hot

    Shapes: y_true and y_pred (batch, ..., classes) -> (batch, ...). As in Keras the right class enters the maximum as 0, so the
    scores of the wrong ones count as 0 where all are negative. Source: Crammer and Singer 2001.

    Args:
        reduction, name: see `Loss`.

    >>> import pellucid as pl
    >>> pl.losses.CategoricalHinge()([[0.0, 1.0]], [[0.75, 1.0]]).item()  # 1 + 0.75 - 1
    0.75
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = None) -> None:
        super().__init__(name, reduction)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        right = ops.sum(as_columns(y_true * y_pred), axis=-1)
        best_wrong = ops.max(as_columns((1 - y_true) * y_pred), axis=-1)
        return ops.maximum(1 + best_wrong - right, 0.0)


def _missing(y_true: Tensor, y_pred: Tensor) -> Tensor:
    sign = ops.where(ops.equal(y_true, 0), -ops.ones_like(y_true), y_true)
    return ops.maximum(1 - sign * y_pred, 0.0)


def hinge(y_true: Any, y_pred: Any) -> Tensor:
    """The loss of each sample; see `Hinge`."""
    return Hinge().values(y_true, y_pred)


def squared_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """The loss of each sample; see `SquaredHinge`."""
    return SquaredHinge().values(y_true, y_pred)


def categorical_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """The loss of each sample; see `CategoricalHinge`."""
    return CategoricalHinge().values(y_true, y_pred)
