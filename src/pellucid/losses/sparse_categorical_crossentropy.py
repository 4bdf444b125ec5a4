"""Sparse categorical cross-entropy: one class of many, targets as the numbers of the classes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from pellucid import ops
from pellucid.arguments import flag
from pellucid.autodiff import Spec, Tensor
from pellucid.errors import ShapeError
from pellucid.losses.logits import EPSILON, logits_under
from pellucid.losses.loss import Array, Loss, refuse_rows


class SparseCategoricalCrossentropy(Loss):
    """Cross-entropy of predicted probabilities with the number of the right class: `CategoricalCrossentropy` without one-hot.

        L = -log p_c        p = softmax(z):  dL/dz = p - onehot(c)

    Shapes: y_true (batch, ...) or (batch, ..., 1), y_pred (batch, ..., classes) -> (batch, ...). Clipping as there.

    Args:
        from_logits: y_pred are logits (no softmax was applied), not probabilities.

    >>> import pellucid as pl
    >>> round(pl.losses.SparseCategoricalCrossentropy()([1], [[0.4, 0.6]]).item(), 6)  # -log 0.6
    0.510826
    """

    takes_labels: ClassVar[bool] = True

    def __init__(self, from_logits: bool = False, name: str | None = None) -> None:
        super().__init__(name)
        self.from_logits = flag("SparseCategoricalCrossentropy", "from_logits", from_logits)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        logits = y_pred if self.from_logits else logits_under(y_pred, ops.Softmax)
        if logits is not None:
            return ops.softmax_cross_entropy(logits, y_true)
        p = y_pred / ops.sum(y_pred, axis=-1, keepdims=True)
        t = ops.one_hot(y_true, y_pred.shape[-1], dtype=y_pred.dtype)
        return -ops.sum(t * ops.log(ops.clip(p, EPSILON, 1 - EPSILON)), axis=-1)

    def check_targets(self, y: Array, outputs: Spec) -> None:
        super().check_targets(y, outputs)
        classes = outputs.shape[-1]
        if y.dtype.kind == "f":
            refuse_rows(self.name, y, y != np.floor(y), "targets are the numbers of classes and must be whole")
        refuse_rows(
            self.name,
            y,
            (y < 0) | (y >= classes),
            f"targets must be the numbers of classes, 0 to {classes - 1}, because the model's output has {classes}",
            "Give the last layer one unit a class, or count the classes from 0.",
        )

    def _check_shape(self, y: Array, outputs: Spec) -> None:
        expected = outputs.shape[1:-1]
        if y.shape[1:] not in (expected, (*expected, 1)):
            way_out = " For one-hot targets, use CategoricalCrossentropy." if y.shape[1:] == outputs.shape[1:] else ""
            raise ShapeError(
                f"{self.name}: a target is the number of a class, so one target must have shape {expected} where the model's "
                f"output for one sample has shape {outputs.shape[1:]}. Received {y.shape[1:]}.{way_out}"
            )
