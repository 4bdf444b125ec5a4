"""Weight penalty: absolute values and squares of a parameter, summed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor, as_tensor
from pellucid.errors import ShapeError
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into


@dataclass(frozen=True)
class WeightPenalty(Op):
    r"""The penalties L1 and L2 in one pass over a parameter.

        y = l1 sum |w| + l2 sum w^2        dL/dw = dL/dy (l1 sign(w) + 2 l2 w)

    Shapes: any -> a single number. At 0 the derivative of |w| is taken as 0.
    """

    l1: float = 0.0
    l2: float = 0.0

    def infer(self, w: Spec) -> Spec:
        if not w.is_float:
            raise ShapeError(f"weights must be floats. Received {w}.")
        return w.with_shape(())

    def forward(self, xp: Any, w: Any) -> Any:
        return self.l1 * xp.sum(xp.abs(w)) + self.l2 * xp.sum(w * w)

    def backward(self, xp: Any, grad: Any, w: Any) -> Any:
        return grad * (self.l1 * xp.sign(w) + 2 * self.l2 * w)

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        """Sums by rows, then their sum: the same for any number of ranks."""
        (w,) = inputs
        if not all_float32(w, y):
            return None
        sums = Buffer((w.rows,), np.float64, f"{w.name} penalties")
        return [
            Call("weight_penalty.by_rows", w.rows, w.row_size, self.l1, self.l2, reads(w, Share.ROWS), writes(sums)),
            Call("weight_penalty.total", w.rows, reads(sums, Share.ONE), writes(y, Share.ONE)),
        ]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (w,), (d,), (add,) = needed, into, accumulate
        if d is None or not all_float32(grad, w, d):
            return None
        places = (reads(grad), reads(w, Share.ROWS), gradient_into(d, add))
        return [Call("weight_penalty.backward", w.rows, w.row_size, self.l1, self.l2, add, *places)]


def weight_penalty(w: Any, l1: float = 0.0, l2: float = 0.0) -> Tensor:
    """``l1 * sum |w| + l2 * sum w^2``, fused: what the regularizers L1, L2 and L1L2 are made of.

    >>> import pellucid as pl
    >>> pl.ops.weight_penalty([1.0, -3.0], l1=0.5, l2=0.1).item()
    3.0
    """
    return WeightPenalty(float(l1), float(l2))(as_tensor(w))
