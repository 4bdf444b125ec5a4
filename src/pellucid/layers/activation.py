"""Activation: a function between layers, as a layer of its own."""

from __future__ import annotations

from typing import Any

from pellucid import activations, ops
from pellucid.arguments import integer
from pellucid.autodiff import Tensor
from pellucid.layers.layer import Layer


class Activation(Layer):
    """Applies a function to each value.

    Args:
        activation: by name or as a function.
        layer: see `Layer`.

    >>> import pellucid as pl
    >>> pl.layers.Activation("step")([[-1.0, 2.0]]).numpy()
    array([[0., 1.]], dtype=float32)
    """

    def __init__(self, activation: Any, **layer: Any) -> None:
        super().__init__(**layer)
        self.activation = activations.get(activation)

    def call(self, inputs: Tensor) -> Tensor:
        return self.activation(inputs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "activation": activations.serialize(self.activation)}


class ReLU(Layer):
    """max(x, 0), elementwise.

    >>> import pellucid as pl
    >>> pl.layers.ReLU()([[-1.0, 2.0]]).numpy()
    array([[0., 2.]], dtype=float32)
    """

    def call(self, inputs: Tensor) -> Tensor:
        return ops.relu(inputs)


class Softmax(Layer):
    """Scores to probabilities along an axis.

    Args:
        axis: along which they sum to 1.
        layer: see `Layer`.

    >>> import pellucid as pl
    >>> pl.layers.Softmax()([[0.0, 0.0]]).numpy()
    array([[0.5, 0.5]], dtype=float32)
    """

    def __init__(self, axis: int = -1, **layer: Any) -> None:
        super().__init__(**layer)
        self.axis = integer("Softmax", "axis", axis)

    def call(self, inputs: Tensor) -> Tensor:
        return ops.softmax(inputs, self.axis)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}
