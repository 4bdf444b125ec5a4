"""Categorical cross-entropy: one class of many, targets as probabilities of the classes (one-hot)."""

from __future__ import annotations

from pellucid import ops
from pellucid.arguments import flag
from pellucid.autodiff import Spec, Tensor
from pellucid.errors import ShapeError
from pellucid.losses.logits import EPSILON, logits_under
from pellucid.losses.loss import Array, Loss, refuse_rows


class CategoricalCrossentropy(Loss):
    """Cross-entropy of predicted probabilities with target probabilities over the last axis.

        L = -sum t_k log p_k        p = softmax(z):  dL/dz = p - t

    Shapes: y_true and y_pred (batch, ..., classes) -> (batch, ...). Probabilities that a softmax made are traced back to their
    logits and need no clipping; others are divided by their sum and clipped to [1e-7, 1 - 1e-7], as in Keras.

    Args:
        from_logits: y_pred are logits (no softmax was applied), not probabilities.

    >>> import pellucid as pl
    >>> round(pl.losses.CategoricalCrossentropy()([[0.0, 1.0]], [[0.4, 0.6]]).item(), 6)  # -log 0.6
    0.510826
    """

    def __init__(self, from_logits: bool = False, name: str | None = None) -> None:
        super().__init__(name)
        self.from_logits = flag("CategoricalCrossentropy", "from_logits", from_logits)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        logits = y_pred if self.from_logits else logits_under(y_pred, ops.Softmax)
        if logits is not None:
            return ops.softmax_cross_entropy(logits, y_true)
        p = y_pred / ops.sum(y_pred, axis=-1, keepdims=True)
        return -ops.sum(y_true * ops.log(ops.clip(p, EPSILON, 1 - EPSILON)), axis=-1)

    def check_targets(self, y: Array, outputs: Spec) -> None:
        super().check_targets(y, outputs)
        refuse_rows(
            self.name,
            y,
            (y < 0) | (y > 1),
            "targets are the probabilities of classes and must lie between 0 and 1",
            "For the numbers of classes, use SparseCategoricalCrossentropy.",
        )

    def _check_shape(self, y: Array, outputs: Spec) -> None:
        expected = outputs.shape[1:]
        if y.shape[1:] != expected:
            like_labels = y.shape[1:] in (expected[:-1], (*expected[:-1], 1))
            way_out = (
                " Are these the numbers of classes? Then use SparseCategoricalCrossentropy, or pellucid.utils.to_categorical."
                if like_labels
                else ""
            )
            raise ShapeError(
                f"{self.name}: one target must have shape {expected}, one value for each class. Received {y.shape[1:]}.{way_out}"
            )
