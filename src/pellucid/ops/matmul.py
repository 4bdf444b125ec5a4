"""Products of matrices."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor
from pellucid.autodiff.tensor import tensor_method
from pellucid.errors import ShapeError
from pellucid.kernels.call import Access, Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.arithmetic import multiply
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.dtypes import together
from pellucid.ops.reshape import reshape
from pellucid.ops.shapes import broadcast
from pellucid.ops.transpose import transpose


class MatMul(Op):
    r"""The product of matrices in the last two axes; the axes before them broadcast.

        Y = A B        dL/dA = dL/dY B^T        dL/dB = A^T dL/dY

    Shapes: a (..., m, k), b (..., k, n) -> (..., m, n). One axis alone is a row as ``a``, a column as ``b``, and that axis is
    missing in the output, as in NumPy.
    """

    def infer(self, a: Spec, b: Spec) -> Spec:
        if a.ndim == 0 or b.ndim == 0:
            raise ShapeError(f"both factors need at least one axis. Received {a} and {b}. Multiply by a number with *.")
        if a.shape[-1] != b.shape[-2:][0]:
            raise ShapeError(f"rows of the first and columns of the second must be equally long. Received {a} and {b}.")
        rows, columns = a.shape[-2:-1], b.shape[-1:] if b.ndim > 1 else ()
        batch = broadcast(a.shape[:-2], b.shape[:-2])
        return Spec((*batch, *rows, *columns), np.result_type(a.dtype, b.dtype))

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.matmul(a, b)

    def backward(self, xp: Any, grad: Any, a: Any, b: Any) -> Any:
        A = a if a.ndim > 1 else a[None, :]
        B = b if b.ndim > 1 else b[:, None]
        G = grad if b.ndim > 1 else grad[..., None]
        G = G if a.ndim > 1 else xp.expand_dims(G, -2)
        dA = G @ B.swapaxes(-1, -2)
        if B.ndim == 2:  # one matrix for the whole batch: one product, not a batch of them to be summed
            rows = prod(A.shape[:-1])
            A, G = A.reshape(rows, A.shape[-1]), G.reshape(rows, G.shape[-1])
        dB = A.swapaxes(-1, -2) @ G
        return dA if a.ndim > 1 else dA[..., 0, :], dB if b.ndim > 1 else dB[..., 0]

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        a, b = inputs
        if not all_float32(a, b, y):
            return None
        if _is_dense(a, b):
            no_bias = Buffer.around(np.zeros(b.shape[1], np.float32), "no bias")
            return [
                Call("linear.forward", *_dense_sizes(a, b), 0, reads(a, Share.ROWS), reads(b), reads(no_bias), writes(y)),
            ]
        if not _in_pairs(a, b):
            return None
        (m, k), n = a.shape[-2:], b.shape[-1]
        return [_products(a, b, writes(y), (m, n, k), (False, False), add=False)]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (a, b), (da, db), (add_a, add_b) = needed, into, accumulate
        if not all_float32(grad, a, b, *into) or not (_is_dense(a, b) or _in_pairs(a, b)):
            return None
        calls = []
        (m, k), n = a.shape[-2:], b.shape[-1]
        if da is not None:
            target = gradient_into(da, add_a)
            if _is_dense(a, b):
                places = (reads(grad, Share.ROWS), reads(b), target)
                calls.append(Call("linear.input_gradient", *_dense_sizes(a, b), add_a, *places))
            else:
                calls.append(_products(grad, b, target, (m, k, n), (False, True), add_a))
        if db is not None:
            target = gradient_into(db, add_b)
            if _is_dense(a, b):
                calls.append(Call("linear.weight_gradient", *_dense_sizes(a, b), add_b, reads(a), reads(grad), target))
            else:
                calls.append(_products(a, grad, target, (k, n, m), (True, False), add_b))
        return calls


def _is_dense(a: Buffer, b: Buffer) -> bool:
    """Whether all rows of ``a`` meet one matrix, as in a dense layer."""
    return len(a.shape) > 1 and len(b.shape) == 2


def _in_pairs(a: Buffer, b: Buffer) -> bool:
    """Whether each matrix of ``a`` meets its own of ``b``."""
    return len(a.shape) > 2 and a.shape[:-2] == b.shape[:-2]


def _dense_sizes(a: Buffer, b: Buffer) -> tuple[int, int, int, int]:
    """Rows of the first axis, vectors in each of them, inputs, outputs."""
    return a.rows, prod(a.shape[1:-1]), b.shape[0], b.shape[1]


def _products(a: Buffer, b: Buffer, y: Access, sizes: tuple[int, int, int], turned: tuple[bool, bool], add: bool) -> Call:
    """y (+)= a @ b in pairs, with sizes (m, n, k)."""
    places = (reads(a, Share.ROWS), reads(b, Share.ROWS), y)
    return Call("matmul.products", a.rows, prod(a.shape[1:-2]), *sizes, *turned, add, *places)


@tensor_method("matmul")
def matmul(x1: Any, x2: Any) -> Tensor:
    """The matrix product ``x1 @ x2``; see `MatMul`.

    Raises:
        ShapeError: the inner lengths differ, or the axes before them do not broadcast.

    >>> import pellucid as pl
    >>> pl.ops.matmul([[1.0, 2.0]], [[3.0], [4.0]]).numpy()
    array([[11.]], dtype=float32)
    """
    return MatMul()(*together(x1, x2))


def dot(x1: Any, x2: Any) -> Tensor:
    """The sum of products over the last axis of ``x1`` and the last but one (or only) axis of ``x2``, as ``numpy.dot``.

    Up to two axes this is `matmul`; beyond, each row of ``x1`` meets each column of ``x2``, where `matmul` goes in pairs.

    >>> import pellucid as pl
    >>> pl.ops.dot([1.0, 2.0], [3.0, 4.0]).numpy()
    array(11., dtype=float32)
    """
    a, b = together(x1, x2)
    if a.ndim == 0 or b.ndim == 0:
        return multiply(a, b)
    if b.ndim <= 2:
        return matmul(a, b)
    *outer, k, n = b.shape
    columns = transpose(b, (b.ndim - 2, *range(b.ndim - 2), b.ndim - 1))
    product = matmul(a, reshape(columns, (k, prod(outer) * n)))
    return reshape(product, (*a.shape[:-1], *outer, n))
