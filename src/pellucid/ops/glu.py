"""GLU: one half of the values, gated by the other."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.errors import ShapeError
from pellucid.ops.dtypes import floating
from pellucid.ops.shapes import positive_axis
from pellucid.ops.sigmoid import sigmoid


def glu(x: Any, axis: int = -1) -> Tensor:
    """Gated linear unit: ``a sigmoid(b)``, where a and b are the halves of ``x`` along ``axis``.

    Shapes: (..., 2n, ...) -> (..., n, ...). (Dauphin et al. 2017.)

    Raises:
        ArgumentError: there is no such axis.
        ShapeError: the axis has an odd length.

    >>> import pellucid as pl
    >>> pl.ops.glu([3.0, 8.0, 0.0, 1000.0]).numpy()
    array([1.5, 8. ], dtype=float32)
    """
    (x,) = floating(x)
    axis = positive_axis(axis, x.ndim)
    length = x.shape[axis]
    if length is None or length % 2:
        raise ShapeError(f"glu: axis {axis} must be known and of even length, to be cut in half. Received shape {x.shape}.")
    before = (slice(None),) * axis
    a: Tensor = x[(*before, slice(None, length // 2))]
    return a * sigmoid(x[(*before, slice(length // 2, None))])
