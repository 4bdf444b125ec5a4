"""Softmax: scores to probabilities, as a layer."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.arguments import integer
from pellucid.autodiff import Tensor
from pellucid.layers.layer import Layer


class Softmax(Layer):
    """Scores to probabilities along an axis; see `ops.Softmax`.

    Args:
        axis: along which they sum to 1.
        layer: see `Layer`.

    >>> import pellucid as pl
    >>> pl.layers.Softmax()([[0.0, 0.0]]).numpy()
    array([[0.5, 0.5]], dtype=float32)
    """

    supports_masking = True

    def __init__(self, axis: int = -1, **layer: Any) -> None:
        super().__init__(**layer)
        self.axis = integer("Softmax", "axis", axis)

    def call(self, inputs: Tensor) -> Tensor:
        return ops.softmax(inputs, self.axis)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}
