"""The largest and the smallest element along axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.autodiff import Spec, Tensor, as_tensor
from pellucid.autodiff.tensor import tensor_method
from pellucid.ops.reduction import Reduction
from pellucid.ops.shapes import as_axes, positive_axes


class Extremum(Reduction):
    """The largest or smallest along axes; NaN where one is. Elements that tie share the gradient equally, as PyTorch's amax."""

    def infer(self, x: Spec) -> Spec:
        self.refuse_empty(x)
        return super().infer(x)

    def backward(self, xp: Any, grad: Any, x: Any, x_spec: Spec, y: Any) -> Any:
        chosen = (x == self.standing(y, x_spec)).astype(grad.dtype)
        ties = chosen.sum(axis=positive_axes(self.axes, x.ndim), keepdims=True)
        return self.standing(grad, x_spec) / ties * chosen


class Max(Extremum):
    """The largest element along axes."""

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.max(x, axis=self.axes, keepdims=self.keepdims)


class Min(Extremum):
    """The smallest element along axes."""

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.min(x, axis=self.axes, keepdims=self.keepdims)


@tensor_method("max")
def max(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """The largest element over ``axis``: an axis, several, or None for all.

    Elements that tie share the gradient equally, as in PyTorch's ``amax``, TensorFlow and JAX.

    Raises:
        ArgumentError: there is no such axis, or one is named twice.
        ShapeError: a maximum of no elements.

    >>> import pellucid as pl
    >>> pl.ops.max([[1.0, 5.0], [3.0, 4.0]], axis=0).numpy()
    array([3., 5.], dtype=float32)
    """
    return Max(as_axes(axis), bool(keepdims))(as_tensor(x))


@tensor_method("min")
def min(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Tensor:
    """The smallest element over ``axis``: an axis, several, or None for all. Ties as in `max`.

    >>> import pellucid as pl
    >>> pl.ops.min([[1.0, 5.0], [3.0, 4.0]], axis=0).numpy()
    array([1., 4.], dtype=float32)
    """
    return Min(as_axes(axis), bool(keepdims))(as_tensor(x))
