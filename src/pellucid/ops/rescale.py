"""Rescale: one factor and one offset for all elements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.autodiff import Tensor
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.dtypes import floating
from pellucid.ops.elementwise import FloatElementwise


@dataclass(frozen=True)
class Rescale(FloatElementwise):
    r"""Two constants for every element: pixels 0..255 to 0..1.

        y = x scale + offset        dL/dx = dL/dy scale

    Shapes: any -> the same.
    """

    scale: float = 1.0
    offset: float = 0.0

    def forward(self, xp: Any, x: Any) -> Any:
        return x * self.scale + self.offset

    def backward(self, xp: Any, grad: Any) -> Any:
        return grad * self.scale

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        (x,) = inputs
        return self._bind(x, y, self.offset, add=False)

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        return None if into[0] is None else self._bind(grad, into[0], 0.0, add=accumulate[0])

    def _bind(self, x: Buffer, y: Buffer, offset: float, add: bool) -> Sequence[Call] | None:
        if not all_float32(x, y):
            return None
        place = gradient_into(y, add) if add else writes(y)
        return [Call("rescale.forward", x.rows, x.row_size, float(self.scale), float(offset), add, reads(x, Share.ROWS), place)]


def rescale(x: Any, scale: float, offset: float = 0.0) -> Tensor:
    """``x * scale + offset``, elementwise.

    >>> import pellucid as pl
    >>> pl.ops.rescale([0, 128, 255], 1 / 128, -1).numpy()
    array([-1.       ,  0.       ,  0.9921875], dtype=float32)
    """
    return Rescale(float(scale), float(offset))(*floating(x))
