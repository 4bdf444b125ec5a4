"""Binary cross-entropy: yes/no targets, each on its own."""

from __future__ import annotations

from pellucid import ops
from pellucid.arguments import flag
from pellucid.autodiff import Spec, Tensor
from pellucid.losses.alignment import as_columns
from pellucid.losses.logits import EPSILON, logits_under
from pellucid.losses.loss import Array, Loss, refuse_rows


class BinaryCrossentropy(Loss):
    """Cross-entropy of each output with a target between 0 and 1; mean over the last axis.

        L = 1/n sum -(t log p + (1 - t) log(1 - p))        p = sigmoid(z):  dL/dz = (p - t) / n

    Shapes: y_true and y_pred (batch, ..., n) -> (batch, ...). Probabilities that a sigmoid made are traced back to their logits
    and need no clipping; others are clipped to [1e-7, 1 - 1e-7] as in Keras.

    Args:
        from_logits: y_pred are logits (no sigmoid was applied), not probabilities.

    >>> import pellucid as pl
    >>> round(pl.losses.BinaryCrossentropy()([[1.0]], [[0.6]]).item(), 6)  # -log 0.6
    0.510826
    """

    def __init__(self, from_logits: bool = False, name: str | None = None) -> None:
        super().__init__(name)
        self.from_logits = flag("BinaryCrossentropy", "from_logits", from_logits)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        logits = y_pred if self.from_logits else logits_under(y_pred, ops.Sigmoid)
        t = as_columns(y_true)
        if logits is not None:
            return ops.sigmoid_cross_entropy(as_columns(logits), t)
        p = as_columns(ops.clip(y_pred, EPSILON, 1 - EPSILON))
        return -ops.mean(t * ops.log(p) + (1 - t) * ops.log(1 - p), axis=-1)

    def check_targets(self, y: Array, outputs: Spec) -> None:
        super().check_targets(y, outputs)
        refuse_rows(
            self.name,
            y,
            (y < 0) | (y > 1),
            "targets must lie between 0 and 1",
            "For the numbers of more than two classes, use SparseCategoricalCrossentropy with one output a class.",
        )
