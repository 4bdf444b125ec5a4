"""Axes in another order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.autodiff import Op, Spec, Tensor, as_tensor
from pellucid.autodiff.tensor import tensor_method
from pellucid.errors import ArgumentError
from pellucid.ops.shapes import as_axes, positive_axes, positive_axis


@dataclass(frozen=True)
class Transpose(Op):
    """Axis i of the output is axis ``axes[i]`` of the input. The gradient's axes go back."""

    axes: tuple[int, ...]

    def infer(self, x: Spec) -> Spec:
        if len(self.axes) != x.ndim or sorted(positive_axes(self.axes, x.ndim)) != list(range(x.ndim)):
            raise ArgumentError(f"axes must name each axis of the input once. Received axes {self.axes} for {x}.")
        return x.with_shape(x.shape[a] for a in self.axes)

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.transpose(x, self.axes)

    def backward(self, xp: Any, grad: Any) -> Any:
        return xp.transpose(grad, xp.argsort(positive_axes(self.axes, len(self.axes))))


@tensor_method("transpose")
def transpose(x: Any, axes: Sequence[int] | None = None) -> Tensor:
    """The axes of ``x`` in the order ``axes``; reversed for None.

    Raises:
        ArgumentError: ``axes`` does not name each axis once.

    >>> import pellucid as pl
    >>> pl.ops.transpose([[1.0, 2.0, 3.0]]).shape
    (3, 1)
    """
    x = as_tensor(x)
    return Transpose(tuple(range(x.ndim))[::-1] if axes is None else as_axes(axes) or ())(x)


def swapaxes(x: Any, axis1: int, axis2: int) -> Tensor:
    """``x`` with two axes exchanged.

    >>> import pellucid as pl
    >>> pl.ops.swapaxes(pl.ops.zeros_like([[[1.0, 2.0, 3.0]]]), 0, 2).shape
    (3, 1, 1)
    """
    x = as_tensor(x)
    order = list(range(x.ndim))
    i, j = positive_axis(axis1, x.ndim), positive_axis(axis2, x.ndim)
    order[i], order[j] = j, i
    return Transpose(tuple(order))(x)
