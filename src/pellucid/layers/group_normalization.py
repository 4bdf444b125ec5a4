"""GroupNormalization: groups of channels, each by its own mean and deviation."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from pellucid import constraints, initializers, ops, regularizers
from pellucid.arguments import flag, integer, real
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers.layer import Layer


class GroupNormalization(Layer):
    r"""Normalizes groups of each sample's channels by their own mean and variance, over all places of an image.

        y = gamma * (x - mean) / sqrt(variance + epsilon) + beta

    One group is layer normalization over all axes (but gamma and beta are one a channel); as many groups as channels is
    instance normalization.

    Shapes: any -> the same; gamma and beta (channels,).

    Args:
        groups: how many, a divisor of the number of channels; -1 for as many as channels.
        axis: of the channels; not the batch.
        epsilon: > 0.
        center, scale: whether there is beta, gamma.
        beta_initializer, gamma_initializer: first values.
        beta_regularizer, gamma_regularizer: penalties.
        beta_constraint, gamma_constraint: what each is held to after an update.
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument is out of its range.
        ShapeError: when built: there is no such axis, or the groups do not divide its length.

    Source: Wu and He, "Group normalization", 2018.

    >>> import pellucid as pl
    >>> pl.layers.GroupNormalization(groups=2, epsilon=1e-9)([[1.0, 3.0, 10.0, 30.0]]).numpy()
    array([[-1.,  1., -1.,  1.]], dtype=float32)
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **layer: Any,
    ) -> None:
        super().__init__(**layer)
        self.groups = integer("GroupNormalization", "groups", groups, at_least=-1)
        if self.groups == 0:
            raise ArgumentError("GroupNormalization: groups must be at least 1, or -1 for as many as channels. Received 0.")
        self.axis = integer("GroupNormalization", "axis", axis)
        self.epsilon = real("GroupNormalization", "epsilon", epsilon, above=0)
        self.center = flag("GroupNormalization", "center", center)
        self.scale = flag("GroupNormalization", "scale", scale)
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def build(self, input_shape: Shape) -> None:
        rank = len(input_shape)
        if not -rank <= self.axis < rank or self.axis % rank == 0 or input_shape[self.axis] == None:  # noqa: E711
            raise ShapeError(
                f'GroupNormalization "{self.name}": axis {self.axis} must be one of the input\'s, of known length, and not the '
                f"batch. Received shape {tuple(input_shape)}."
            )
        channels = int(input_shape[self.axis])
        groups = channels if self.groups == -1 else self.groups
        if channels % groups:
            raise ShapeError(
                f'GroupNormalization "{self.name}": {groups} groups do not divide {channels} channels. Set groups to a divisor, '
                f"or to -1 for one a channel. Received shape {tuple(input_shape)}."
            )
        if self.scale:
            self.gamma = self.add_weight(
                (channels,),
                self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                name="gamma",
            )
        if self.center:
            self.beta = self.add_weight(
                (channels,),
                self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                name="beta",
            )

    def call(self, inputs: Tensor) -> Tensor:
        x = self._with_channels_last(inputs)
        batch, places, channels = x.shape[0], prod(x.shape[1:-1]), x.shape[-1]
        groups = channels if self.groups == -1 else self.groups
        each = channels // groups
        # (batch, places, groups, each) -> one vector a group, normalized as a layer's -> and back.
        grouped = ops.reshape(x, (batch, places, groups, each))
        vectors = ops.reshape(_exchanged(grouped, places), (batch, groups, places * each))
        ones = np.ones(places * each, self.dtype)
        h = ops.layer_normalization(vectors, ones, np.zeros_like(ones), self.epsilon)
        shape = (batch, groups, places, each) if places > 1 else (batch, 1, groups, each)
        y = ops.reshape(_exchanged(ops.reshape(h, shape), places), x.shape)
        if self.scale:
            y = y * self.gamma
        if self.center:
            y = y + self.beta
        return self._with_channels_last(y)

    def _with_channels_last(self, x: Tensor) -> Tensor:
        """``axis`` and the last axis exchanged: there and back."""
        return x if self.axis in (-1, x.ndim - 1) else ops.swapaxes(x, self.axis, -1)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "groups": self.groups,
            "axis": self.axis,
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


def _exchanged(x: Tensor, places: int) -> Tensor:
    """The two middle axes exchanged, where that moves anything."""
    return ops.swapaxes(x, 1, 2) if places > 1 else x
