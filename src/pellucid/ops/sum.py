"""Sum over axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.autodiff import Spec, Tensor, as_tensor
from pellucid.autodiff.tensor import tensor_method
from pellucid.ops.dtypes import accumulator
from pellucid.ops.reduction import Reduction
from pellucid.ops.shapes import as_axes


class Sum(Reduction):
    """Sum over axes. Each summand's derivative is 1. Integers and booleans are added up as 64-bit integers."""

    def infer(self, x: Spec) -> Spec:
        return super().infer(x).with_dtype(accumulator(x.dtype))

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.sum(x, axis=self.axes, dtype=accumulator(x.dtype), keepdims=self.keepdims)

    def backward(self, xp: Any, grad: Any, x_spec: Spec) -> Any:
        return xp.broadcast_to(self.standing(grad, x_spec), x_spec.shape)


@tensor_method("sum")
def sum(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """The sum over ``axis``: an axis, several, or None for all.

    Raises:
        ArgumentError: there is no such axis, or one is named twice.

    >>> import pellucid as pl
    >>> pl.ops.sum([[1.0, 2.0], [3.0, 4.0]], axis=0).numpy()
    array([4., 6.], dtype=float32)
    """
    return Sum(as_axes(axis), bool(keepdims))(as_tensor(x))
