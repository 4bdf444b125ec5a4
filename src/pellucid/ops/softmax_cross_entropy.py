"""Softmax and cross-entropy in one: the loss of classification, from logits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.autodiff import Op, Spec, Tensor, as_tensors, promote
from pellucid.errors import ArgumentError, DataError, ShapeError
from pellucid.kernels.call import Access, Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.binding import vectors
from pellucid.ops.dtypes import floating


class SoftmaxCrossEntropy(Op):
    r"""Cross-entropy of a target with the softmax of logits, along the last axis.

        L = -sum_k t_k log p_k        p = softmax(z)        dL/dz = p sum_k t_k - t        dL/dt = -log p

    With a label c, the number of the right class, t is 1 at c and 0 elsewhere: L = -log p_c, dL/dz = p - t.

    Shapes: logits (..., C), target probabilities (..., C) or integer labels (...) -> (...). Softmax and logarithm in one need no
    clipping: the loss of a hopeless prediction stays finite, and its gradient right.
    """

    def infer(self, logits: Spec, target: Spec) -> Spec:
        if not logits.is_float or logits.ndim < 1 or logits.shape[-1] == 0:
            raise ArgumentError(f"logits must be floats with an axis of classes, the last. Received {logits}.")
        if target.shape == logits.shape and target.is_float:
            return Spec(logits.shape[:-1], promote(logits.dtype, target.dtype))
        if target.shape == logits.shape[:-1] and target.dtype.kind in "iu":
            return logits.with_shape(logits.shape[:-1])
        raise ShapeError(
            f"the target must be integer labels of shape {logits.shape[:-1]} or probabilities of shape {logits.shape}, "
            f"for logits {logits}. Received {target}."
        )

    def forward(self, xp: Any, logits: Any, target: Any) -> Any:
        log_p = _log_softmax(xp, logits)
        if target.ndim == logits.ndim:
            return -xp.sum(target * log_p, axis=-1)
        _refuse_strange_labels(target, logits.shape[-1])
        return -xp.take_along_axis(log_p, target[..., None], axis=-1)[..., 0]

    def backward(self, xp: Any, grad: Any, logits: Any, target: Any) -> Any:
        log_p = _log_softmax(xp, logits)
        if target.ndim == logits.ndim:
            mass = xp.sum(target, axis=-1, keepdims=True)
            return grad[..., None] * (xp.exp(log_p) * mass - target), grad[..., None] * -log_p
        one_hot = xp.arange(logits.shape[-1]) == target[..., None]
        return grad[..., None] * (xp.exp(log_p) - one_hot), None

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        logits, target = inputs
        kind = _kind(logits, target)
        if kind is None or not all_float32(y):
            return None
        return [Call(f"softmax_cross_entropy.forward_{kind}", *_common(logits, target), writes(y))]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (logits, target), (dlogits, dtarget) = needed, into
        kind = _kind(logits, target)
        if kind is None or dlogits is None or dtarget is not None or not all_float32(grad, dlogits):
            return None
        sizes, places = _common(logits, target)[:3], _common(logits, target)[3:]
        return [
            Call(
                f"softmax_cross_entropy.backward_{kind}",
                *sizes,
                accumulate[0],
                reads(grad, Share.ROWS),
                *places,
                gradient_into(dlogits, accumulate[0]),
            )
        ]


def _log_softmax(xp: Any, logits: Any) -> Any:
    shifted = logits - xp.max(logits, axis=-1, keepdims=True)
    return shifted - xp.log(xp.sum(xp.exp(shifted), axis=-1, keepdims=True))


def _refuse_strange_labels(labels: Any, classes: int) -> None:
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise DataError(
            f"labels must be the numbers of classes, 0 to {classes - 1} for logits of {classes} classes. Received labels from "
            f"{labels.min()} to {labels.max()}."
        )


def _kind(logits: Buffer, target: Buffer) -> str | None:
    """Which twin serves these, if any."""
    if len(logits.shape) < 2 or not all_float32(logits):
        return None
    if len(target.shape) == len(logits.shape):
        return "probabilities" if all_float32(target) else None
    return "labels" if target.dtype == "int64" else None


def _common(logits: Buffer, target: Buffer) -> tuple[int | Access, ...]:
    return (*vectors(logits), reads(logits, Share.ROWS), reads(target, Share.ROWS))


def softmax_cross_entropy(logits: Any, target: Any) -> Tensor:
    """Cross-entropy of ``target`` with softmax(``logits``) along the last axis; see `SoftmaxCrossEntropy`.

    Args:
        logits: scores of the classes, (..., C).
        target: the right classes' numbers, integers (...), or probabilities of all classes, (..., C).

    Raises:
        ShapeError: the target is neither.
        DataError: a label is not the number of a class.

    >>> import pellucid as pl
    >>> pl.ops.softmax_cross_entropy([[0.0, 0.0], [100.0, 0.0]], [1, 1]).numpy().round(4)
    array([  0.6931, 100.    ], dtype=float32)
    """
    z, t = as_tensors(logits, target)
    if t.ndim == z.ndim:
        return SoftmaxCrossEntropy()(*floating(z, t))
    return SoftmaxCrossEntropy()(*floating(z), t)
