"""Sigmoid and cross-entropy in one: the loss of yes/no outputs, from logits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.autodiff import Tensor
from pellucid.kernels.call import Buffer, Call
from pellucid.ops.dtypes import floating
from pellucid.ops.mean_over_last_axis import MeanOverLastAxis
from pellucid.ops.sigmoid import Sigmoid


class SigmoidCrossEntropy(MeanOverLastAxis):
    r"""Cross-entropy of targets with the sigmoid of logits, each element on its own, mean over the last axis.

        L = -1/n sum_k (t_k log p_k + (1 - t_k) log(1 - p_k))        p = sigmoid(z)
          =  1/n sum_k (max(z_k, 0) - z_k t_k + log(1 + e^-|z_k|))

        dL/dz = (p - t) / n        dL/dt = -z / n

    Shapes: logits z (..., n), target t (..., n) -> (...). The second form neither overflows nor takes the logarithm of 0.
    """

    def forward(self, xp: Any, logits: Any, target: Any) -> Any:
        return xp.mean(xp.maximum(logits, 0) - logits * target + xp.log1p(xp.exp(-xp.abs(logits))), axis=-1)

    def backward(self, xp: Any, grad: Any, logits: Any, target: Any) -> Any:
        share = grad[..., None] / logits.shape[-1]
        return share * (Sigmoid().forward(xp, logits) - target), -share * logits

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        return self._bind_forward("sigmoid_cross_entropy.forward", inputs, y)

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        dlogits, dtarget = into
        if dlogits is None or dtarget is not None:
            return None
        return self._bind_backward("sigmoid_cross_entropy.backward", grad, needed, dlogits, accumulate[0])


def sigmoid_cross_entropy(logits: Any, target: Any) -> Tensor:
    """Cross-entropy of ``target`` (0 to 1) with sigmoid(``logits``), mean over the last axis; see `SigmoidCrossEntropy`.

    Raises:
        ShapeError: the shapes differ (they are not broadcast), or there is no last axis.

    >>> import pellucid as pl
    >>> pl.ops.sigmoid_cross_entropy([[0.0, 0.0], [100.0, -100.0]], [[0, 1], [0, 0]]).numpy().round(4)
    array([ 0.6931, 50.    ], dtype=float32)
    """
    return SigmoidCrossEntropy()(*floating(logits, target))
