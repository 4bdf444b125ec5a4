"""Cosine similarity: the angle between prediction and target."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.arguments import integer
from pellucid.autodiff import Tensor
from pellucid.losses.alignment import as_columns
from pellucid.losses.loss import Loss


class CosineSimilarity(Loss):
    """Minus the cosine of the angle between prediction and target along ``axis``: -1 where they point the same way.

        L = - sum_k t_k y_k / (|t| |y|)

    Shapes: y_true and y_pred (batch, ..., n) -> (batch, ...), ``axis`` reduced. With a vector of zeros it is 0.

    Args:
        axis: along which the vectors lie.
        reduction, name: see `Loss`.

    >>> import pellucid as pl
    >>> round(pl.losses.CosineSimilarity()([[0.0, 1.0]], [[3.0, 4.0]]).item(), 6)
    -0.8
    """

    def __init__(self, axis: int = -1, reduction: str | None = "sum_over_batch_size", name: str | None = None) -> None:
        super().__init__(name, reduction)
        self.axis = integer("CosineSimilarity", "axis", axis)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return -cosine(y_true, y_pred, self.axis)


def cosine(y_true: Tensor, y_pred: Tensor, axis: int) -> Tensor:
    """The cosine of the angle between two vectors along ``axis``."""
    return ops.sum(_unit(as_columns(y_true), axis) * _unit(as_columns(y_pred), axis), axis=axis)


def _unit(x: Tensor, axis: int) -> Tensor:
    """``x`` of length 1 along ``axis``; zeros stay.

    Divided by its greatest entry first, a constant to the gradient, which depends on the direction alone: squares neither
    overflow nor vanish.
    """
    greatest = ops.stop_gradient(ops.max(ops.absolute(x), axis=axis, keepdims=True))
    x = x / ops.where(ops.equal(greatest, 0), ops.ones_like(greatest), greatest)
    squares = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return x / ops.sqrt(ops.where(ops.equal(squares, 0), ops.ones_like(squares), squares))


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    """The loss of each sample; see `CosineSimilarity`."""
    return CosineSimilarity(axis).values(y_true, y_pred)
