"""take: elements or slices picked by number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pellucid.autodiff import Op, Spec, Tensor, as_tensor
from pellucid.errors import ArgumentError
from pellucid.ops.reshape import ravel
from pellucid.ops.shapes import positive_axis


@dataclass(frozen=True)
class Take(Op):
    """Slices of x along ``axis`` by their numbers. A slice that is taken twice receives both gradients.

    Shapes: x (..., n, ...), indices (any shape) -> x's with that shape in the place of n.
    """

    axis: int

    def infer(self, x: Spec, indices: Spec) -> Spec:
        if indices.dtype.kind not in "iu":
            raise ArgumentError(f"indices must be integers. Received {indices}. Convert them: indices.astype('int64').")
        axis = positive_axis(self.axis, x.ndim)
        return x.with_shape((*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]))

    def forward(self, xp: Any, x: Any, indices: Any) -> Any:
        return xp.take(x, indices, axis=self.axis)

    def backward(self, xp: Any, grad: Any, x_spec: Spec, indices: Any) -> Any:
        dx = xp.zeros(x_spec.shape, grad.dtype)
        before = (slice(None),) * positive_axis(self.axis, x_spec.ndim)
        xp.add.at(dx, (*before, indices), grad)
        return dx, None


def take(x: Any, indices: Any, axis: int | None = None) -> Tensor:
    """The slices of ``x`` along ``axis`` that ``indices`` number (elements of the flattened ``x`` for None).

    Raises:
        ArgumentError: ``indices`` are not integers, or there is no such axis.
        IndexError: a number out of range.

    >>> import pellucid as pl
    >>> pl.ops.take([[1.0, 2.0], [3.0, 4.0]], [1, 1, 0], axis=0).numpy()
    array([[3., 4.],
           [3., 4.],
           [1., 2.]], dtype=float32)
    """
    x, indices = as_tensor(x), as_tensor(indices)
    return Take(0)(ravel(x), indices) if axis is None else Take(axis)(x, indices)
