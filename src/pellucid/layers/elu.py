"""ELU, as a layer."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.layers.layer import Layer


class ELU(Layer):
    r"""Exponential linear unit; see `ops.Elu`.

        y = x where x > 0, else alpha (e^x - 1)

    Shapes: any -> the same. (Clevert, Unterthiner and Hochreiter 2016.)

    Args:
        alpha: how far below 0 the output can fall, >= 0.
        layer: see `Layer`.

    Raises:
        ArgumentError: alpha is negative or no number.

    >>> import pellucid as pl
    >>> pl.layers.ELU(alpha=0.5)([[-1000.0, 2.0]]).numpy()
    array([[-0.5,  2. ]], dtype=float32)
    """

    supports_masking = True

    def __init__(self, alpha: float = 1.0, **layer: Any) -> None:
        super().__init__(**layer)
        self.alpha = real("ELU", "alpha", alpha, at_least=0)

    def call(self, inputs: Tensor) -> Tensor:
        return ops.elu(inputs, self.alpha)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "alpha": self.alpha}
