"""Positions: the vector of each place in a sequence, from a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.autodiff import Op, Spec, Tensor, promote
from pellucid.errors import ShapeError
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.dtypes import floating


@dataclass(frozen=True)
class Positions(Op):
    r"""The first rows of a table, for each sample alike; with ``add``, added to the inputs.

        y[n, t] = table[t] (+ x[n, t])        dL/dtable[t] = sum over n of dL/dy[n, t]        dL/dx = dL/dy, or 0

    Shapes: x (batch, time, features), table (at least time, features) -> x's.
    """

    add: bool = True

    def infer(self, x: Spec, table: Spec) -> Spec:
        if x.ndim != 3 or table.ndim != 2 or x.shape[2] != table.shape[1] or not (x.is_float and table.is_float):
            raise ShapeError(
                f"x must be (batch, time, features), the table (places, features), both floats. Received {x}, {table}."
            )
        if x.shape[1] > table.shape[0]:
            raise ShapeError(f"the table has {table.shape[0]} places. Received a sequence of {x.shape[1]}: {x}.")
        return x.with_dtype(promote(x.dtype, table.dtype))

    def forward(self, xp: Any, x: Any, table: Any) -> Any:
        rows = table[None, : x.shape[1]]
        return x + rows if self.add else xp.broadcast_to(rows, x.shape).copy()

    def backward(self, xp: Any, grad: Any, table_spec: Spec) -> Any:
        reached = xp.sum(grad, axis=0)
        missing = xp.zeros((table_spec.shape[0] - grad.shape[1], grad.shape[2]), grad.dtype)
        return grad if self.add else None, xp.concatenate([reached, missing])

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        x, table = inputs
        if not all_float32(x, table, y):
            return None
        places = (reads(x, Share.ROWS), reads(table), writes(y))
        return [Call("positions.forward", x.rows, x.row_size, self.add, *places)]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (dx, dtable), (add_x, add_table) = into, accumulate
        if not all_float32(grad, dx, dtable):
            return None
        calls = []
        if dx is not None:
            factor = 1.0 if self.add else 0.0
            places = (reads(grad, Share.ROWS), gradient_into(dx, add_x))
            calls.append(Call("rescale.forward", grad.rows, grad.row_size, factor, 0.0, add_x, *places))
        if dtable is not None:
            sizes = (dtable.rows, *grad.shape, add_table)
            calls.append(Call("positions.table_gradient", *sizes, reads(grad), gradient_into(dtable, add_table)))
        return calls


def positions(x: Any, table: Any, add: bool = True) -> Tensor:
    """The first rows of ``table`` for each sample of ``x``, (batch, time, features), added to it or alone; see `Positions`.

    >>> import pellucid as pl
    >>> pl.ops.positions([[[1.0], [1.0]]], [[10.0], [20.0], [30.0]]).numpy().ravel()
    array([11., 21.], dtype=float32)
    """
    return Positions(add)(*floating(x, table))
