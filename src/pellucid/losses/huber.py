"""Huber's loss: squared near the target, absolute far from it."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.losses.alignment import as_columns
from pellucid.losses.loss import Loss


class Huber(Loss):
    """Squared difference where it is small, absolute where it is large; mean over the last axis: regression with outliers.

        L = 1/n sum h(y_pred - y_true)        h(e) = e^2 / 2  where |e| <= delta,  delta |e| - delta^2 / 2  elsewhere
                                              h'(e) = e held between -delta and delta

    Shapes: y_true and y_pred (batch, ..., n) -> (batch, ...). Source: Huber 1964, Robust estimation of a location parameter.

    Args:
        delta: where the parabola becomes a line, > 0.
        reduction, name: see `Loss`.

    >>> import pellucid as pl
    >>> pl.losses.Huber()([[0.0], [0.0]], [[1.0], [3.0]]).item()  # (0.5 + 2.5) / 2
    1.5
    """

    def __init__(
        self, delta: float = 1.0, reduction: str | None = "sum_over_batch_size", name: str | None = "huber_loss"
    ) -> None:
        super().__init__(name, reduction)
        self.delta = real("Huber", "delta", delta, above=0)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        distance = ops.absolute(y_pred - y_true)
        near = ops.minimum(distance, self.delta)  # h = near (|e| - near / 2), and one formula for both: no overflow of e^2
        return ops.mean(as_columns(near * (distance - 0.5 * near)), axis=-1)


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Tensor:
    """The loss of each sample; see `Huber`."""
    return Huber(delta).values(y_true, y_pred)
