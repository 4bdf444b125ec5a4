"""Categorical cross-entropy: one class of many, targets as probabilities of the classes (one-hot)."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.arguments import flag, integer, real
from pellucid.autodiff import Spec, Tensor
from pellucid.errors import ShapeError
from pellucid.losses.alignment import axis_last
from pellucid.losses.binary_crossentropy import focal_factor
from pellucid.losses.logits import EPSILON, logits_under, smoothed
from pellucid.losses.loss import Array, Loss, refuse_rows


class CategoricalLoss(Loss):
    """What losses of targets that are probabilities of classes check."""

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


class CategoricalCrossentropy(CategoricalLoss):
    """Cross-entropy of predicted probabilities with target probabilities over one axis.

        L = -sum t_k log p_k        p = softmax(z):  dL/dz = p - t

    Shapes: y_true and y_pred (batch, ..., classes) -> (batch, ...). Probabilities that a softmax made are traced back to their
    logits and need no clipping; others are divided by their sum and clipped to [1e-7, 1 - 1e-7], as in Keras.

    Args:
        from_logits: y_pred are logits (no softmax was applied), not probabilities.
        label_smoothing: s in [0, 1] moves targets towards equal chances: t (1 - s) + s / classes.
        axis: of the classes.
        reduction, name: see `Loss`.

    >>> import pellucid as pl
    >>> round(pl.losses.CategoricalCrossentropy()([[0.0, 1.0]], [[0.4, 0.6]]).item(), 6)  # -log 0.6
    0.510826
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
    ) -> None:
        super().__init__(name, reduction)
        self.from_logits = flag("CategoricalCrossentropy", "from_logits", from_logits)
        self.label_smoothing = real("CategoricalCrossentropy", "label_smoothing", label_smoothing, at_least=0, at_most=1)
        self.axis = integer("CategoricalCrossentropy", "axis", axis)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        logits = y_pred if self.from_logits else logits_under(y_pred, ops.Softmax, self.axis)
        t = axis_last(smoothed(y_true, self.label_smoothing, y_pred.shape[self.axis]), self.axis)
        if logits is not None:
            return ops.softmax_cross_entropy(axis_last(logits, self.axis), t)
        p = axis_last(y_pred / ops.sum(y_pred, axis=self.axis, keepdims=True), self.axis)
        return -ops.sum(t * ops.log(ops.clip(p, EPSILON, 1 - EPSILON)), axis=-1)


class CategoricalFocalCrossentropy(CategoricalLoss):
    """Categorical cross-entropy in which what is right already counts less.

        L = - sum_k alpha (1 - p_k)^gamma t_k log p_k

    Shapes: y_true and y_pred (batch, ..., classes) -> (batch, ...). Source: Lin et al. 2017, Focal loss for dense object
    detection. Logits are never turned into clipped probabilities, as Keras does: a very wrong one keeps its loss and gradient.

    Args:
        alpha: a factor of the whole, >= 0.
        gamma: how much less what is right counts, >= 0; 0 is the plain cross-entropy.
        from_logits, label_smoothing, axis: see `CategoricalCrossentropy`.
        reduction, name: see `Loss`.

    >>> import pellucid as pl
    >>> round(pl.losses.CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.4, 0.6]]).item(), 6)  # -0.25 * 0.4^2 log 0.6
    0.020433
    """

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
    ) -> None:
        super().__init__(name, reduction)
        owner = "CategoricalFocalCrossentropy"
        self.alpha = real(owner, "alpha", alpha, at_least=0)
        self.gamma = real(owner, "gamma", gamma, at_least=0)
        self.from_logits = flag(owner, "from_logits", from_logits)
        self.label_smoothing = real(owner, "label_smoothing", label_smoothing, at_least=0, at_most=1)
        self.axis = integer(owner, "axis", axis)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        logits = y_pred if self.from_logits else logits_under(y_pred, ops.Softmax, self.axis)
        t = smoothed(y_true, self.label_smoothing, y_pred.shape[self.axis])
        if logits is not None:
            log_p = ops.log_softmax(logits, axis=self.axis)
            p = ops.exp(log_p)
        else:
            p = ops.clip(y_pred / ops.sum(y_pred, axis=self.axis, keepdims=True), EPSILON, 1 - EPSILON)
            log_p = ops.log(p)
        return -self.alpha * ops.sum(focal_factor(1 - p, self.gamma) * (t * log_p), axis=self.axis)


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Tensor:
    """The loss of each sample; see `CategoricalCrossentropy`."""
    return CategoricalCrossentropy(from_logits, label_smoothing, axis).values(y_true, y_pred)


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """The loss of each sample; see `CategoricalFocalCrossentropy`."""
    return CategoricalFocalCrossentropy(alpha, gamma, from_logits, label_smoothing, axis).values(y_true, y_pred)
