"""RepeatVector: one vector as a sequence of itself."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.arguments import integer
from pellucid.autodiff import Tensor
from pellucid.autodiff.budget import take
from pellucid.errors import ShapeError
from pellucid.layers.layer import Layer


class RepeatVector(Layer):
    """Each sample's vector n times.

    Shapes: (batch, features) -> (batch, n, features).

    Args:
        n: how often, >= 1.
        layer: see `Layer`.

    Raises:
        ArgumentError: n is not a positive integer.
        ShapeError: when called: a sample is not a vector.

    >>> import pellucid as pl
    >>> pl.layers.RepeatVector(2)([[1.0, 5.0]]).numpy()
    array([[[1., 5.],
            [1., 5.]]], dtype=float32)
    """

    def __init__(self, n: int, **layer: Any) -> None:
        super().__init__(**layer)
        self.n = integer("RepeatVector", "n", n, at_least=1)

    def call(self, inputs: Tensor) -> Tensor:
        if inputs.ndim != 2:
            raise ShapeError(f'RepeatVector "{self.name}": the input must be (batch, features). Received shape {inputs.shape}.')
        take(self.name, self.n)
        return ops.stack([inputs] * self.n, axis=1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "n": self.n}
