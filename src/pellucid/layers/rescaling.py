"""Rescaling: pixels to a range that training likes."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.layers.layer import Layer


class Rescaling(Layer):
    """x * scale + offset, elementwise; integers become floats.

    As the first layer of a model, the data may stay small integers: a quarter of the memory.

    Args:
        scale, offset: two numbers.
        layer: see `Layer`.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.Rescaling(1 / 255)(np.array([[0, 51, 255]], np.uint8)).numpy().round(3)
    array([[0. , 0.2, 1. ]], dtype=float32)
    """

    supports_masking = True

    def __init__(self, scale: float, offset: float = 0.0, **layer: Any) -> None:
        super().__init__(**layer)
        self.scale = real("Rescaling", "scale", scale)
        self.offset = real("Rescaling", "offset", offset)

    def call(self, inputs: Tensor) -> Tensor:
        return ops.rescale(inputs, self.scale, self.offset)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "scale": self.scale, "offset": self.offset}
