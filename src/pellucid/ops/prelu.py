"""PReLU: a ReLU whose slope below 0 is learned."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from pellucid.autodiff import Tensor
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.dtypes import floating
from pellucid.ops.elementwise import FloatElementwise


class Prelu(FloatElementwise):
    r"""Parametric rectified linear unit.

        y = x            dL/dx = dL/dy            dL/dalpha = 0               where x > 0
        y = alpha x      dL/dx = dL/dy alpha      dL/dalpha = dL/dy x         elsewhere

    Shapes: x and alpha broadcast against each other; dL/dalpha is summed over what shares an alpha. (He et al. 2015.)
    """

    def forward(self, xp: Any, x: Any, alpha: Any) -> Any:
        return xp.where(x > 0, x, alpha * x)

    def backward(self, xp: Any, grad: Any, x: Any, alpha: Any) -> Any:
        return xp.where(x > 0, grad, alpha * grad), xp.where(x > 0, 0, grad * x)

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        x, alpha = inputs
        if not (_serves_in_turn(alpha, x) and all_float32(x, alpha, y)):
            return None
        return [Call("prelu.forward", *_sizes(alpha, x), reads(x, Share.ROWS), reads(alpha), writes(y))]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (x, alpha), (dx, dalpha) = needed, into
        if not (_serves_in_turn(alpha, x) and all_float32(grad, x, alpha, dx, dalpha)):
            return None
        calls = []
        if dx is not None:
            add = accumulate[0]
            accesses = (reads(x, Share.ROWS), reads(alpha), reads(grad, Share.ROWS), gradient_into(dx, add))
            calls.append(Call("prelu.input_gradient", *_sizes(alpha, x), add, *accesses))
        if dalpha is not None:
            add = accumulate[1]
            sizes = (x.size // alpha.size, alpha.size, alpha.rows, alpha.row_size, add)
            calls.append(Call("prelu.slope_gradient", *sizes, reads(x), reads(grad), gradient_into(dalpha, add)))
        return calls


def _serves_in_turn(alpha: Buffer, x: Buffer) -> bool:
    """Whether x, element after element, meets the alphas in their order, again and again: alpha's axes are x's last ones."""
    own = alpha.shape
    while own and own[0] == 1:
        own = own[1:]
    batch_axes = len(x.shape) - len(own)
    return alpha.size > 0 and len(alpha.shape) <= len(x.shape) and batch_axes > 0 and x.shape[batch_axes:] == own


def _sizes(alpha: Buffer, x: Buffer) -> tuple[int, int, int]:
    """Rows of the first axis, turns of the alphas in each of them, alphas."""
    return x.rows, prod(x.shape[1:]) // alpha.size, alpha.size


def prelu(x: Any, alpha: Any) -> Tensor:
    """``x`` where it is positive, else ``alpha * x``.

    Raises:
        ShapeError: the shapes do not broadcast.

    >>> import pellucid as pl
    >>> pl.ops.prelu([[-1.0, -1.0, 2.0]], [0.5, 0.25, 0.5]).numpy()
    array([[-0.5 , -0.25,  2.  ]], dtype=float32)
    """
    return Prelu()(*floating(x, alpha))
