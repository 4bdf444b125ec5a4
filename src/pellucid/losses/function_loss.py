"""A user's function as a loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid import ops
from pellucid.autodiff import Spec, Tensor, as_tensor
from pellucid.errors import ShapeError
from pellucid.losses.loss import Array, Loss


class FunctionLoss(Loss):
    """A loss from a plain function ``(y_true, y_pred)`` that gives one value a sample, or one number.

    Targets come in the dtype of the predictions (labels too, as in Keras: cast them to use them as numbers of classes), and
    shapes are brought together where they differ by a last axis of length 1 alone.

    >>> import pellucid as pl
    >>> loss = pl.losses.get(lambda y_true, y_pred: pl.ops.absolute(y_true - y_pred))
    >>> loss([1.0, 2.0], [1.5, 2.5]).item()
    0.5
    """

    def __init__(self, function: Callable[[Tensor, Tensor], Any], name: str | None = None) -> None:
        super().__init__(name or getattr(function, "__name__", type(function).__name__))
        self.function = function

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return as_tensor(self.function(y_true, y_pred))

    def _target(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        try:
            return super()._target(y_true, y_pred)
        except ShapeError:
            return ops.cast(y_true, y_pred.dtype)  # what fits is the function's to say

    def _check_shape(self, y: Array, outputs: Spec) -> None:
        pass

    def get_config(self) -> dict[str, Any]:
        raise NotImplementedError(
            f"The loss {self.name!r} is a plain function, which a file cannot hold. Write a subclass of pellucid.losses.Loss "
            "and make it known with pellucid.losses.register()."
        )
