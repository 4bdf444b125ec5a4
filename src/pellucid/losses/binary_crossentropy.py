"""Binary cross-entropy: yes/no outputs."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.arguments import flag, integer, real
from pellucid.autodiff import Spec, Tensor
from pellucid.losses.alignment import as_columns, axis_last
from pellucid.losses.logits import EPSILON, logits_under, pairwise_sigmoid_cross_entropy, smoothed
from pellucid.losses.loss import Array, Loss, refuse_rows


class BinaryLoss(Loss):
    """What losses of targets that are the probability of a yes check."""

    def check_targets(self, y: Array, outputs: Spec) -> None:
        super().check_targets(y, outputs)
        refuse_rows(
            self.name,
            y,
            (y < 0) | (y > 1),
            "targets must lie between 0 and 1",
            "For the numbers of more than two classes, use SparseCategoricalCrossentropy with one output a class.",
        )


class BinaryCrossentropy(BinaryLoss):
    """Cross-entropy of each output with its own target, mean over one axis.

        L = -1/n sum (t log p + (1 - t) log(1 - p))        p = sigmoid(z):  dL/dz = (p - t) / n

    Shapes: y_true and y_pred (batch, ..., n) -> (batch, ...). Probabilities that a sigmoid made are traced back to their logits
    and need no clipping; others are clipped to [1e-7, 1 - 1e-7], as in Keras.

    Args:
        from_logits: y_pred are logits (no sigmoid was applied), not probabilities.
        label_smoothing: s in [0, 1] moves targets towards 1/2: t (1 - s) + s / 2.
        axis: of the mean.
        reduction, name: see `Loss`.

    >>> import pellucid as pl
    >>> round(pl.losses.BinaryCrossentropy()([[1.0]], [[0.6]]).item(), 6)  # -log 0.6
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
        self.from_logits = flag("BinaryCrossentropy", "from_logits", from_logits)
        self.label_smoothing = real("BinaryCrossentropy", "label_smoothing", label_smoothing, at_least=0, at_most=1)
        self.axis = integer("BinaryCrossentropy", "axis", axis)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        logits = y_pred if self.from_logits else logits_under(y_pred, ops.Sigmoid)
        t = axis_last(as_columns(smoothed(y_true, self.label_smoothing, 2)), self.axis)
        if logits is not None:
            return ops.sigmoid_cross_entropy(axis_last(as_columns(logits), self.axis), t)
        p = axis_last(as_columns(ops.clip(y_pred, EPSILON, 1 - EPSILON)), self.axis)
        return -ops.mean(t * ops.log(p) + (1 - t) * ops.log(1 - p), axis=-1)


class BinaryFocalCrossentropy(BinaryLoss):
    """Binary cross-entropy in which what is right already counts less; mean over one axis: few positives among many negatives.

        L = 1/n sum a (1 - q)^gamma (-log q)        q = p where t = 1, 1 - p where t = 0

    a is ``alpha`` where t = 1 and 1 - ``alpha`` where t = 0, or 1 everywhere without ``apply_class_balancing``.

    Shapes: y_true and y_pred (batch, ..., n) -> (batch, ...). Source: Lin et al. 2017, Focal loss for dense object detection.
    Logits are never turned into clipped probabilities, as Keras does: a very wrong one keeps its loss and gradient.

    Args:
        apply_class_balancing: whether ``alpha`` counts.
        alpha: weight of the targets 1, in [0, 1].
        gamma: how much less what is right counts, >= 0; 0 is the plain cross-entropy.
        from_logits, label_smoothing, axis: see `BinaryCrossentropy`.
        reduction, name: see `Loss`.

    >>> import pellucid as pl
    >>> round(pl.losses.BinaryFocalCrossentropy()([[1.0]], [[0.6]]).item(), 6)  # -0.4^2 log 0.6
    0.081732
    """

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
    ) -> None:
        super().__init__(name, reduction)
        owner = "BinaryFocalCrossentropy"
        self.apply_class_balancing = flag(owner, "apply_class_balancing", apply_class_balancing)
        self.alpha = real(owner, "alpha", alpha, at_least=0, at_most=1)
        self.gamma = real(owner, "gamma", gamma, at_least=0)
        self.from_logits = flag(owner, "from_logits", from_logits)
        self.label_smoothing = real(owner, "label_smoothing", label_smoothing, at_least=0, at_most=1)
        self.axis = integer(owner, "axis", axis)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        logits = y_pred if self.from_logits else logits_under(y_pred, ops.Sigmoid)
        t = as_columns(smoothed(y_true, self.label_smoothing, 2))
        if logits is not None:
            z = as_columns(logits)
            p, wrong = ops.sigmoid(z), ops.sigmoid(-z)  # 1 - p without cancelling
            entropy = pairwise_sigmoid_cross_entropy(z, t)
        else:
            p = as_columns(y_pred)
            wrong = 1 - p
            clipped = ops.clip(p, EPSILON, 1 - EPSILON)
            entropy = -(t * ops.log(clipped) + (1 - t) * ops.log(1 - clipped))
        focal = focal_factor(t * wrong + (1 - t) * p, self.gamma) * entropy
        if self.apply_class_balancing:
            focal = (t * self.alpha + (1 - t) * (1 - self.alpha)) * focal
        return ops.mean(axis_last(focal, self.axis), axis=-1)


def focal_factor(missed: Tensor, gamma: float) -> Tensor | float:
    """``missed``^gamma, with a derivative that is finite where nothing is missed."""
    if gamma == 0:
        return 1.0
    return ops.power(missed if gamma >= 1 else ops.clip(missed, EPSILON, 1.0), float(gamma))


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Tensor:
    """The loss of each sample; see `BinaryCrossentropy`."""
    return BinaryCrossentropy(from_logits, label_smoothing, axis).values(y_true, y_pred)


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """The loss of each sample; see `BinaryFocalCrossentropy`."""
    loss = BinaryFocalCrossentropy(apply_class_balancing, alpha, gamma, from_logits, label_smoothing, axis)
    return loss.values(y_true, y_pred)
