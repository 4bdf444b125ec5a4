"""The larger and the smaller of two, elementwise."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import together
from pellucid.ops.elementwise import Elementwise


class Maximum(Elementwise):
    """The larger of a and b; NaN where either is. The gradient goes to the larger; a tie halves it, as in PyTorch and JAX."""

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.maximum(a, b)

    def backward(self, xp: Any, grad: Any, a: Any, b: Any) -> Any:
        da = xp.where(a == b, grad / 2, xp.where(a > b, grad, 0))
        return da, grad - da


class Minimum(Elementwise):
    """The smaller of a and b; NaN where either is. The gradient goes to the smaller; a tie halves it, as in PyTorch and JAX."""

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.minimum(a, b)

    def backward(self, xp: Any, grad: Any, a: Any, b: Any) -> Any:
        da = xp.where(a == b, grad / 2, xp.where(a < b, grad, 0))
        return da, grad - da


def maximum(x1: Any, x2: Any) -> Tensor:
    """The larger of ``x1`` and ``x2``, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.maximum([1.0, -2.0], 0).numpy()
    array([1., 0.], dtype=float32)
    """
    return Maximum()(*together(x1, x2))


def minimum(x1: Any, x2: Any) -> Tensor:
    """The smaller of ``x1`` and ``x2``, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.minimum([1.0, -2.0], 0).numpy()
    array([ 0., -2.], dtype=float32)
    """
    return Minimum()(*together(x1, x2))
