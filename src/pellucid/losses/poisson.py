"""Poisson loss: regression of counts."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.losses.alignment import as_columns
from pellucid.losses.logits import EPSILON
from pellucid.losses.loss import Loss


class Poisson(Loss):
    """Negative log-likelihood of counts under a Poisson distribution of the predicted mean, without the part log(t!).

        L = 1/n sum (y - t log(y + 1e-7))        dL/dy = 1/n (1 - t / (y + 1e-7))

    Shapes: y_true and y_pred (batch, ..., n) -> (batch, ...). Predictions must be positive (an exponential or softplus output);
    the loss of a negative one is NaN, as in Keras.

    Args:
        reduction, name: see `Loss`.

    >>> import math, pellucid as pl
    >>> round(pl.losses.Poisson()([[2.0]], [[math.e]]).item(), 5)  # e - 2
    0.71828
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str | None = None) -> None:
        super().__init__(name, reduction)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return ops.mean(as_columns(y_pred - y_true * ops.log(y_pred + EPSILON)), axis=-1)


def poisson(y_true: Any, y_pred: Any) -> Tensor:
    """The loss of each sample; see `Poisson`."""
    return Poisson().values(y_true, y_pred)
