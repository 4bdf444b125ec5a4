"""Normalization: each feature to mean 0 and variance 1, by statistics that are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers.layer import Layer

_LEAST_DEVIATION = 1e-7  # as in Keras: a feature that never varies becomes 0, not a division by 0


class Normalization(Layer):
    """(x - mean) / sqrt(variance), feature by feature.

    Unlike BatchNormalization it learns nothing: take the statistics from the training set, once, before training.

    Args:
        mean, variance: one number, or one for each feature of the last axis.
        layer: see `Layer`.

    Raises:
        ArgumentError: a value is not finite, a variance is negative, or the lengths differ.
        ShapeError: when called: the input has another number of features.

    >>> import pellucid as pl
    >>> pl.layers.Normalization(mean=[1.0, 10.0], variance=[4.0, 25.0])([[3.0, 5.0]]).numpy()
    array([[ 1., -1.]], dtype=float32)
    """

    def __init__(self, mean: npt.ArrayLike, variance: npt.ArrayLike, **layer: Any) -> None:
        super().__init__(**layer)
        m, v = np.asarray(mean, np.float64), np.asarray(variance, np.float64)
        if m.shape != v.shape or m.ndim > 1 or not np.isfinite(m).all() or not np.isfinite(v).all() or (v < 0).any():
            raise ArgumentError(
                "Normalization: mean and variance must be finite numbers, as many of one as of the other, and no variance "
                f"negative. Received mean={mean!r}, variance={variance!r}."
            )
        self.mean, self.variance = m.tolist(), v.tolist()
        self._shift = m.astype(self.dtype)
        self._scale = (1 / np.maximum(np.sqrt(v), _LEAST_DEVIATION)).astype(self.dtype)

    def call(self, inputs: Tensor) -> Tensor:
        if self._shift.ndim and inputs.shape[-1:] != self._shift.shape:
            raise ShapeError(
                f'Normalization "{self.name}": the input must have {len(self._shift)} features. Received shape {inputs.shape}.'
            )
        return (inputs - self._shift) * self._scale

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mean": self.mean, "variance": self.variance}
