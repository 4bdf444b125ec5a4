"""GroupNormalization: groups of channels, each by its own mean and deviation."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from pellucid import ops
from pellucid.arguments import integer
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers.room import require_room
from pellucid.layers.scaled_normalization import ChannelNormalization


class GroupNormalization(ChannelNormalization):
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
        super().__init__(
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **layer,
        )
        self.groups = integer("GroupNormalization", "groups", groups, at_least=-1)
        if self.groups == 0:
            raise ArgumentError("GroupNormalization: groups must be at least 1, or -1 for as many as channels. Received 0.")
        self.keep_axis(axis)

    def build(self, input_shape: Shape) -> None:
        channels = self.channels(input_shape)
        groups = channels if self.groups == -1 else self.groups
        if channels % groups:
            raise ShapeError(
                f'GroupNormalization "{self.name}": {groups} groups do not divide {channels} channels. Set groups to a divisor, '
                f"or to -1 for one a channel. Received shape {tuple(input_shape)}."
            )
        self.add_gamma_and_beta((channels,))

    def call(self, inputs: Tensor) -> Tensor:
        self.require_channels(inputs.shape)
        x = self.with_channels_last(inputs)
        batch, places, channels = x.shape[0], prod(x.shape[1:-1]), x.shape[-1]
        groups = channels if self.groups == -1 else self.groups
        each = channels // groups
        # (batch, places, groups, each) -> one vector a group, normalized as a layer's -> and back.
        grouped = ops.reshape(x, (batch, places, groups, each))
        vectors = ops.reshape(_exchanged(grouped, places), (batch, groups, places * each))
        require_room(self.name, "constants", (places * each,), self.dtype)
        ones = np.ones(places * each, self.dtype)
        h = ops.layer_normalization(vectors, ones, np.zeros_like(ones), self.epsilon)
        shape = (batch, groups, places, each) if places > 1 else (batch, 1, groups, each)
        y = ops.reshape(_exchanged(ops.reshape(h, shape), places), x.shape)
        if self.scale:
            y = y * self.gamma
        if self.center:
            y = y + self.beta
        return self.with_channels_last(y)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "groups": self.groups}


def _exchanged(x: Tensor, places: int) -> Tensor:
    """The two middle axes exchanged, where that moves anything."""
    return ops.swapaxes(x, 1, 2) if places > 1 else x
