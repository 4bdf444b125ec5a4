"""Running sums along an axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pellucid.autodiff import Op, Spec, Tensor, as_tensor
from pellucid.ops.dtypes import accumulator
from pellucid.ops.reshape import ravel
from pellucid.ops.shapes import positive_axis


@dataclass(frozen=True)
class CumSum(Op):
    """y_i = x_0 + ... + x_i along ``axis``. An element counts in all sums from its own on: dL/dx_i = sum over j >= i of dL/dy_j.

    Booleans and integers give int64.
    """

    axis: int

    def infer(self, x: Spec) -> Spec:
        positive_axis(self.axis, x.ndim)
        return x.with_dtype(accumulator(x.dtype))

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.cumsum(x, axis=self.axis, dtype=accumulator(x.dtype))

    def backward(self, xp: Any, grad: Any) -> Any:
        return xp.flip(xp.cumsum(xp.flip(grad, self.axis), axis=self.axis), self.axis)


def cumsum(x: Any, axis: int | None = None) -> Tensor:
    """Running sums along ``axis``; of the flattened ``x`` for None.

    Raises:
        ArgumentError: there is no such axis.

    >>> import pellucid as pl
    >>> pl.ops.cumsum([[1.0, 2.0], [3.0, 4.0]], axis=1).numpy()
    array([[1., 3.],
           [3., 7.]], dtype=float32)
    """
    return CumSum(0)(ravel(x)) if axis is None else CumSum(axis)(as_tensor(x))
