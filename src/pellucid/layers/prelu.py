"""PReLU: a ReLU that learns its slopes below 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid import constraints, initializers, ops, regularizers
from pellucid.arguments import integer
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers.layer import Layer


class PReLU(Layer):
    r"""Parametric rectified linear unit; see `ops.Prelu`.

        y = x where x > 0, else alpha x

    Shapes: x (batch, ...), alpha one number for each element of a sample, 1 along shared axes -> x's.

    Args:
        alpha_initializer: first values, by name or object.
        alpha_regularizer: penalty, by name or object; one that pulls to 0 makes it a ReLU, and He et al. use none.
        alpha_constraint: what the slopes are held to after each update, by name or object.
        shared_axes: axes of the input, counted from the batch axis 0, along which a slope is shared: [1, 2] for images.
        layer: see `Layer`.

    Raises:
        ArgumentError: a shared axis is no axis of a sample, or a name is not known.
        ShapeError: when built: an axis that is not shared has no known length.

    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015. They begin at 0.25, Keras and this at 0.

    >>> import pellucid as pl
    >>> layer = pl.layers.PReLU(alpha_initializer=pl.initializers.Constant(0.25))
    >>> layer([[-4.0, 2.0]]).numpy()
    array([[-1.,  2.]], dtype=float32)
    """

    supports_masking = True

    def __init__(
        self,
        alpha_initializer: Any = "zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: int | list[int] | tuple[int, ...] | None = None,
        **layer: Any,
    ) -> None:
        super().__init__(**layer)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        axes = [] if shared_axes is None else [shared_axes] if isinstance(shared_axes, int | np.integer) else list(shared_axes)
        self.shared_axes = [integer("PReLU", "shared_axes", axis, at_least=1) for axis in axes]

    def build(self, input_shape: Shape) -> None:
        wrong = [axis for axis in self.shared_axes if axis >= len(input_shape)]
        if wrong:
            raise ArgumentError(
                f'PReLU "{self.name}": shared_axes must be axes of the input after the batch axis 0. '
                f"Received {self.shared_axes} for an input of shape {input_shape}."
            )
        shape = tuple(1 if axis in self.shared_axes else n for axis, n in enumerate(input_shape))[1:]
        if None in shape:
            raise ShapeError(
                f'PReLU "{self.name}": an axis of unknown length must be shared. Received shape {input_shape}; '
                f"pass shared_axes=[{', '.join(str(i) for i, n in enumerate(input_shape) if i and n is None)}]."
            )
        self.alpha = self.add_weight(
            shape,
            self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
            name="alpha",
        )

    def call(self, inputs: Tensor) -> Tensor:
        return ops.prelu(inputs, self.alpha)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "alpha_initializer": initializers.serialize(self.alpha_initializer),
            "alpha_regularizer": regularizers.serialize(self.alpha_regularizer),
            "alpha_constraint": constraints.serialize(self.alpha_constraint),
            "shared_axes": self.shared_axes or None,
        }
