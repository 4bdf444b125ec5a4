"""The same elements under another shape: no element is copied or moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from pellucid.autodiff import Op, Spec, Tensor, as_tensor
from pellucid.autodiff.spec import OpenAxis, Shape
from pellucid.autodiff.tensor import tensor_method
from pellucid.errors import ArgumentError, ShapeError
from pellucid.ops.shapes import positive_axes, positive_axis, without_open


@dataclass(frozen=True)
class Reshape(Op):
    """The elements of x in row-major order under ``shape``, where -1, once, stands for "what is left"."""

    shape: Shape

    aliases_input = True

    def infer(self, x: Spec) -> Spec:
        return x.with_shape(_filled(self.shape, x))

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.reshape(x, _filled(self.shape, Spec.of(x)))

    def backward(self, xp: Any, grad: Any, x_spec: Spec) -> Any:
        return xp.reshape(grad, x_spec.shape)


def _filled(shape: Shape, x: Spec) -> Shape:
    """``shape`` with -1 replaced by the length that is left."""
    if shape.count(-1) > 1 or any(n < -1 for n in shape):
        raise ArgumentError(f"lengths must be 0, 1, 2, ..., or -1 once for what is left. Received {shape}.")
    known = prod(n for n in shape if n != -1)
    left = x.size // known if known else 0
    filled = tuple(left if n == -1 else n for n in shape)
    if prod(filled) != x.size:
        raise ShapeError(f"{x} has {Spec(()).with_shape((x.size,)).shape[0]} elements, which do not fill the shape {shape}.")
    return filled


@tensor_method("reshape")
def reshape(x: Any, newshape: int | Sequence[int]) -> Tensor:
    """``x`` under the shape ``newshape``; one length may be -1, "what is left".

    Raises:
        ShapeError: the number of elements differs.

    >>> import pellucid as pl
    >>> pl.ops.reshape([1.0, 2.0, 3.0, 4.0], (2, -1)).numpy()
    array([[1., 2.],
           [3., 4.]], dtype=float32)
    """
    x = as_tensor(x)
    shape = tuple(newshape) if isinstance(newshape, Sequence) else (newshape,)
    if not all(hasattr(n, "__index__") for n in shape):
        raise ArgumentError(f"reshape: lengths must be integers. Received {shape}.")
    if any(isinstance(n, OpenAxis) for n in x.shape):
        shape = without_open(_filled(shape, x.spec))  # (x.shape[0], -1) leaves its -1 to the open axis
    return Reshape(shape)(x)


def expand_dims(x: Any, axis: int | Sequence[int]) -> Tensor:
    """``x`` with a new axis of length 1 at ``axis`` of the output (or several).

    >>> import pellucid as pl
    >>> pl.ops.expand_dims([1.0, 2.0], axis=-1).shape
    (2, 1)
    """
    x = as_tensor(x)
    axes = tuple(axis) if isinstance(axis, Sequence) else (axis,)
    new = positive_axes(axes, x.ndim + len(axes))
    lengths = iter(x.shape)
    shape = tuple(1 if i in new else next(lengths) for i in range(x.ndim + len(new)))
    return Reshape(without_open(shape))(x)


def squeeze(x: Any, axis: int | Sequence[int] | None = None) -> Tensor:
    """``x`` without its axes of length 1, or without those that ``axis`` names.

    Raises:
        ShapeError: an axis that is named is longer than 1.

    >>> import pellucid as pl
    >>> pl.ops.squeeze([[[1.0], [2.0]]]).shape
    (2,)
    """
    x = as_tensor(x)
    if axis is None:
        gone = tuple(i for i, n in enumerate(x.shape) if n == 1)
    else:
        gone = positive_axes(tuple(axis) if isinstance(axis, Sequence) else (axis,), x.ndim)
    if any(x.shape[i] != 1 for i in gone):
        raise ShapeError(f"squeeze: only an axis of length 1 can go. Received axis={axis} for {x.spec}.")
    return Reshape(without_open(tuple(n for i, n in enumerate(x.shape) if i not in gone)))(x)


def ravel(x: Any) -> Tensor:
    """``x`` as one row of elements.

    >>> import pellucid as pl
    >>> pl.ops.ravel([[1.0, 2.0], [3.0, 4.0]]).numpy()
    array([1., 2., 3., 4.], dtype=float32)
    """
    return reshape(x, (-1,))


def flatten(x: Any, start_axis: int = 1) -> Tensor:
    """``x`` with the axes from ``start_axis`` on made one: each sample of a batch as one row.

    >>> import pellucid as pl
    >>> pl.ops.flatten(pl.ops.zeros_like([[[1.0, 2.0], [3.0, 4.0]]])).shape
    (1, 4)
    """
    x = as_tensor(x)
    start = positive_axis(start_axis, x.ndim) if x.ndim != start_axis else start_axis
    return reshape(x, (*x.shape[:start], prod(x.shape[start:])))
