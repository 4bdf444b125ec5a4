"""Sparse sigmoid: a straight line from 0 at -1 to 1 at 1."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.piecewise_linear import Pieces, PiecewiseLinear


class SparseSigmoid(PiecewiseLinear):
    r"""The sigmoid that goes with `sparsemax`: of two scores x and 0, sparsemax gives y to the first.

        y = min(max((x + 1) / 2, 0), 1)        dL/dx = dL/dy / 2 for -1 < x <= 1, else 0

    Shapes: any -> the same. (Martins and Astudillo 2016.)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.clip((x + 1) / 2, 0, 1)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return xp.where((x > -1) & (x <= 1), grad / 2, 0)

    @property
    def pieces(self) -> Pieces:
        return Pieces(low=-1.0, below=(0.0, 0.0), between=(0.5, 0.5), high=1.0, above=(0.0, 1.0))


def sparse_sigmoid(x: Any) -> Tensor:
    """``(x + 1) / 2``, held between 0 and 1.

    >>> import pellucid as pl
    >>> pl.ops.sparse_sigmoid([-2.0, 0.0, 0.5, 3.0]).numpy()
    array([0.  , 0.5 , 0.75, 1.  ], dtype=float32)
    """
    return SparseSigmoid()(*floating(x))
