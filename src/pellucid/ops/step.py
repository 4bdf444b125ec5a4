"""Step: 1 where x is positive, else 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.autodiff import Tensor
from pellucid.kernels.call import Buffer, Call, all_float32, writes
from pellucid.ops.dtypes import floating
from pellucid.ops.piecewise_linear import Pieces, PiecewiseLinear


class Step(PiecewiseLinear):
    r"""Heaviside's step function, elementwise: the activation of the perceptron (Rosenblatt 1958).

        y = [x > 0]        dL/dx = 0

    Shapes: any -> the same, as 0.0 and 1.0; NaN stays NaN. Its derivative is 0 wherever there is one: what lies under it does
    not learn by gradient descent.
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.where(x > 0, xp.ones_like(x), xp.where(x <= 0, xp.zeros_like(x), x))

    def backward(self, xp: Any, grad: Any) -> Any:
        return xp.zeros_like(grad)

    @property
    def pieces(self) -> Pieces:
        return Pieces(low=0.0, below=(0.0, 0.0), between=(0.0, 1.0))

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (dx,) = into
        if dx is None or not all_float32(dx):
            return None
        return [] if accumulate[0] else [Call("arrays.fill", dx.rows, dx.row_size, 0.0, writes(dx))]


def step(x: Any) -> Tensor:
    """1 where ``x`` is positive, else 0.

    >>> import pellucid as pl
    >>> pl.ops.step([-1.0, 0.0, 2.0]).numpy()
    array([0., 0., 1.], dtype=float32)
    """
    return Step()(*floating(x))
