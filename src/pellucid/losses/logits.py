"""Finding the logits under predicted probabilities."""

from __future__ import annotations

from pellucid.autodiff import Op, Tensor

EPSILON = 1e-7
"""Where probabilities must be clipped before a logarithm, they are clipped here, as Keras does."""


def logits_under(y_pred: Tensor, activation: type[Op]) -> Tensor | None:
    """What ``activation`` was applied to, where it made ``y_pred`` along the last axis; None otherwise.

    A cross-entropy of logits is exact and stable: softmax and logarithm together need no clipping, lose no digits where a
    probability is next to 0 or 1, and their gradient is p - t at once. So a loss of probabilities steps back over the activation.
    """
    node = y_pred.node
    if node is None or not isinstance(node.op, activation):
        return None
    axis = getattr(node.op, "axis", -1)
    return node.inputs[0] if axis in (-1, y_pred.ndim - 1) else None
