"""ReLU: what is negative becomes 0."""

from __future__ import annotations

from typing import Any

from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.thresholded_relu import ThresholdedRelu
from pellucid.ops.unary import Unary


class Relu(Unary):
    r"""Rectified linear unit, elementwise.

        y = max(x, 0)        dL/dx = dL/dy [y > 0]

    Shapes: any -> the same. At 0 the derivative is taken as 0. (Nair and Hinton 2010.)
    """

    forward_kernel = "activation.relu"
    gradient_kernel = "activation.relu_gradient"

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.maximum(x, 0)

    def backward(self, xp: Any, grad: Any, y: Any) -> Any:
        return xp.where(y > 0, grad, 0)


def relu(x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Tensor:
    """``max(x, 0)``, elementwise; with settings, what `ThresholdedRelu` says.

    Args:
        x: any shape.
        negative_slope: slope at or below the threshold, >= 0.
        max_value: where the output saturates, >= 0; None is nowhere.
        threshold: above it x passes unchanged, >= 0.

    Raises:
        ArgumentError: a setting is negative or no number.

    >>> import pellucid as pl
    >>> pl.ops.relu([-1.0, 0.0, 2.0]).numpy()
    array([0., 0., 2.], dtype=float32)
    >>> pl.ops.relu([-1.0, 0.5, 2.0, 9.0], negative_slope=0.5, max_value=6.0, threshold=1.0).numpy()
    array([-1.  , -0.25,  2.  ,  6.  ], dtype=float32)
    """
    negative_slope = real("relu", "negative_slope", negative_slope, at_least=0)
    threshold = real("relu", "threshold", threshold, at_least=0)
    if max_value is not None:
        max_value = real("relu", "max_value", max_value, at_least=0)
    if (negative_slope, max_value, threshold) == (0.0, None, 0.0):
        return Relu()(*floating(x))
    return ThresholdedRelu(negative_slope, max_value, threshold)(*floating(x))
