"""Distance from zero, and side of zero."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor, as_tensor
from pellucid.autodiff.tensor import tensor_method
from pellucid.ops.elementwise import Elementwise


class Absolute(Elementwise):
    """|x|. dy/dx = sign(x): 0 at 0, as in PyTorch."""

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.abs(x)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return grad * xp.sign(x)


class Sign(Elementwise):
    """-1, 0 or 1. The derivative is 0 everywhere (and is taken as 0 at the jump)."""

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.sign(x)

    def backward(self, xp: Any, grad: Any) -> Any:
        return xp.zeros_like(grad)


@tensor_method("absolute")
def absolute(x: Any) -> Tensor:
    """``|x|``, elementwise; also ``pellucid.ops.abs``.

    >>> import pellucid as pl
    >>> pl.ops.absolute([-1.5, 2.0]).numpy()
    array([1.5, 2. ], dtype=float32)
    """
    return Absolute()(as_tensor(x))


def sign(x: Any) -> Tensor:
    """-1, 0 or 1 by the sign of ``x``, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.sign([-1.5, 0.0, 2.0]).numpy()
    array([-1.,  0.,  1.], dtype=float32)
    """
    return Sign()(as_tensor(x))
