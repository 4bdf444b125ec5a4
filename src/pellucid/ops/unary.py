"""Unary: an elementwise function of one input, with compiled twins of itself and of its derivative."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.elementwise import FloatElementwise


class Unary(FloatElementwise):
    """y = f(x) for each element, computed by the kernels ``forward_kernel`` and ``gradient_kernel`` where that is compiled.

    ``backward`` names either x or y, and that is what the second kernel gets.
    """

    forward_kernel: ClassVar[str]
    gradient_kernel: ClassVar[str]
    accumulates = True

    @property
    def settings(self) -> tuple[float, ...]:
        """Numbers that the kernels get beside the sizes."""
        return ()

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        (x,) = inputs
        if not all_float32(x, y):
            return None
        return [Call(self.forward_kernel, y.rows, y.row_size, *self.settings, reads(x, Share.ROWS), writes(y))]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (kept,), (dx,), (add,) = needed, into, accumulate
        if dx is None or not all_float32(grad, kept, dx):
            return None
        accesses = (reads(kept, Share.ROWS), reads(grad, Share.ROWS), gradient_into(dx, add))
        return [Call(self.gradient_kernel, grad.rows, grad.row_size, add, *self.settings, *accesses)]
