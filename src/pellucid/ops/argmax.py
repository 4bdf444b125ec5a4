"""Where the largest and the smallest element stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor, as_tensor
from pellucid.errors import ShapeError
from pellucid.ops.shapes import as_axes, count, reduced


@dataclass(frozen=True)
class ArgExtremum(Op):
    """A place along ``axis`` (in the flattened array for None), as int64; the first of those that tie."""

    axis: int | None = None
    keepdims: bool = False

    def infer(self, x: Spec) -> Spec:
        axes = as_axes(self.axis)
        shape = reduced(x.shape, axes, self.keepdims)
        if count(x, axes) == 0:
            raise ShapeError(f"there is no such place among no elements. Received {x}, axis {self.axis}.")
        return Spec(shape, np.int64)


class ArgMax(ArgExtremum):
    """The place of the largest element."""

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.argmax(x, axis=self.axis, keepdims=self.keepdims)


class ArgMin(ArgExtremum):
    """The place of the smallest element."""

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.argmin(x, axis=self.axis, keepdims=self.keepdims)


def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The place of the largest element along ``axis``, or in the flattened array; the first of those that tie.

    >>> import pellucid as pl
    >>> pl.ops.argmax([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]], axis=-1).numpy()
    array([1, 0])
    """
    return ArgMax(axis, bool(keepdims))(as_tensor(x))


def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The place of the smallest element along ``axis``, or in the flattened array; the first of those that tie.

    >>> import pellucid as pl
    >>> pl.ops.argmin([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]], axis=-1).numpy()
    array([0, 1])
    """
    return ArgMin(axis, bool(keepdims))(as_tensor(x))
