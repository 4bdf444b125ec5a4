"""ReLU: what is negative becomes 0."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.from_output import FromOutput


class Relu(FromOutput):
    r"""Rectified linear unit, elementwise.

        y = max(x, 0)        dL/dx = dL/dy [y > 0]

    Shapes: any -> the same. At 0 the derivative is taken as 0. (Nair and Hinton 2010.)
    """

    code = 1

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.maximum(x, 0)

    def backward(self, xp: Any, grad: Any, y: Any) -> Any:
        return xp.where(y > 0, grad, 0)


def relu(x: Any) -> Tensor:
    """``max(x, 0)``, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.relu([-1.0, 0.0, 2.0]).numpy()
    array([0., 0., 2.], dtype=float32)
    """
    return Relu()(*floating(x))
