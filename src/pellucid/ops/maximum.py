"""The larger and the smaller of two, elementwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pellucid.autodiff import Tensor
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads
from pellucid.ops import binary
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.dtypes import together
from pellucid.ops.elementwise import Elementwise


class Extreme(Elementwise):
    """What the larger and the smaller of two have in common: their twins."""

    code: ClassVar[int]

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        return binary.bind_pair(self.code, inputs, y)

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        a, b = needed
        pair = binary.Pair.of(a, b, grad.shape)
        if pair is None or not all_float32(grad, *into) or any(d is not None and d.shape != grad.shape for d in into):
            return None
        sizes = (self.code, *pair.sizes, *pair.kinds)
        return [
            Call(
                "arithmetic.extreme_gradient", *sizes, which, add, reads(grad, Share.ROWS), *pair.accesses, gradient_into(d, add)
            )
            for which, (d, add) in enumerate(zip(into, accumulate, strict=True))
            if d is not None
        ]


class Maximum(Extreme):
    """The larger of a and b; NaN where either is. The gradient goes to the larger; a tie halves it, as in PyTorch and JAX."""

    code = binary.MAXIMUM

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.maximum(a, b)

    def backward(self, xp: Any, grad: Any, a: Any, b: Any) -> Any:
        da = xp.where(a == b, grad / 2, xp.where(a > b, grad, 0))
        return da, grad - da


class Minimum(Extreme):
    """The smaller of a and b; NaN where either is. The gradient goes to the smaller; a tie halves it, as in PyTorch and JAX."""

    code = binary.MINIMUM

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
