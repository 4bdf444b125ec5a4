"""BatchNormalization: each feature to mean 0 and variance 1 over the batch."""

from __future__ import annotations

from typing import Any

from pellucid import initializers, ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.layers.scaled_normalization import ChannelNormalization


class BatchNormalization(ChannelNormalization):
    r"""Normalizes with the batch's statistics while training, with their running means otherwise.

        y = gamma * (x - mean) / sqrt(variance + epsilon) + beta

        moving <- momentum * moving + (1 - momentum) * batch's        (mean and variance)

    The variance is the mean of squared deviations (no n - 1), for the running mean too, as in Keras; PyTorch's running
    variance has n - 1. A frozen layer (``trainable=False``) uses its running means even while training. Steps that a mask hides
    do not count in the batch's statistics.

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

    supports_masking = True

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
        self.keep_axis(axis)
        self.momentum = real("BatchNormalization", "momentum", momentum, at_least=0, at_most=1)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)

    def build(self, input_shape: Shape) -> None:
        features = (self.channels(input_shape),)
        self.add_gamma_and_beta(features)
        self.moving_mean = self.add_weight(features, self.moving_mean_initializer, trainable=False, name="moving_mean")
        self.moving_variance = self.add_weight(
            features, self.moving_variance_initializer, trainable=False, name="moving_variance"
        )

    def call(self, inputs: Tensor, training: bool = False, mask: Tensor | None = None) -> Tensor:
        self.require_channels(inputs.shape)
        x = self.with_channels_last(inputs)
        if training and self.trainable:
            moments = ops.moments(x) if mask is None else self._moments_of_shown(inputs, mask)
            keep = self.momentum
            self.update(self.moving_mean, self.latest(self.moving_mean) * keep + moments[0] * (1 - keep))
            self.update(self.moving_variance, self.latest(self.moving_variance) * keep + moments[1] * (1 - keep))
        else:
            moments = ops.stack([self.moving_mean, self.moving_variance])
        gamma, beta = self.gamma_and_beta(self.moving_mean.shape)
        return self.with_channels_last(ops.normalize(x, moments, gamma, beta, self.epsilon))

    def _moments_of_shown(self, inputs: Tensor, mask: Tensor) -> Tensor:
        """As `ops.moments`, over the steps that ``mask`` shows alone; 0 where it shows none."""
        axes = tuple(i for i in range(inputs.ndim) if i != self.axis % inputs.ndim)
        shown = ops.cast(mask, inputs.dtype).reshape((*mask.shape, *[1] * (inputs.ndim - mask.ndim)))
        shown = shown * ops.ones_like(inputs)
        count = ops.maximum(ops.sum(shown, axis=axes, keepdims=True), 1)
        mean = ops.sum(inputs * shown, axis=axes, keepdims=True) / count
        variance = ops.sum(ops.square(inputs - mean) * shown, axis=axes, keepdims=True) / count
        return ops.stack([mean.reshape((-1,)), variance.reshape((-1,))])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "momentum": self.momentum,
            "moving_mean_initializer": initializers.serialize(self.moving_mean_initializer),
            "moving_variance_initializer": initializers.serialize(self.moving_variance_initializer),
        }
