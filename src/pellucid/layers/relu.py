"""ReLU, with a slope, a ceiling and a threshold if wanted, as a layer."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.layers.layer import Layer


class ReLU(Layer):
    r"""Rectified linear unit; see `ops.Relu` and `ops.ThresholdedRelu`.

        y = negative_slope (x - threshold)      where x <= threshold
        y = min(x, max_value)                   elsewhere

    Shapes: any -> the same.

    Args:
        max_value: where the output saturates, >= 0; None is nowhere.
        negative_slope: slope at or below the threshold, >= 0.
        threshold: above it the input passes unchanged, >= 0.
        layer: see `Layer`.

    Raises:
        ArgumentError: a setting is negative or no number.

    >>> import pellucid as pl
    >>> pl.layers.ReLU(max_value=6.0)([[-1.0, 2.0, 7.0]]).numpy()
    array([[0., 2., 6.]], dtype=float32)
    """

    supports_masking = True

    def __init__(self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0, **layer: Any) -> None:
        super().__init__(**layer)
        self.max_value = None if max_value is None else real("ReLU", "max_value", max_value, at_least=0)
        self.negative_slope = real("ReLU", "negative_slope", negative_slope, at_least=0)
        self.threshold = real("ReLU", "threshold", threshold, at_least=0)

    def call(self, inputs: Tensor) -> Tensor:
        return ops.relu(inputs, self.negative_slope, self.max_value, self.threshold)

    def get_config(self) -> dict[str, Any]:
        own = {"max_value": self.max_value, "negative_slope": self.negative_slope, "threshold": self.threshold}
        return {**super().get_config(), **own}
