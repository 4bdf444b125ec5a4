"""Tensors joined along an axis."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ArgumentError, ShapeError
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.dtypes import together
from pellucid.ops.reshape import expand_dims
from pellucid.ops.shapes import positive_axis

_MOST_PARTS = 9  # that a kernel's argument block has room for


@dataclass(frozen=True)
class Concatenate(Op):
    """The inputs one after the other along ``axis``. The gradient is cut at the seams."""

    axis: int = -1

    def infer(self, *xs: Spec) -> Spec:
        first = xs[0]
        if first.ndim == 0:
            raise ShapeError("numbers have no axis to be joined along. Use pellucid.ops.stack.")
        axis = positive_axis(self.axis, first.ndim)
        for x in xs:
            if x.ndim != first.ndim or _beside(x.shape, axis) != _beside(first.shape, axis):
                raise ShapeError(
                    f"shapes must agree in all axes but axis {self.axis}, along which they are joined. "
                    f"Received {', '.join(str(s.shape) for s in xs)}."
                )
        joined = sum(x.shape[axis] for x in xs)
        return Spec((*first.shape[:axis], joined, *first.shape[axis + 1 :]), np.result_type(*(x.dtype for x in xs)))

    def forward(self, xp: Any, *xs: Any) -> Any:
        return xp.concatenate(xs, axis=self.axis)

    def backward(self, xp: Any, grad: Any, xs_spec: tuple[Spec, ...]) -> Any:
        seams = list(itertools.accumulate(x.shape[self.axis] for x in xs_spec))[:-1]
        return tuple(xp.split(grad, seams, axis=self.axis))

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        if not all_float32(*inputs, y) or len(inputs) > _MOST_PARTS:
            return None
        axis = positive_axis(self.axis, len(y.shape))
        if axis == 0:
            rows = (part for x in inputs for part in (x.rows, reads(x)))
            return [Call("pieces.join_rows", len(inputs), y.rows, y.row_size, writes(y), *rows)]
        after = prod(y.shape[axis + 1 :])
        runs = (part for x in inputs for part in (x.shape[axis] * after, reads(x, Share.ROWS)))
        return [Call("pieces.join", len(inputs), y.rows, prod(y.shape[1:axis]), y.shape[axis] * after, writes(y), *runs)]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (specs,) = needed
        if not all_float32(grad, *into):
            return None
        axis = positive_axis(self.axis, len(grad.shape))
        calls = []
        for x, add, offset in zip(into, accumulate, _offsets([s.shape for s in specs], axis), strict=True):
            if x is None:
                continue
            target = gradient_into(x, add)
            if axis == 0:
                sizes = (x.rows, x.row_size, offset * grad.row_size)
                calls.append(Call("pieces.cut_rows", *sizes, add, reads(grad), target))
            else:
                calls.append(Call("pieces.cut", *_runs(x.shape, grad.shape, axis, offset), add, reads(grad, Share.ROWS), target))
        return calls


def _offsets(shapes: Sequence[Shape], axis: int) -> list[int]:
    """Where along ``axis`` each of the arrays begins."""
    return list(itertools.accumulate((s[axis] for s in shapes), initial=0))[:-1]


def _runs(part: Shape, whole: Shape, axis: int, offset: int) -> tuple[int, int, int, int, int]:
    """Rows, runs of contiguous numbers in each, a run's length in the part and in the whole, and its place in the latter."""
    after = prod(whole[axis + 1 :])
    return whole[0], prod(whole[1:axis]), part[axis] * after, whole[axis] * after, offset * after


def _beside(shape: Shape, axis: int) -> Shape:
    return shape[:axis] + shape[axis + 1 :]


def concatenate(xs: Sequence[Any], axis: int = 0) -> Tensor:
    """The tensors of ``xs`` one after the other along ``axis``.

    Raises:
        ArgumentError: ``xs`` is empty.
        ShapeError: shapes differ in another axis.

    >>> import pellucid as pl
    >>> pl.ops.concatenate([[1.0, 2.0], [3.0]]).numpy()
    array([1., 2., 3.], dtype=float32)
    """
    return Concatenate(axis)(*together(*_some(xs, "concatenate")))


def stack(xs: Sequence[Any], axis: int = 0) -> Tensor:
    """The tensors of ``xs``, of one shape, side by side along a new axis.

    Raises:
        ArgumentError: ``xs`` is empty.
        ShapeError: shapes differ.

    >>> import pellucid as pl
    >>> pl.ops.stack([[1.0, 2.0], [3.0, 4.0]], axis=1).numpy()
    array([[1., 3.],
           [2., 4.]], dtype=float32)
    """
    tensors = together(*_some(xs, "stack"))
    if len({t.shape for t in tensors}) > 1:
        raise ShapeError(f"stack: shapes must be equal. Received {', '.join(str(t.shape) for t in tensors)}.")
    return Concatenate(axis)(*(expand_dims(t, axis) for t in tensors))


def _some(xs: Sequence[Any], name: str) -> tuple[Any, ...]:
    if len(xs) == 0:
        raise ArgumentError(f"{name}: at least one tensor is needed. Received an empty {type(xs).__name__}.")
    return tuple(xs)
