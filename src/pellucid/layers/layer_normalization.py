"""LayerNormalization: each sample by its own mean and deviation; and its kin without the mean."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ShapeError
from pellucid.layers.layer import Layer
from pellucid.layers.scaled_normalization import ScaledNormalization
from pellucid.layers.unit_normalization import axes_argument, sample_axes


class LayerNormalization(ScaledNormalization):
    r"""Normalizes each sample by the mean and the variance of its own features.

        y = gamma * (x - mean) / sqrt(variance + epsilon) + beta

    Unlike batch normalization it does the same in training and in prediction, and a sample does not see the others. The variance
    is the mean of squared deviations (no n - 1). See `ops.LayerNormalization` for the derivative.

    Shapes: any -> the same; gamma and beta have the lengths of ``axis``. Differs from Keras: ``rms_scaling``, deprecated there,
    is a layer of its own, `RMSNormalization`.

    Args:
        axis: over which the statistics are taken, one or several; not the batch.
        epsilon: > 0, keeps the square root from 0. 1e-3 as in Keras; PyTorch has 1e-5.
        center: whether there is beta.
        scale: whether there is gamma.
        beta_initializer, gamma_initializer: first values.
        beta_regularizer, gamma_regularizer: penalties.
        beta_constraint, gamma_constraint: what each is held to after an update.
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument is out of its range; when built: there is no such axis.
        ShapeError: when built: an axis has no known length.

    Source: Ba, Kiros and Hinton, "Layer normalization", 2016.

    >>> import pellucid as pl
    >>> pl.layers.LayerNormalization(epsilon=1e-9)([[1.0, 3.0], [10.0, 30.0]]).numpy()
    array([[-1.,  1.],
           [-1.,  1.]], dtype=float32)
    """

    supports_masking = True

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
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
        self.axis = axes_argument("LayerNormalization", axis)

    def build(self, input_shape: Shape) -> None:
        self.add_gamma_and_beta(known_lengths(self, self.axis, input_shape))

    def call(self, inputs: Tensor) -> Tensor:
        gamma, beta = self.gamma_and_beta(known_lengths(self, self.axis, inputs.shape))
        rows = VectorsLast(inputs, sample_axes(self, self.axis, inputs.shape))
        return rows.restored(ops.layer_normalization(rows.x, ops.ravel(gamma), ops.ravel(beta), self.epsilon))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": list(self.axis) if isinstance(self.axis, tuple) else self.axis}


class RMSNormalization(Layer):
    r"""Divides each sample by the root of the mean of its squares: layer normalization without mean and beta.

        y = scale * x / sqrt(mean of x^2 + epsilon)

    Shapes: any -> the same; scale has the lengths of ``axis``.

    Args:
        axis: over which the mean is taken, one or several; not the batch.
        epsilon: > 0.
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument is out of its range; when built: there is no such axis.
        ShapeError: when built: an axis has no known length.

    Source: Zhang and Sennrich, "Root mean square layer normalization", 2019.

    >>> import pellucid as pl
    >>> pl.layers.RMSNormalization()([[3.0, -3.0]]).numpy().round(3)
    array([[ 1., -1.]], dtype=float32)
    """

    supports_masking = True

    def __init__(self, axis: int | Sequence[int] = -1, epsilon: float = 1e-6, **layer: Any) -> None:
        super().__init__(**layer)
        self.axis = axes_argument("RMSNormalization", axis)
        self.epsilon = real("RMSNormalization", "epsilon", epsilon, above=0)

    def build(self, input_shape: Shape) -> None:
        self.scale = self.add_weight(known_lengths(self, self.axis, input_shape), "ones", name="scale")

    def call(self, inputs: Tensor) -> Tensor:
        rows = VectorsLast(inputs, sample_axes(self, self.axis, inputs.shape))
        return rows.restored(ops.rms_normalization(rows.x, ops.ravel(self.scale), self.epsilon))

    def get_config(self) -> dict[str, Any]:
        axis = list(self.axis) if isinstance(self.axis, tuple) else self.axis
        return {**super().get_config(), "axis": axis, "epsilon": self.epsilon}


class VectorsLast:
    """A tensor with some of its axes brought to the end and made one, and the way back."""

    def __init__(self, inputs: Tensor, axes: tuple[int, ...]) -> None:
        others = [i for i in range(inputs.ndim) if i not in axes]
        self._order = [*others, *axes]
        self._is_last = self._order == list(range(inputs.ndim))
        moved = inputs if self._is_last else ops.transpose(inputs, self._order)
        self._shape = moved.shape
        self.x = moved if len(axes) == 1 else ops.reshape(moved, (*moved.shape[: len(others)], prod(moved.shape[len(others) :])))

    def restored(self, y: Tensor) -> Tensor:
        """``y``, of x's shape, with the axes where they were."""
        if y.shape != self._shape:
            y = ops.reshape(y, self._shape)
        if self._is_last:
            return y
        return ops.transpose(y, [self._order.index(i) for i in range(len(self._order))])


def known_lengths(layer: Layer, axis: int | tuple[int, ...], shape: Shape) -> tuple[int, ...]:
    """The lengths of a layer's ``axis`` in an input of this shape.

    Raises:
        ShapeError: one is open.
    """
    lengths = tuple(shape[a] for a in sample_axes(layer, axis, shape))
    if any(n == None for n in lengths):  # noqa: E711 (an open axis equals None)
        raise ShapeError(
            f'{type(layer).__name__} "{layer.name}": axis {axis} must have a known length. Received shape {tuple(shape)}.'
        )
    return lengths
