"""Where: one value or the other, by a condition. What a traced model writes instead of ``if``."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor
from pellucid.errors import ArgumentError
from pellucid.ops.cast import cast
from pellucid.ops.dtypes import together
from pellucid.ops.shapes import broadcast


class Where(Op):
    """a where the condition is true, else b. The gradient goes to the one that was chosen.

    Shapes: the three broadcast against each other.
    """

    def infer(self, condition: Spec, a: Spec, b: Spec) -> Spec:
        if condition.dtype != np.bool_:
            raise ArgumentError(f"condition must be boolean. Received {condition}. Compare first, as in x > 0.")
        return Spec(broadcast(condition.shape, a.shape, b.shape), np.result_type(a.dtype, b.dtype))

    def forward(self, xp: Any, condition: Any, a: Any, b: Any) -> Any:
        return xp.where(condition, a, b)

    def backward(self, xp: Any, grad: Any, condition: Any) -> Any:
        return None, xp.where(condition, grad, 0), xp.where(condition, 0, grad)


def where(condition: Any, x1: Any, x2: Any) -> Tensor:
    """``x1`` where ``condition`` is true (or not 0), else ``x2``.

    Both are computed; a NaN or infinity in the one that is not chosen can still spoil its own gradient, so keep the
    argument of a log or a division safe on both sides.

    >>> import pellucid as pl
    >>> x = pl.tensor([-1.0, 2.0])
    >>> pl.ops.where(x > 0, x, 0).numpy()
    array([0., 2.], dtype=float32)
    """
    return Where()(cast(condition, "bool"), *together(x1, x2))
