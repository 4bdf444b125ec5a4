"""Targets and weights brought to the shape of what they belong to."""

from __future__ import annotations

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.errors import ShapeError


def align_target(y_true: Tensor, y_pred: Tensor, *, labels: bool, axis: int = -1) -> Tensor:
    """``y_true`` with the axes of ``y_pred``, where they differ by a last axis of length 1 alone.

    Labels have one axis less than the scores of their classes, which lie along ``axis``, so (batch, 1) becomes (batch,) there.

    Raises:
        ShapeError: they do not fit. Broadcasting (batch,) against (batch, 1) to (batch, batch) would be no error, but wrong.
    """
    wanted = without(y_pred.shape, axis) if labels else y_pred.shape
    if y_true.shape == wanted:
        return y_true
    if y_true.shape == (*wanted, 1) or (*y_true.shape, 1) == wanted:
        return ops.reshape(y_true, wanted)
    raise ShapeError(
        f"targets for predictions of shape {y_pred.shape} must have shape {wanted}. Received targets of shape {y_true.shape}."
    )


def align_weights(weights: Tensor, values: Tensor) -> Tensor:
    """``weights`` with axes of length 1 added at the end, so that one a sample serves all values of the sample.

    Raises:
        ShapeError: they do not fit.
    """
    shape = weights.shape
    if len(shape) > values.ndim and shape[-1] == 1:
        shape = shape[:-1]
    fits = len(shape) <= values.ndim and all(n in (1, m) for n, m in zip(shape, values.shape, strict=False))
    if not fits:
        raise ShapeError(f"sample weights of shape {weights.shape} do not fit values of shape {values.shape}.")
    shape = (*shape, *[1] * (values.ndim - len(shape)))
    return weights if shape == weights.shape else ops.reshape(weights, shape)


def of_steps(mask: Tensor | None, values: Tensor) -> Tensor | None:
    """The mask of a sequence, if the values are one a step: a mask of other steps says nothing of them."""
    return mask if mask is not None and mask.shape == values.shape[: mask.ndim] else None


def as_columns(x: Tensor) -> Tensor:
    """``x`` with an axis to take the mean over: one number a sample, (batch,), becomes (batch, 1)."""
    return x if x.ndim > 1 else ops.reshape(x, (*x.shape, 1))


def without(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    """
    >>> without((2, 3, 4), -2)
    (2, 4)
    """
    place = axis % len(shape)
    return (*shape[:place], *shape[place + 1 :])


def axis_last(x: Tensor, axis: int) -> Tensor:
    """``x`` with ``axis`` as its last axis, the others in their order."""
    place = axis % x.ndim
    if place == x.ndim - 1:
        return x
    return ops.transpose(x, (*(i for i in range(x.ndim) if i != place), place))
