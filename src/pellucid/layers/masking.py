"""Masking: steps that are not there."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.errors import ShapeError
from pellucid.layers.layer import Layer


class Masking(Layer):
    """Hides the steps all of whose features equal ``mask_value`` from the recurrent layers after it, and sets them to 0.

    So sequences of different lengths fit into one batch. The mask goes with the output through layers that keep the steps apart
    (`Dense`, `Dropout`, `Activation`, ..., `TimeDistributed`, and recurrent layers that return sequences), and ends at others.

    Args:
        mask_value: what fills steps that are not there.
        layer: see `Layer`.

    Shapes: (batch, time, features) -> the same.

    >>> import numpy as np, pellucid as pl
    >>> y = pl.layers.Masking(-1.0)(np.array([[[3.0, -1.0], [-1.0, -1.0]]]))
    >>> y.mask.numpy()
    array([[ True, False]])
    """

    def __init__(self, mask_value: float = 0.0, **layer: Any) -> None:
        super().__init__(**layer)
        self.mask_value = real("Masking", "mask_value", mask_value)

    def call(self, inputs: Tensor) -> Tensor:
        if inputs.ndim < 3:
            raise ShapeError(f'Masking "{self.name}": the input must be (batch, time, features). Received {inputs.shape}.')
        differs = ops.cast(inputs != np.asarray(self.mask_value, inputs.dtype), inputs.dtype)
        there = ops.stop_gradient(ops.max(differs, axis=tuple(range(2, inputs.ndim))))
        outputs = inputs * there.reshape((*there.shape, *[1] * (inputs.ndim - 2)))
        outputs.mask = there != 0
        return outputs

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mask_value": self.mask_value}
