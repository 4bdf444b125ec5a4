"""Reshape: the numbers of each sample under another shape."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from pellucid import ops
from pellucid.arguments import integer
from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers.layer import Layer


class Reshape(Layer):
    """Each sample under another shape, last axis fastest; no number is copied or moved.

    Shapes: (batch, ...) -> (batch, *target_shape).

    Args:
        target_shape: of one sample; one length may be -1, "what is left".
        layer: see `Layer`.

    Raises:
        ArgumentError: a length is not a positive integer or -1, or -1 stands twice.
        ShapeError: when called: a sample has another number of elements.

    >>> import pellucid as pl
    >>> pl.layers.Reshape((2, -1))([[1.0, 2.0, 3.0, 4.0]]).numpy()
    array([[[1., 2.],
            [3., 4.]]], dtype=float32)
    """

    def __init__(self, target_shape: Sequence[int], **layer: Any) -> None:
        super().__init__(**layer)
        if isinstance(target_shape, int) or not isinstance(target_shape, Sequence):
            raise ArgumentError(f"Reshape: target_shape must be a tuple, such as (28, 28). Received {target_shape!r}.")
        self.target_shape = tuple(integer("Reshape", "each length of target_shape", n, at_least=-1) for n in target_shape)
        if 0 in self.target_shape or self.target_shape.count(-1) > 1:
            raise ArgumentError(
                f"Reshape: each length of target_shape must be 1, 2, ..., or -1 once for what is left. Received {target_shape}."
            )

    def call(self, inputs: Tensor) -> Tensor:
        size, known = prod(inputs.shape[1:]), prod(n for n in self.target_shape if n != -1)
        left = size // known
        if known * left != size or (left != 1 and -1 not in self.target_shape):
            raise ShapeError(
                f'Reshape "{self.name}": a sample of shape {inputs.shape[1:]} has {size} elements, which do not fill the shape '
                f"{self.target_shape}. Let one length be -1, or change it."
            )
        return ops.reshape(inputs, (inputs.shape[0], *(left if n == -1 else n for n in self.target_shape)))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "target_shape": list(self.target_shape)}
