"""Dot: products of two tensors' samples, summed over one axis of each."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from pellucid import ops
from pellucid.arguments import flag, integer
from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers.merging import Merge
from pellucid.layers.unit_normalization import to_unit_length


class Dot(Merge):
    r"""Sample by sample, the sum of products over an axis of each of two tensors.

        y[s, i, j] = sum_k a[s, i, k] b[s, j, k]        for axes = 2 of two tensors with three axes

    Shapes: a's without its axis, then b's without its axis and the batch; of two vectors a sample one number: (batch, 1).

    Args:
        axes: one axis for both, or one for each; not the batch.
        normalize: bring the vectors along these axes to length 1 first: the cosine of the angle between them.
        layer: see `Layer`.

    Raises:
        ArgumentError: axes is not of that kind; when called: there is no such axis, or not two tensors are given.
        ShapeError: when called: the axes differ in length.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.Dot(axes=1)([np.float32([[1, 2]]), np.float32([[10, 1]])]).numpy()
    array([[12.]], dtype=float32)
    """

    fewest = most = 2

    def __init__(self, axes: int | Sequence[int], normalize: bool = False, **layer: Any) -> None:
        super().__init__(**layer)
        if isinstance(axes, Sequence) and not isinstance(axes, str):
            if len(axes) != 2:
                raise ArgumentError(f"Dot: axes must be one axis for both tensors, or two, one for each. Received {axes!r}.")
            self.axes: int | tuple[int, int] = (integer("Dot", "axes", axes[0]), integer("Dot", "axes", axes[1]))
        else:
            self.axes = integer("Dot", "axes", axes)
        self.normalize = flag("Dot", "normalize", normalize)

    def merge(self, inputs: list[Tensor]) -> Tensor:
        a, b = inputs
        first, second = (self._axis(x, i) for i, x in enumerate(inputs))
        if a.shape[first] != b.shape[second]:
            raise ShapeError(
                f'Dot "{self.name}": axis {first} of the first tensor and axis {second} of the second must be equally long. '
                f"Received shapes {a.shape} and {b.shape}."
            )
        if self.normalize:
            a, b = to_unit_length(a, first), to_unit_length(b, second)
        rows, columns = (
            [n for i, n in enumerate(a.shape[1:], 1) if i != first],
            [n for i, n in enumerate(b.shape[1:], 1) if i != second],
        )
        batch, count = a.shape[0], a.shape[first]
        left = ops.reshape(_moved(a, first, -1), (batch, prod(rows), count))
        right = ops.reshape(_moved(b, second, 1), (batch, count, prod(columns)))
        return ops.reshape(ops.matmul(left, right), (batch, *([*rows, *columns] or [1])))

    def _merged_mask(self, inputs: list[Tensor]) -> None:
        """None, as in Keras: what a step of the result is depends on the axes."""

    def _aligned(self, inputs: list[Tensor]) -> list[Tensor]:
        if inputs[0].shape[:1] != inputs[1].shape[:1]:
            raise ShapeError(
                f'Dot "{self.name}": both tensors must have as many samples. '
                f"Received shapes {', '.join(str(x.shape) for x in inputs)}."
            )
        return inputs

    def _axis(self, x: Tensor, which: int) -> int:
        axis = self.axes if isinstance(self.axes, int) else self.axes[which]
        if not -x.ndim <= axis < x.ndim or axis % x.ndim == 0:
            raise ArgumentError(
                f'Dot "{self.name}": axis {axis} must be one of the axes 1 to {x.ndim - 1}, not the batch. '
                f"Received a tensor of shape {x.shape}."
            )
        return axis % x.ndim

    def get_config(self) -> dict[str, Any]:
        axes = self.axes if isinstance(self.axes, int) else list(self.axes)
        return {**super().get_config(), "axes": axes, "normalize": self.normalize}


def _moved(x: Tensor, axis: int, place: int) -> Tensor:
    """``x`` with one axis taken to another place; itself where it is there."""
    place %= x.ndim
    order = [i for i in range(x.ndim) if i != axis]
    order.insert(place, axis)
    return x if axis == place else ops.transpose(x, order)


def dot(inputs: Sequence[Any], axes: int | Sequence[int] = -1, normalize: bool = False, **layer: Any) -> Any:
    """A new `Dot`, called on ``inputs``."""
    return Dot(axes, normalize, **layer)(inputs)
