"""Mean over axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.autodiff import Spec, Tensor, as_tensor
from pellucid.autodiff.tensor import tensor_method
from pellucid.ops.reduction import Reduction
from pellucid.ops.shapes import as_axes, count


class Mean(Reduction):
    """The sum over axes, divided by the number n of summands. Each one's derivative is 1 / n. Integers give float32."""

    def infer(self, x: Spec) -> Spec:
        self.refuse_empty(x)
        return super().infer(x).with_dtype(x.dtype if x.is_float else np.float32)

    def forward(self, xp: Any, x: Any) -> Any:
        dtype = x.dtype if x.dtype.kind == "f" else np.float32
        return xp.mean(x, axis=self.axes, dtype=dtype, keepdims=self.keepdims)

    def backward(self, xp: Any, grad: Any, x_spec: Spec) -> Any:
        return xp.broadcast_to(self.standing(grad / count(x_spec, self.axes), x_spec), x_spec.shape)


@tensor_method("mean")
def mean(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """The mean over ``axis``: an axis, several, or None for all. Integers and booleans give float32.

    Raises:
        ArgumentError: there is no such axis, or one is named twice.
        ShapeError: a mean of no elements.

    >>> import pellucid as pl
    >>> pl.ops.mean([[1, 2], [3, 4]], axis=1).numpy()
    array([1.5, 3.5], dtype=float32)
    """
    return Mean(as_axes(axis), bool(keepdims))(as_tensor(x))
