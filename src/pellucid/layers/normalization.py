"""Normalization: each feature to mean 0 and variance 1, by statistics that are given or taken from data beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid import ops
from pellucid.arguments import flag, is_integer
from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError, NotBuiltError, ShapeError
from pellucid.layers.layer import Layer

_LEAST_DEVIATION = 1e-7  # as in Keras: a feature that never varies becomes 0, not a division by 0

Array = npt.NDArray[Any]


class Normalization(Layer):
    """(x - mean) / sqrt(variance), feature by feature.

    Unlike BatchNormalization it learns nothing: give the statistics, or let `adapt` take them from the training set, once,
    before training.

    Differs from Keras: a layer without statistics refuses to be called (there: mean 0, variance 1), and what `adapt` found is
    kept in the configuration, not among the weights.

    Args:
        axis: whose entries each have their own mean and variance, one axis or several; None for one of all numbers.
        mean, variance: both or neither: one number, or one for each entry of ``axis``.
        invert: the way back, x * sqrt(variance) + mean.
        layer: see `Layer`.

    Raises:
        ArgumentError: a value is not finite, a variance is negative, or the lengths differ.
        NotBuiltError: when called: there are no statistics yet.
        ShapeError: when called: the input has another number of features.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.Normalization(mean=[1.0, 10.0], variance=[4.0, 25.0])([[3.0, 5.0]]).numpy()
    array([[ 1., -1.]], dtype=float32)
    >>> layer = pl.layers.Normalization()
    >>> layer.adapt(np.array([[1.0], [3.0]]))
    >>> layer([[5.0]]).numpy()
    array([[3.]], dtype=float32)
    """

    def __init__(
        self,
        axis: int | Sequence[int] | None = -1,
        mean: npt.ArrayLike | None = None,
        variance: npt.ArrayLike | None = None,
        invert: bool = False,
        **layer: Any,
    ) -> None:
        super().__init__(**layer)
        axes = () if axis is None else tuple(axis) if isinstance(axis, list | tuple) else (axis,)
        if not all(map(is_integer, axes)):
            raise ArgumentError(f"Normalization: axis must be an integer, several, or None. Received {axis!r}.")
        self.axis: tuple[int, ...] = tuple(map(int, axes))
        self.invert = flag("Normalization", "invert", invert)
        self.mean: Any = None
        self.variance: Any = None
        if (mean is None) != (variance is None):
            raise ArgumentError(
                "Normalization: pass mean and variance, or neither and call adapt. "
                f"Received mean={mean!r}, variance={variance!r}."
            )
        if mean is not None and variance is not None:
            self._take(mean, variance)

    def adapt(self, data: Any) -> None:
        """Take mean and variance from data, in place of any that were there; the variance is divided by n, as in Keras.

        Args:
            data: an array whose first axis are samples, or an iterable of such arrays (batches).

        Raises:
            ArgumentError: there are no samples, or values that are not finite.
        """
        count, mean, deviations = 0, np.zeros(()), np.zeros(())
        for batch in _batches(data):
            kept = self._kept(batch.shape)
            others = tuple(i for i in range(batch.ndim) if i not in kept)
            new = batch.size // max(int(np.prod([batch.shape[i] for i in kept])), 1)
            if new == 0:
                continue
            if count and np.shape(mean) != tuple(batch.shape[i] for i in kept):
                raise ShapeError(f'Normalization "{self.name}": a batch of shape {batch.shape} does not fit those before it.')
            # Sums of squared deviations of two parts together: Chan, Golub and LeVeque 1979.
            part, rest = batch.mean(axis=others), batch.var(axis=others) * new
            shift = part - mean
            deviations = deviations + rest + shift**2 * (count * new / (count + new))
            mean = mean + shift * (new / (count + new))
            count += new
        if count == 0:
            raise ArgumentError(f'Normalization "{self.name}": adapt needs at least one sample. Received none.')
        self._take(mean, deviations / count)

    def _take(self, mean: npt.ArrayLike, variance: npt.ArrayLike) -> None:
        m, v = np.asarray(mean, np.float64), np.asarray(variance, np.float64)
        right = m.shape == v.shape and m.ndim <= len(self.axis) and np.isfinite(m).all() and np.isfinite(v).all()
        if not right or (v < 0).any():
            raise ArgumentError(
                "Normalization: mean and variance must be finite numbers, as many of one as of the other and for each entry of "
                f"axis, and no variance negative. Received mean={mean!r}, variance={variance!r}."
            )
        self.mean, self.variance = m.tolist(), v.tolist()

    def build(self, input_shape: Any) -> None:
        self._kept(input_shape)

    def _kept(self, shape: Sequence[int]) -> tuple[int, ...]:
        """``axis``, counted from the front, in order."""
        n = len(shape)
        if any(not -n <= a < n for a in self.axis):
            raise ArgumentError(f'Normalization "{self.name}": there is no axis {self.axis} in an input of shape {tuple(shape)}.')
        return tuple(sorted(a % n for a in self.axis))

    def call(self, inputs: Tensor) -> Tensor:
        if self.mean is None:
            raise NotBuiltError(
                f'Normalization "{self.name}": there are no statistics yet. Call adapt(data) first, or pass mean and variance.'
            )
        kept = self._kept(inputs.shape)
        m, v = np.asarray(self.mean), np.asarray(self.variance)
        if m.ndim:
            if m.shape != tuple(inputs.shape[i] for i in kept):
                raise ShapeError(
                    f'Normalization "{self.name}": the input must have {" x ".join(map(str, m.shape))} features along axis '
                    f"{self.axis}. Received shape {inputs.shape}."
                )
            standing = tuple(n if i in kept else 1 for i, n in enumerate(inputs.shape))[min(kept) :]
            m, v = m.reshape(standing), v.reshape(standing)
        deviation = np.maximum(np.sqrt(v), _LEAST_DEVIATION)
        shift = m.astype(self.dtype)
        if self.invert:
            return ops.add(ops.multiply(inputs, deviation.astype(self.dtype)), shift)
        return ops.multiply(ops.subtract(inputs, shift), (1 / deviation).astype(self.dtype))

    def trainable_state(self) -> tuple[Any, ...]:
        """With the statistics: a step that was traced with others is of no use."""
        return (*super().trainable_state(), repr(self.mean), repr(self.variance))

    def get_config(self) -> dict[str, Any]:
        statistics = {"mean": self.mean, "variance": self.variance, "invert": self.invert}
        return {**super().get_config(), "axis": list(self.axis) if self.axis else None, **statistics}


def _batches(data: Any) -> Iterable[Array]:
    """The batches of an iterable, or an array as one, in float64."""
    listed = isinstance(data, list | tuple)
    whole = hasattr(data, "__array__") or (listed and not any(hasattr(d, "__array__") for d in data))
    for batch in [data] if whole else data:
        array = np.asarray(batch[0] if isinstance(batch, tuple) else batch, np.float64)
        yield array if array.ndim else array[None]
