"""Concatenate: tensors side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid import ops
from pellucid.arguments import integer
from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers.merging import Merge


class Concatenate(Merge):
    """Tensors one after the other along an axis, such as several inputs of a model as one vector.

    Shapes: equal in all axes but ``axis``, where lengths add up. Along the features a step is there if one of the tensors has it;
    along the steps, masks are joined as the tensors are, and a tensor without one has all of its steps.

    Args:
        axis: along which they are joined; not the batch.
        layer: see `Layer`.

    Raises:
        ArgumentError: when called: not a list, or there is no such axis.
        ShapeError: when called: the shapes differ in another axis.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.Concatenate()([np.float32([[1, 2]]), np.float32([[3]])]).numpy()
    array([[1., 2., 3.]], dtype=float32)
    """

    def __init__(self, axis: int = -1, **layer: Any) -> None:
        super().__init__(**layer)
        self.axis = integer("Concatenate", "axis", axis)

    def merge(self, inputs: list[Tensor]) -> Tensor:
        axes = inputs[0].ndim
        if not -axes <= self.axis < axes or self.axis % axes == 0:
            raise ArgumentError(
                f'Concatenate "{self.name}": axis {self.axis} must be one of the axes 1 to {axes - 1}; axis 0 is the batch. '
                f"Received shapes {', '.join(str(x.shape) for x in inputs)}."
            )
        return ops.concatenate(inputs, self.axis)

    def _merged_mask(self, inputs: list[Tensor]) -> Tensor | None:
        ranks = {x.mask.ndim for x in inputs if x.mask is not None}
        if len(ranks) != 1 or (place := self.axis % inputs[0].ndim) >= (rank := ranks.pop()):
            return super()._merged_mask(inputs)
        everywhere = (..., *[0] * (inputs[0].ndim - rank))
        masks = [ops.cast(ops.ones_like(x[everywhere]), "bool") if x.mask is None else x.mask for x in inputs]
        return ops.concatenate(masks, place)

    def _aligned(self, inputs: list[Tensor]) -> list[Tensor]:
        place = self.axis % max(inputs[0].ndim, 1)
        beside = {(x.ndim, tuple(int(n) for i, n in enumerate(x.shape) if i != place)) for x in inputs}
        if len(beside) > 1:
            raise ShapeError(
                f'Concatenate "{self.name}": the shapes must be equal in all axes but axis {self.axis}. '
                f"Received {', '.join(str(x.shape) for x in inputs)}. Reshape or flatten them first."
            )
        return inputs

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


def concatenate(inputs: Sequence[Any], axis: int = -1, **layer: Any) -> Any:
    """A new `Concatenate`, called on ``inputs``."""
    return Concatenate(axis, **layer)(inputs)
