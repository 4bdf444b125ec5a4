"""TimeDistributed: a layer on each step by itself."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.configurable import serialize
from pellucid.errors import ShapeError
from pellucid.layers.layer import Layer


class TimeDistributed(Layer):
    """Calls a layer on every step as on a sample: steps and samples become one axis, and two again.

    `Dense` works along the last axis by itself and needs no help.

    Args:
        wrapped: the layer, by Keras' name ``layer``.
        settings: see `Layer`.

    Shapes: (batch, time, ...) -> (batch, time, ...) with the samples' shape changed as the layer changes it.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.TimeDistributed(pl.layers.Flatten())(np.zeros((2, 5, 3, 4))).shape
    (2, 5, 12)
    """

    supports_masking = True

    def __init__(self, layer: Any, **settings: Any) -> None:
        super().__init__(**settings)
        from pellucid.layers import get

        self.layer: Layer = get(layer)

    def build(self, input_shape: Shape) -> None:
        self._require_steps(input_shape)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        self._require_steps(inputs.shape)
        time, *sample = inputs.shape[1:]
        y: Tensor = self.layer(inputs.reshape((-1, *sample)), training=training)
        return y.reshape((-1, time, *y.shape[1:]))

    def _require_steps(self, shape: Shape) -> None:
        if len(shape) < 3 or any(n == None for n in shape[1:]):  # noqa: E711 an open axis equals None
            raise ShapeError(
                f'TimeDistributed "{self.name}": the input must be (batch, time, ...), all but the batch known. Received {shape}.'
            )

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "layer": serialize(self.layer)}
