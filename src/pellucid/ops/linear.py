"""Linear: the dense layer's product, bias and activation, as one operation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor
from pellucid.errors import ShapeError
from pellucid.kernels.call import Buffer, Call, Scratch, Share, all_float32, reads, updates, writes
from pellucid.kernels.layout import LARGE, MOST_COLUMNS, PRODUCT_ROOM
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.dtypes import floating
from pellucid.ops.fused_activation import FusedActivation

# Up to so many rows, ranks share the columns of a large weight matrix rather than the rows: each laying out the whole matrix for
# itself costs more than the barriers that columns need.
MOST_ROWS = 1024
FEW_ROWS = 128  # up to these the weight gradient, too, is sooner made in panels; above, BLAS is as fast


@dataclass(frozen=True)
class Linear(Op):
    r"""Affine map of the last axis, then an activation.

        z = x w + b        y = f(z)

        dL/dz = dL/dy * f'(z)      dL/dx = dL/dz w^T      dL/dw = x^T dL/dz      dL/db = sum over rows of dL/dz

    f is one of those whose derivative can be told from y: linear, relu, sigmoid, tanh.

    Shapes: x (..., inputs), w (inputs, outputs), b (outputs,) -> (..., outputs).
    """

    activation: FusedActivation = FusedActivation.LINEAR

    def infer(self, x: Spec, w: Spec, b: Spec) -> Spec:
        if w.ndim != 2 or x.ndim < 1 or x.shape[-1] != w.shape[0]:
            raise ShapeError(f"the last axis of x must be as long as the first of w. Received x {x} and w {w}.")
        if b.shape != w.shape[1:]:
            raise ShapeError(f"b must have one entry for each column of w. Received b {b} and w {w}.")
        return Spec((*x.shape[:-1], w.shape[1]), np.result_type(x.dtype, w.dtype, b.dtype))

    def forward(self, xp: Any, x: Any, w: Any, b: Any) -> Any:
        return self.activation.forward(xp, x @ w + b)

    def backward(self, xp: Any, grad: Any, x: Any, w: Any, y: Any) -> Any:
        dz = self.activation.backward(xp, grad, y)
        rows, d_rows = x.reshape(-1, x.shape[-1]), dz.reshape(-1, dz.shape[-1])
        return dz @ w.T, rows.T @ d_rows, d_rows.sum(axis=0)

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        x, w, b = inputs
        if len(x.shape) < 2 or not all_float32(x, w, b, y):
            return None
        if _by_columns(x, w, w.shape[1]):
            places = (reads(x), reads(w), reads(b), writes(y, Share.PARTS), writes(_room()))
            return [Call("linear.forward_by_columns", *_sizes(x, w), self.activation.code, *places)]
        return [
            Call(
                "linear.forward",
                *_sizes(x, w),
                self.activation.code,
                reads(x, Share.ROWS),
                reads(w),
                reads(b),
                writes(y, Share.ROWS),
            )
        ]

    accumulates = True

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        x, w, y = needed
        if len(x.shape) < 2 or not all_float32(grad, x, w, *into):
            return None
        calls = []
        if self.activation is not FusedActivation.LINEAR:
            # In place: nobody else reads the gradient of this output.
            code, places = self.activation.code, (reads(y, Share.ROWS), updates(grad, Share.ROWS))
            calls.append(Call("fused_activation.backward", code, grad.rows, grad.row_size, *places))
        (dx, dw, db), (add_x, add_w, add_b) = into, accumulate
        if dx is not None:
            calls.append(_input_gradient(x, w, grad, dx, add_x))
        if dw is not None:
            calls.append(_weight_gradient(x, w, grad, dw, add_w))
        if db is not None:
            calls.append(Call("linear.bias_gradient", *_sizes(x, w), add_b, reads(grad), gradient_into(db, add_b)))
        return calls


def _input_gradient(x: Buffer, w: Buffer, grad: Buffer, dx: Buffer, add: bool) -> Call:
    if _by_columns(x, w, w.shape[0]):
        target = gradient_into(dx, add, Share.PARTS)
        return Call("linear.input_gradient_by_columns", *_sizes(x, w), add, reads(grad), reads(w), target, writes(_room()))
    return Call("linear.input_gradient", *_sizes(x, w), add, reads(grad, Share.ROWS), reads(w), gradient_into(dx, add))


def _weight_gradient(x: Buffer, w: Buffer, grad: Buffer, dw: Buffer, add: bool) -> Call:
    target = gradient_into(dw, add)
    if _by_columns(x, w, w.shape[1]) and 1 < prod(x.shape[:-1]) <= FEW_ROWS:
        return Call("linear.weight_gradient_in_panels", *_sizes(x, w), add, reads(x), reads(grad), writes(_room()), target)
    return Call("linear.weight_gradient", *_sizes(x, w), add, reads(x), reads(grad), target)


def _by_columns(x: Buffer, w: Buffer, columns: int) -> bool:
    """Whether ranks share the columns of a product with ``w``; so few that tiles take them leave nothing to share."""
    return w.size >= LARGE and columns > MOST_COLUMNS and prod(x.shape[:-1]) <= MOST_ROWS


def _room() -> Scratch:
    return Scratch(PRODUCT_ROOM, "rows and a panel")


def _sizes(x: Buffer, w: Buffer) -> tuple[int, int, int, int]:
    """Rows of the first axis, vectors in each of them, inputs, outputs."""
    return x.rows, prod(x.shape[1:-1]), *w.shape  # type: ignore[return-value]


def linear(x: Any, w: Any, b: Any, activation: str | FusedActivation = FusedActivation.LINEAR) -> Tensor:
    """``f(x w + b)`` along the last axis; see `Linear`.

    >>> import pellucid as pl
    >>> pl.ops.linear([[1.0, 2.0]], [[1.0], [10.0]], [0.5]).numpy()
    array([[21.5]], dtype=float32)
    """
    return Linear(FusedActivation(activation))(*floating(x, w, b))
