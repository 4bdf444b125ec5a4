"""The activations that fit into other operations: those whose derivative can be told from their output."""

from __future__ import annotations

from enum import Enum
from typing import Any


class FusedActivation(Enum):
    """An activation f that a product can apply to its rows while they are in cache.

        linear  f = z            f' = 1
        relu    f = max(z, 0)    f' = [y > 0]
        sigmoid f = 1/(1+e^-z)   f' = y (1 - y)
        tanh    f = tanh z       f' = 1 - y^2
    """

    LINEAR = "linear"
    RELU = "relu"
    SIGMOID = "sigmoid"
    TANH = "tanh"

    @property
    def code(self) -> int:
        """How kernels are told which one it is."""
        return list(FusedActivation).index(self)

    def forward(self, xp: Any, z: Any) -> Any:
        match self:
            case FusedActivation.LINEAR:
                return z
            case FusedActivation.RELU:
                return xp.maximum(z, 0)
            case FusedActivation.SIGMOID:
                e = xp.exp(-xp.abs(z))  # never overflows
                return xp.where(z >= 0, 1 / (1 + e), e / (1 + e))
            case FusedActivation.TANH:
                return xp.tanh(z)

    def derivative_from_output(self, xp: Any, y: Any) -> Any:
        match self:
            case FusedActivation.LINEAR:
                return xp.ones_like(y)
            case FusedActivation.RELU:
                return (y > 0).astype(y.dtype)
            case FusedActivation.SIGMOID:
                return y * (1 - y)
            case FusedActivation.TANH:
                return 1 - y * y
