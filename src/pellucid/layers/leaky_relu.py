"""Leaky ReLU, as a layer."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.layers.layer import Layer


class LeakyReLU(Layer):
    r"""Rectified linear unit that lets a little through below 0; see `ops.LeakyRelu`.

        y = x where x > 0, else negative_slope x

    Shapes: any -> the same. (Maas, Hannun and Ng 2013.)

    Args:
        negative_slope: >= 0. 0.3 as in Keras' layer; the activation ``"leaky_relu"`` has 0.2, PyTorch 0.01.
        layer: see `Layer`.

    Raises:
        ArgumentError: the slope is negative or no number.

    >>> import pellucid as pl
    >>> pl.layers.LeakyReLU(negative_slope=0.25)([[-4.0, 2.0]]).numpy()
    array([[-1.,  2.]], dtype=float32)
    """

    supports_masking = True

    def __init__(self, negative_slope: float = 0.3, **layer: Any) -> None:
        super().__init__(**layer)
        self.negative_slope = real("LeakyReLU", "negative_slope", negative_slope, at_least=0)

    def call(self, inputs: Tensor) -> Tensor:
        return ops.leaky_relu(inputs, self.negative_slope)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "negative_slope": self.negative_slope}
