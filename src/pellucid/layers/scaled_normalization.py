"""ScaledNormalization: what batch, layer and group normalization have in common, gamma and beta."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid import constraints, initializers, ops, regularizers
from pellucid.arguments import flag, integer, real
from pellucid.autodiff import Parameter, Tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ShapeError
from pellucid.layers.layer import Layer
from pellucid.layers.room import require_room


class ScaledNormalization(Layer):
    r"""Base of the layers that normalize and then let each feature find its own deviation gamma and mean beta.

        y = gamma * (x - mean) / sqrt(variance + epsilon) + beta

    Args:
        epsilon: > 0, keeps the square root from 0.
        center, scale: whether there is beta, gamma.
        beta_initializer, gamma_initializer: first values.
        beta_regularizer, gamma_regularizer: penalties.
        beta_constraint, gamma_constraint: what each is held to after an update.
        layer: see `Layer`.
    """

    gamma: Parameter  # where asked for
    beta: Parameter

    def __init__(
        self,
        epsilon: float,
        center: bool,
        scale: bool,
        beta_initializer: Any,
        gamma_initializer: Any,
        beta_regularizer: Any,
        gamma_regularizer: Any,
        beta_constraint: Any,
        gamma_constraint: Any,
        **layer: Any,
    ) -> None:
        super().__init__(**layer)
        owner = type(self).__name__
        self.epsilon = real(owner, "epsilon", epsilon, above=0)
        self.center = flag(owner, "center", center)
        self.scale = flag(owner, "scale", scale)
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def add_gamma_and_beta(self, shape: Shape) -> None:
        """Make those parameters that are asked for."""
        for name, wanted in (("gamma", self.scale), ("beta", self.center)):
            if wanted:
                initializer, regularizer, constraint = (
                    getattr(self, f"{name}_{what}") for what in ("initializer", "regularizer", "constraint")
                )
                made = self.add_weight(shape, initializer, regularizer=regularizer, constraint=constraint, name=name)
                setattr(self, name, made)

    def gamma_and_beta(self, shape: Shape) -> tuple[Any, Any]:
        """Both, ones and zeros where there is none."""
        require_room(self.name, "constants", shape, self.dtype)
        gamma = self.gamma if self.scale else np.ones(shape, self.dtype)
        beta = self.beta if self.center else np.zeros(shape, self.dtype)
        return gamma, beta

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": initializers.serialize(self.beta_initializer),
            "gamma_initializer": initializers.serialize(self.gamma_initializer),
            "beta_regularizer": regularizers.serialize(self.beta_regularizer),
            "gamma_regularizer": regularizers.serialize(self.gamma_regularizer),
            "beta_constraint": constraints.serialize(self.beta_constraint),
            "gamma_constraint": constraints.serialize(self.gamma_constraint),
        }


class ChannelNormalization(ScaledNormalization):
    """One whose gamma and beta belong to the entries of one axis, the channels."""

    axis: int

    def keep_axis(self, axis: Any) -> None:
        self.axis = integer(type(self).__name__, "axis", axis)

    def channels(self, shape: Shape) -> int:
        """The length of ``axis`` in an input of this shape.

        Raises:
            ShapeError: there is no such axis, it is the batch, or its length is open.
        """
        rank = len(shape)
        exists = -rank <= self.axis < rank and self.axis % rank != 0
        if not exists or shape[self.axis] == None:  # noqa: E711 (an open axis equals None)
            raise ShapeError(
                f'{type(self).__name__} "{self.name}": axis {self.axis} must be one of the input\'s, of known length, and not '
                f"the batch. Received shape {tuple(shape)}."
            )
        return int(shape[self.axis])

    def require_channels(self, shape: Shape) -> None:
        """Refuse an input of other channels than the layer was built for."""
        built_for = (*(p.shape[0] for p in self._parameters[:1]), None)[0]
        if built_for is not None and self.channels(shape) != built_for:
            raise ShapeError(
                f'{type(self).__name__} "{self.name}": the input has {shape[self.axis]} entries along axis {self.axis}, but the '
                f"layer was built for {built_for}. Received shape {tuple(shape)}. Build a new layer, or bring the input to that."
            )

    def with_channels_last(self, x: Tensor) -> Tensor:
        """``axis`` and the last axis exchanged: there and back."""
        return x if self.axis in (-1, x.ndim - 1) else ops.swapaxes(x, self.axis, -1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}
