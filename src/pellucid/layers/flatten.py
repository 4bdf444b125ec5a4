"""Flatten: all axes of a sample to one."""

from __future__ import annotations

from math import prod

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.layers.layer import Layer


class Flatten(Layer):
    """Each sample as one row: images for a dense layer.

    Shapes: (batch, ...) -> (batch, product of the others), last axis fastest; (batch,) -> (batch, 1).

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.Flatten()(np.zeros((32, 28, 28), "float32")).shape
    (32, 784)
    """

    def call(self, inputs: Tensor) -> Tensor:
        return ops.reshape(inputs, (inputs.shape[0], prod(inputs.shape[1:])))
