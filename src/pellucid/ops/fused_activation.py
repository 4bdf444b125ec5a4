"""The activations that fit into other operations: those whose derivative can be told from their output."""

from __future__ import annotations

from enum import Enum
from typing import Any

from pellucid.ops.relu import Relu
from pellucid.ops.sigmoid import Sigmoid
from pellucid.ops.tanh import Tanh
from pellucid.ops.unary import Unary


class FusedActivation(Enum):
    """An activation y = f(z) that a product can apply to its rows while they are in cache.

    The equations are those of the operations `Relu`, `Sigmoid` and `Tanh`; ``linear`` is f(z) = z.
    """

    LINEAR = "linear"
    RELU = "relu"
    SIGMOID = "sigmoid"
    TANH = "tanh"

    @property
    def op(self) -> Unary | None:
        """The same activation as an operation of its own; None for linear."""
        return _OPS.get(self)

    @property
    def code(self) -> int:
        """How kernels are told which one it is."""
        return _CODES[self]

    def forward(self, xp: Any, z: Any) -> Any:
        """y = f(z)."""
        return self.op.forward(xp, z) if self.op else z

    def backward(self, xp: Any, grad: Any, y: Any) -> Any:
        """dL/dz = dL/dy f'(z), told from y."""
        return self.op.backward(xp, grad, y) if self.op else grad


_OPS = {FusedActivation.RELU: Relu(), FusedActivation.SIGMOID: Sigmoid(), FusedActivation.TANH: Tanh()}
_CODES = {activation: code for code, activation in enumerate(FusedActivation)}  # as in kernels.fused_activation
