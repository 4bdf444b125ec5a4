"""What the cross-entropies share: the logits under predicted probabilities, smoothed targets."""

from __future__ import annotations

from pellucid import ops
from pellucid.autodiff import Op, Tensor

EPSILON = 1e-7
"""Where probabilities must be clipped before a logarithm, they are clipped here, as Keras does."""


def logits_under(y_pred: Tensor, activation: type[Op], axis: int = -1) -> Tensor | None:
    """What ``activation`` was applied to, where it made ``y_pred`` along ``axis``; None otherwise.

    A cross-entropy of logits is exact and stable: softmax and logarithm together need no clipping, lose no digits where a
    probability is next to 0 or 1, and their gradient is p - t at once. So a loss of probabilities steps back over the activation.
    """
    node = y_pred.node
    if node is None or not isinstance(node.op, activation):
        return None
    along = getattr(node.op, "axis", axis)
    return node.inputs[0] if along % y_pred.ndim == axis % y_pred.ndim else None


def smoothed(y_true: Tensor, label_smoothing: float, classes: int) -> Tensor:
    """Targets moved towards equal chances: t (1 - s) + s / classes (Szegedy et al. 2016)."""
    return ops.rescale(y_true, 1 - label_smoothing, label_smoothing / classes) if label_smoothing else y_true


def pairwise_sigmoid_cross_entropy(logits: Tensor, y_true: Tensor) -> Tensor:
    """The cross-entropy of each element, not their mean: that over a last axis of length 1."""
    shape = (*logits.shape, 1)
    return ops.sigmoid_cross_entropy(ops.reshape(logits, shape), ops.reshape(y_true, shape))
