"""OrthogonalRegularizer: rows, or columns, at right angles to each other."""

from __future__ import annotations

import numpy as np

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.regularizers.regularizer import Regularizer


class OrthogonalRegularizer(Regularizer):
    """Penalty on the angle between each two rows (or columns) of a matrix: 0 where all are at right angles.

        factor * mean over pairs i < j of |cos(w_i, w_j)|

    Args:
        factor: strength, >= 0.
        mode: "rows" or "columns"; for a kernel (in, units) the columns are the units.

    Raises:
        ArgumentError: the mode is neither.
        ShapeError: when called: the parameter is no matrix.

    >>> import pellucid as pl
    >>> pl.regularizers.OrthogonalRegularizer(0.5)(pl.tensor([[1.0, 0.0], [2.0, 2.0]])).numpy().round(4)  # cos 45 degrees, halved
    np.float32(0.3536)
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        self.factor = real("OrthogonalRegularizer", "factor", factor, at_least=0)
        if mode not in ("rows", "columns"):
            raise ArgumentError(f"OrthogonalRegularizer: mode must be 'rows' or 'columns'. Received {mode!r}.")
        self.mode = mode

    def __call__(self, w: Tensor) -> Tensor:
        if w.ndim != 2:
            raise ShapeError(f"OrthogonalRegularizer: the parameter must be a matrix. Received shape {w.shape}.")
        rows = w if self.mode == "rows" else ops.transpose(w)
        count = rows.shape[0]
        length = ops.sqrt(ops.maximum(ops.sum(ops.square(rows), axis=1, keepdims=True), 1e-12))  # rows of 0 have no angle
        unit = rows / length
        others = np.array(1 - np.eye(count), w.dtype)
        cosines = ops.absolute(ops.matmul(unit, ops.transpose(unit))) * others
        return ops.sum(cosines) * (self.factor / max(count * (count - 1), 1))
