"""FromOutput: what activations have in common whose derivative can be told from their output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.elementwise import FloatElementwise


class FromOutput(FloatElementwise):
    """An activation y = f(x) with f'(x) a function of y, so that x need not be kept for the way back.

    ``code`` is how kernels are told which one it is.
    """

    code: ClassVar[int]
    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        (x,) = inputs
        if not all_float32(x, y):
            return None
        return [Call("activation.forward", self.code, y.rows, y.row_size, reads(x, Share.ROWS), writes(y))]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (y,), (dx,) = needed, into
        if dx is None or not all_float32(grad, y, dx):
            return None
        sizes = (self.code, y.rows, y.row_size, accumulate[0])
        return [
            Call(
                "activation.gradient",
                *sizes,
                reads(y, Share.ROWS),
                reads(grad, Share.ROWS),
                gradient_into(dx, accumulate[0]),
            )
        ]
