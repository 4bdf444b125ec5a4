"""Embedding: rows of a table by their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor, as_tensor
from pellucid.errors import ArgumentError, DataError, ShapeError
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.cast import cast
from pellucid.ops.dtypes import floating


@dataclass(frozen=True)
class Embedding(Op):
    r"""The rows of a table that integers number: a matrix product with one-hot rows, without the product.

        y[...] = table[ids[...]]        dL/dtable[k] = sum of dL/dy over the places where ids is k

    Shapes: ids (...), int64, each from 0 to n - 1; table (n, size) -> (..., size).
    """

    def infer(self, ids: Spec, table: Spec) -> Spec:
        if ids.dtype != np.int64:
            raise ArgumentError(f"ids must be integers (int64). Received {ids}.")
        if table.ndim != 2 or not table.is_float:
            raise ShapeError(f"table must be floats with two axes: entries, and numbers of each. Received {table}.")
        return Spec((*ids.shape, table.shape[1]), table.dtype)

    def forward(self, xp: Any, ids: Any, table: Any) -> Any:
        wrong = ids[(ids < 0) | (ids >= len(table))]
        if wrong.size:
            raise DataError(
                f"Embedding: every id must be from 0 to {len(table) - 1}, for the table has {len(table)} rows. "
                f"Received {wrong.flat[0]}. Raise input_dim, or map such values to an id of their own."
            )
        return table[ids]

    def backward(self, xp: Any, grad: Any, ids: Any, table_spec: Spec) -> Any:
        table = xp.zeros(table_spec.shape, grad.dtype)
        xp.add.at(table, ids, grad)
        return None, table

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        ids, table = inputs
        if not ids.shape or not all_float32(table, y):
            return None
        sizes = (ids.rows, ids.row_size, table.row_size, table.rows)
        return [Call("embedding.forward", *sizes, reads(ids, Share.ROWS), reads(table), writes(y))]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (ids, _), (_, table), (_, add) = needed, into, accumulate
        if table is None or not all_float32(grad, table):
            return None
        sizes = (table.rows, table.row_size, ids.size, add)
        return [Call("embedding.gradient", *sizes, reads(ids), reads(grad), gradient_into(table, add))]


def embedding(ids: Any, table: Any) -> Tensor:
    """The rows of ``table`` that ``ids`` number; see `Embedding`.

    Args:
        ids: integers, or floats that are whole, from 0 to ``len(table) - 1``; a fraction is cut off in a traced step.
        table: (n, size).

    Raises:
        DataError: an id is out of range, and a negative one is not counted from the end; or, where ids have values, not whole.

    >>> import pellucid as pl
    >>> pl.ops.embedding([2, 0, 2], [[0.0, 0.5], [1.0, 1.5], [2.0, 2.5]]).numpy()
    array([[2. , 2.5],
           [0. , 0.5],
           [2. , 2.5]], dtype=float32)
    """
    numbers = as_tensor(ids)
    if numbers.spec.is_float and not numbers.is_symbolic:
        wrong = numbers.array[np.trunc(numbers.array) != numbers.array]
        if wrong.size:
            raise DataError(f"Embedding: every id must be a whole number. Received {wrong.flat[0]}. Round or map such values.")
    return Embedding()(cast(numbers, np.int64), *floating(table))
