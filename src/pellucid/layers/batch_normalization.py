"""BatchNormalization: each feature to mean 0 and variance 1 over the batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid import constraints, initializers, ops, regularizers
from pellucid.arguments import flag, integer, real
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ShapeError
from pellucid.layers.layer import Layer


class BatchNormalization(Layer):
    r"""Normalizes with the batch's statistics while training, with their running means otherwise.

        y = gamma * (x - mean) / sqrt(variance + epsilon) + beta

        moving <- momentum * moving + (1 - momentum) * batch's        (mean and variance)

    The variance is the mean of squared deviations (no n - 1), for the running mean too, as in Keras; PyTorch's running
    variance has n - 1. A frozen layer (``trainable=False``) uses its running means even while training.

    Shapes: any -> the same; gamma, beta and the moving statistics (features,), the length of ``axis``.

    Args:
        axis: of the features; the statistics are over all others.
        momentum: share of the running means that is kept at each step, 0 <= momentum <= 1.
        epsilon: > 0, keeps the square root from 0.
        center: whether there is beta.
        scale: whether there is gamma.
        beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: first values.
        beta_regularizer, gamma_regularizer: penalties.
        beta_constraint, gamma_constraint: what each is held to after an update.
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument is out of its range.
        ShapeError: when built: there is no such axis, or its length is open.

    Source: Ioffe and Szegedy, "Batch normalization", 2015.

    >>> import pellucid as pl
    >>> layer = pl.layers.BatchNormalization(epsilon=1e-9)
    >>> layer([[1.0], [3.0]], training=True).numpy()
    array([[-1.],
           [ 1.]], dtype=float32)
    >>> layer.moving_mean.numpy().round(4)  # 0.99 * 0 + 0.01 * 2
    array([0.02], dtype=float32)
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **layer: Any,
    ) -> None:
        super().__init__(**layer)
        self.axis = integer("BatchNormalization", "axis", axis)
        self.momentum = real("BatchNormalization", "momentum", momentum, at_least=0, at_most=1)
        self.epsilon = real("BatchNormalization", "epsilon", epsilon, above=0)
        self.center = flag("BatchNormalization", "center", center)
        self.scale = flag("BatchNormalization", "scale", scale)
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def build(self, input_shape: Shape) -> None:
        rank = len(input_shape)
        if not -rank <= self.axis < rank or self.axis % rank == 0 or input_shape[self.axis] is None:
            raise ShapeError(
                f'BatchNormalization "{self.name}": axis {self.axis} must be one of the input\'s, of known length, and not the '
                f"batch. Received shape {input_shape}."
            )
        features = (input_shape[self.axis],)
        if self.scale:
            self.gamma = self.add_weight(
                features,
                self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                name="gamma",
            )
        if self.center:
            self.beta = self.add_weight(
                features, self.beta_initializer, regularizer=self.beta_regularizer, constraint=self.beta_constraint, name="beta"
            )
        self.moving_mean = self.add_weight(features, self.moving_mean_initializer, trainable=False, name="moving_mean")
        self.moving_variance = self.add_weight(
            features, self.moving_variance_initializer, trainable=False, name="moving_variance"
        )

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        x = self._with_features_last(inputs)
        if training and self.trainable:
            moments = ops.moments(x)
            keep = self.momentum
            self.update(self.moving_mean, self.latest(self.moving_mean) * keep + moments[0] * (1 - keep))
            self.update(self.moving_variance, self.latest(self.moving_variance) * keep + moments[1] * (1 - keep))
        else:
            moments = ops.stack([self.moving_mean, self.moving_variance])
        features = self.moving_mean.spec
        gamma = self.gamma if self.scale else np.ones(features.shape, features.dtype)
        beta = self.beta if self.center else np.zeros(features.shape, features.dtype)
        return self._with_features_last(ops.normalize(x, moments, gamma, beta, self.epsilon))

    def _with_features_last(self, x: Tensor) -> Tensor:
        """``axis`` and the last axis exchanged: there and back."""
        return x if self.axis in (-1, x.ndim - 1) else ops.swapaxes(x, self.axis, -1)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "axis": self.axis,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": initializers.serialize(self.beta_initializer),
            "gamma_initializer": initializers.serialize(self.gamma_initializer),
            "moving_mean_initializer": initializers.serialize(self.moving_mean_initializer),
            "moving_variance_initializer": initializers.serialize(self.moving_variance_initializer),
            "beta_regularizer": regularizers.serialize(self.beta_regularizer),
            "gamma_regularizer": regularizers.serialize(self.gamma_regularizer),
            "beta_constraint": constraints.serialize(self.beta_constraint),
            "gamma_constraint": constraints.serialize(self.gamma_constraint),
        }
