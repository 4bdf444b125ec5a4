"""Activation: a function between layers, as a layer of its own."""

from __future__ import annotations

from typing import Any

from pellucid import activations
from pellucid.autodiff import Tensor
from pellucid.layers.layer import Layer


class Activation(Layer):
    """Applies a function to each value.

    A stored model knows the function by its name, with its own defaults; where it has settings, there are layers for it:
    `ReLU`, `LeakyReLU`, `ELU`, `Softmax`.

    Args:
        activation: by name or as a function.
        layer: see `Layer`.

    >>> import pellucid as pl
    >>> pl.layers.Activation("step")([[-1.0, 2.0]]).numpy()
    array([[0., 1.]], dtype=float32)
    """

    supports_masking = True

    def __init__(self, activation: Any, **layer: Any) -> None:
        super().__init__(**layer)
        self.activation = activations.get(activation)

    def call(self, inputs: Tensor) -> Tensor:
        return self.activation(inputs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "activation": activations.serialize(self.activation)}
