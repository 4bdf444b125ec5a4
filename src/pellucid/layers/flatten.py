"""Flatten: all axes of a sample to one."""

from __future__ import annotations

from math import prod
from typing import Any

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError
from pellucid.layers.layer import Layer


class Flatten(Layer):
    """Each sample as one row: images for a dense layer.

    Shapes: (batch, ...) -> (batch, product of the others), last axis fastest; (batch,) -> (batch, 1).

    Args:
        data_format: ``"channels_first"`` takes axis 1 to the end first, so that the order is that of the same image with its
            channels last; ``"channels_last"`` and None leave the order as it is.
        layer: see `Layer`.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.Flatten()(np.zeros((32, 28, 28), "float32")).shape
    (32, 784)
    """

    def __init__(self, data_format: str | None = None, **layer: Any) -> None:
        super().__init__(**layer)
        if data_format not in (None, "channels_last", "channels_first"):
            raise ArgumentError(
                f"Flatten: data_format must be 'channels_last', 'channels_first' or None. Received {data_format!r}."
            )
        self.data_format = data_format

    def call(self, inputs: Tensor) -> Tensor:
        if self.data_format == "channels_first" and inputs.ndim > 2:
            inputs = ops.transpose(inputs, (0, *range(2, inputs.ndim), 1))
        return ops.reshape(inputs, (inputs.shape[0], prod(inputs.shape[1:])))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "data_format": self.data_format}
