"""Permute: the axes of each sample in another order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid import ops
from pellucid.arguments import integer
from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers.layer import Layer


class Permute(Layer):
    """The axes of each sample in another order.

    Shapes: (batch, n_1, n_2, ...) -> (batch, n_dims[0], n_dims[1], ...).

    Args:
        dims: each of the axes 1, 2, ... once; axis 0, the batch, stays.
        layer: see `Layer`.

    Raises:
        ArgumentError: dims is not such an order.
        ShapeError: when called: the input has another number of axes.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.Permute((2, 1))(np.zeros((5, 10, 64), "float32")).shape
    (5, 64, 10)
    """

    def __init__(self, dims: Sequence[int], **layer: Any) -> None:
        super().__init__(**layer)
        if isinstance(dims, int) or not isinstance(dims, Sequence):
            raise ArgumentError(f"Permute: dims must be a tuple, such as (2, 1). Received {dims!r}.")
        self.dims = tuple(integer("Permute", "each of dims", n) for n in dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ArgumentError(
                f"Permute: dims must be the axes 1 to {len(self.dims)} in some order; the batch, axis 0, stays. "
                f"Received {self.dims}."
            )

    def call(self, inputs: Tensor) -> Tensor:
        if inputs.ndim != len(self.dims) + 1:
            raise ShapeError(
                f'Permute "{self.name}": dims {self.dims} orders {len(self.dims)} axes beside the batch. '
                f"Received shape {inputs.shape}."
            )
        return ops.transpose(inputs, (0, *self.dims))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "dims": list(self.dims)}
