"""Sparse categorical cross-entropy: one class of many, targets as the numbers of the classes."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from pellucid import ops
from pellucid.arguments import flag, integer
from pellucid.autodiff import Spec, Tensor
from pellucid.errors import ShapeError
from pellucid.losses.alignment import axis_last, without
from pellucid.losses.logits import EPSILON, logits_under
from pellucid.losses.loss import Array, Loss, refuse_rows


class SparseCategoricalCrossentropy(Loss):
    """Cross-entropy of predicted probabilities with the number of the right class: `CategoricalCrossentropy` without one-hot.

        L = -log p_c        p = softmax(z):  dL/dz = p - onehot(c)

    Shapes: y_true (batch, ...) or (batch, ..., 1), y_pred (batch, ..., classes) -> (batch, ...). Clipping as there.

    Args:
        from_logits: y_pred are logits (no softmax was applied), not probabilities.
        ignore_class: number of a class whose samples have no loss and do not count in the mean; it need not be an output.
        reduction, name: see `Loss`.
        axis: of the classes in y_pred.

    >>> import pellucid as pl
    >>> round(pl.losses.SparseCategoricalCrossentropy()([1], [[0.4, 0.6]]).item(), 6)  # -log 0.6
    0.510826
    """

    takes_labels: ClassVar[bool] = True

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = None,
    ) -> None:
        super().__init__(name, reduction)
        owner = "SparseCategoricalCrossentropy"
        self.from_logits = flag(owner, "from_logits", from_logits)
        self.ignore_class = None if ignore_class is None else integer(owner, "ignore_class", ignore_class)
        self.axis = integer(owner, "axis", axis)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        counts = self.mask(y_true)
        if counts is None:
            return self._entropy(y_true, y_pred)
        labels = ops.where(counts, y_true, ops.zeros_like(y_true))
        return ops.cast(counts, y_pred.dtype) * self._entropy(labels, y_pred)

    def mask(self, y_true: Tensor) -> Tensor | None:
        return None if self.ignore_class is None else ops.not_equal(y_true, self.ignore_class)

    def _entropy(self, labels: Tensor, y_pred: Tensor) -> Tensor:
        logits = y_pred if self.from_logits else logits_under(y_pred, ops.Softmax, self.axis)
        if logits is not None:
            return ops.softmax_cross_entropy(axis_last(logits, self.axis), labels)
        p = axis_last(y_pred / ops.sum(y_pred, axis=self.axis, keepdims=True), self.axis)
        t = ops.one_hot(labels, p.shape[-1], dtype=y_pred.dtype)
        return -ops.sum(t * ops.log(ops.clip(p, EPSILON, 1 - EPSILON)), axis=-1)

    def check_targets(self, y: Array, outputs: Spec) -> None:
        super().check_targets(y, outputs)
        classes = outputs.shape[self.axis]
        if y.dtype.kind == "f":
            refuse_rows(self.name, y, y != np.floor(y), "targets are the numbers of classes and must be whole")
        beyond = (y < 0) | (y >= classes)
        refuse_rows(
            self.name,
            y,
            beyond if self.ignore_class is None else beyond & (y != self.ignore_class),
            f"targets must be the numbers of classes, 0 to {classes - 1}, because the model's output has {classes}",
            "Give the last layer one unit a class, or count the classes from 0.",
        )

    def _check_shape(self, y: Array, outputs: Spec) -> None:
        expected = without(outputs.shape, self.axis)[1:]
        if y.shape[1:] not in (expected, (*expected, 1)):
            way_out = " For one-hot targets, use CategoricalCrossentropy." if y.shape[1:] == outputs.shape[1:] else ""
            raise ShapeError(
                f"{self.name}: a target is the number of a class, so one target must have shape {expected} where the model's "
                f"output for one sample has shape {outputs.shape[1:]}. Received {y.shape[1:]}.{way_out}"
            )


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Tensor:
    """The loss of each sample; see `SparseCategoricalCrossentropy`."""
    return SparseCategoricalCrossentropy(from_logits, ignore_class, axis=axis).values(y_true, y_pred)
