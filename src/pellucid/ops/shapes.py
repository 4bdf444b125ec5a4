"""Shape arithmetic that shape rules share: broadcasting and the naming of axes."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from pellucid.autodiff import OPEN, Spec
from pellucid.autodiff.spec import Shape
from pellucid.errors import ArgumentError, ShapeError


def broadcast(*shapes: Shape) -> Shape:
    """The common shape of ``shapes``: aligned at their last axes, where an axis of length 1 stretches.

    Raises:
        ShapeError: two axes differ and neither is 1.

    >>> broadcast((128, 1), (10,))
    (128, 10)
    """
    common: list[int] = [1] * max((len(s) for s in shapes), default=0)
    for shape in shapes:
        for i in range(-len(shape), 0):
            if common[i] == 1:
                common[i] = shape[i]
            elif shape[i] not in (1, common[i]):
                raise ShapeError(
                    f"shapes {' and '.join(map(str, shapes))} do not broadcast: aligned at their last axes, lengths must be "
                    f"equal or 1. Received {common[i]} and {shape[i]} at axis {i}. Reshape one of them, or insert an axis "
                    "with pellucid.ops.expand_dims."
                )
    return tuple(common)


def as_axes(axis: int | Sequence[int] | None) -> tuple[int, ...] | None:
    """An ``axis`` argument as a tuple, or None for all axes."""
    if axis is None:
        return None
    axes = axis if isinstance(axis, Sequence) else (axis,)
    if not all(hasattr(a, "__index__") and not isinstance(a, bool) for a in axes):
        raise ArgumentError(f"axis must be an integer, a tuple of integers or None. Received {axis!r}.")
    return tuple(a.__index__() for a in axes)


def positive_axis(axis: int, ndim: int) -> int:
    """``axis`` counted from the front.

    Raises:
        ArgumentError: there is no such axis.
    """
    if not -ndim <= axis < ndim:
        allowed = f"from {-ndim} to {ndim - 1}" if ndim else "absent, for there are no axes"
        raise ArgumentError(f"axis must be {allowed}. Received {axis}.")
    return axis % ndim


def positive_axes(axes: tuple[int, ...] | None, ndim: int) -> tuple[int, ...]:
    """``axes`` counted from the front; all of them for None.

    Raises:
        ArgumentError: there is no such axis, or one is named twice.
    """
    if axes is None:
        return tuple(range(ndim))
    positive = tuple(positive_axis(a, ndim) for a in axes)
    if len(set(positive)) != len(positive):
        raise ArgumentError(f"axis must name each axis once. Received {axes} for {ndim} axes.")
    return positive


def reduced(shape: Shape, axes: tuple[int, ...] | None, keepdims: bool) -> Shape:
    """What is left of ``shape`` when ``axes`` are reduced: to length 1 where ``keepdims``, else to nothing."""
    gone = positive_axes(axes, len(shape))
    if keepdims:
        return tuple(1 if i in gone else n for i, n in enumerate(shape))
    return tuple(n for i, n in enumerate(shape) if i not in gone)


def count(x: Spec, axes: tuple[int, ...] | None) -> int:
    """How many elements fall into one when ``axes`` of ``x`` are reduced."""
    return prod(x.shape[a] for a in positive_axes(axes, x.ndim))


def kept(shape: Shape, axes: tuple[int, ...] | None) -> Shape:
    """``shape`` with ``axes`` reduced to length 1, so that a reduced array broadcasts against the whole again."""
    return reduced(shape, axes, keepdims=True)


def without_open(shape: Shape) -> Shape:
    """``shape`` with -1, "whatever fits", for an axis that is open, so that it serves every batch size."""
    return tuple(-1 if n > 0 and n % int(OPEN) == 0 else n for n in shape)
