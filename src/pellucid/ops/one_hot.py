"""one_hot: class numbers as indicator vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Op, Spec, Tensor, as_tensor
from pellucid.errors import ArgumentError
from pellucid.ops.shapes import positive_axis


@dataclass(frozen=True)
class OneHot(Op):
    """y_c = 1 where x = c, else 0, for c = 0, 1, ..., classes - 1, along a new axis. Integers have no derivative."""

    classes: int
    axis: int = -1
    dtype: npt.DTypeLike = np.float32

    stops_gradient = True

    def infer(self, x: Spec) -> Spec:
        if x.dtype.kind not in "iu":
            raise ArgumentError(f"class numbers must be integers. Received {x}. Convert them: x.astype('int64').")
        axis = positive_axis(self.axis, x.ndim + 1)
        return Spec((*x.shape[:axis], self.classes, *x.shape[axis:]), self.dtype)

    def forward(self, xp: Any, x: Any) -> Any:
        axis = positive_axis(self.axis, x.ndim + 1)
        numbers = xp.arange(self.classes).reshape(-1, *(1,) * (x.ndim - axis))
        return (xp.expand_dims(x, axis) == numbers).astype(self.dtype)


def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: npt.DTypeLike = np.float32) -> Tensor:
    """Integers 0 ... ``num_classes`` - 1 as vectors with a 1 at that place. Other integers give zeros only, as in Keras.

    Raises:
        ArgumentError: ``x`` is not of integers, or ``num_classes`` is below 1.

    >>> import pellucid as pl
    >>> pl.ops.one_hot([2, 0], 3).numpy()
    array([[0., 0., 1.],
           [1., 0., 0.]], dtype=float32)
    """
    if num_classes < 1:
        raise ArgumentError(f"one_hot: num_classes must be at least 1. Received {num_classes}.")
    return OneHot(int(num_classes), axis, np.dtype(dtype).type)(as_tensor(x))
