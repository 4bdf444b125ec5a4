"""Projection: a dense layer whose outputs, or inputs, are parts side by side, such as the heads of attention."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ShapeError
from pellucid.layers.layer import Layer


class Projection(Layer):
    """y = x kernel + bias, with the kernel in the shape that Keras gives it: (in, heads, size), or (heads, size, out).

    Shapes: x (batch, steps, in) -> (batch, steps, out): the axes of parts are one in both.

    Args:
        outer: the kernel's axes before the last axis of x, such as (heads, size) for what joins heads; (in,) where empty.
        inner: the kernel's axes of y; the bias has them, too.
        use_bias: whether there is a bias.
        weights: initializers, regularizers and constraints by the names of `Dense`.
        layer: see `Layer`.
    """

    supports_masking = True

    def __init__(
        self, outer: tuple[int, ...], inner: tuple[int, ...], use_bias: bool, weights: dict[str, Any], **layer: Any
    ) -> None:
        super().__init__(**layer)
        self.outer, self.inner = outer, inner
        self.use_bias = use_bias
        self._settings = weights

    def build(self, input_shape: Shape) -> None:
        shape = (*(self.outer or input_shape[-1:]), *self.inner)
        self.kernel = self.add_weight(shape, name="kernel", **_of("kernel", self._settings))
        if self.use_bias:
            self.bias = self.add_weight(self.inner, name="bias", **_of("bias", self._settings))

    def call(self, inputs: Tensor) -> Tensor:
        outputs = prod(self.inner)
        features = self.kernel.size // outputs
        if inputs.shape[-1] != features:
            raise ShapeError(
                f'"{self.name}": the input has {inputs.shape[-1]} features, but the kernel was built for {features}. '
                f"Received shape {inputs.shape}."
            )
        bias = ops.reshape(self.bias, (outputs,)) if self.use_bias else np.zeros(outputs, self.kernel.dtype)
        return ops.linear(inputs, ops.reshape(self.kernel, (features, outputs)), bias)


def _of(part: str, settings: dict[str, Any]) -> dict[str, Any]:
    return {kind: settings[f"{part}_{kind}"] for kind in ("initializer", "regularizer", "constraint")}
