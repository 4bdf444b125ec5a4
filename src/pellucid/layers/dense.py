"""Dense: every output sees every input."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid import activations, constraints, initializers, ops, regularizers
from pellucid.arguments import flag, integer
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ShapeError
from pellucid.layers.fused import FUSED
from pellucid.layers.layer import Layer


class Dense(Layer):
    """Fully connected layer.

        y = f(x kernel + bias)

    Shapes: x (batch, ..., in), kernel (in, units), bias (units,) -> (batch, ..., units). Parameters: in * units + units.

    Args:
        units: number of outputs, >= 1.
        activation: f by name or as a function; None is linear.
        use_bias: whether there is a bias.
        kernel_initializer, bias_initializer: first values, by name or object.
        kernel_regularizer, bias_regularizer: penalties, by name or object.
        activity_regularizer: a penalty on the output, by name or object.
        kernel_constraint, bias_constraint: what weights are held to after each update, by name or object.
        layer: see `Layer`; ``input_dim`` and ``input_shape`` among it.

    Raises:
        ArgumentError: units is not a positive integer, or a name is not known.
        ShapeError: when called: the input has no feature axis, or another number of features than the kernel.

    >>> import pellucid as pl
    >>> layer = pl.layers.Dense(5, input_dim=2)
    >>> layer.build((None, 2))
    >>> [w.shape for w in layer.weights]  # 2 * 5 + 5 = 15 parameters
    [(2, 5), (5,)]
    """

    supports_masking = True

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **layer: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **layer)
        self.units = integer("Dense", "units", units, at_least=1)
        self.activation = activations.get(activation)
        self.use_bias = flag("Dense", "use_bias", use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def build(self, input_shape: Shape) -> None:
        self._require_features(input_shape)
        self.kernel = self.add_weight(
            (input_shape[-1], self.units),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        if self.use_bias:
            self.bias = self.add_weight(
                (self.units,),
                self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def call(self, inputs: Tensor) -> Tensor:
        self._require_features(inputs.shape)
        if inputs.shape[-1] != self.kernel.shape[0]:
            raise ShapeError(
                f'Dense({self.units}) "{self.name}": the input has {inputs.shape[-1]} features, but the kernel was built for '
                f"{self.kernel.shape[0]}. Received shape {inputs.shape}. Build a new layer, or bring the input to "
                f"(batch, {self.kernel.shape[0]})."
            )
        bias = self.bias if self.use_bias else np.zeros(self.units, self.kernel.dtype)
        fused = FUSED.get(self.activation)
        if fused is not None:
            return ops.linear(inputs, self.kernel, bias, fused)
        return self.activation(ops.linear(inputs, self.kernel, bias))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }

    def _require_features(self, shape: Shape) -> None:
        if len(shape) < 2 or shape[-1] is None:
            raise ShapeError(
                f'Dense({self.units}) "{self.name}": the input must have a batch axis and a feature axis of known length. '
                f"Received shape {shape}. For one sample, pass x[None, :]; for one feature, x[:, None]."
            )
