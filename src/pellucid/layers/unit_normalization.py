"""UnitNormalization: vectors brought to length 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid import ops
from pellucid.arguments import is_integer
from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError
from pellucid.layers.layer import Layer

_LEAST_LENGTH = 1e-12  # as in Keras: a vector of zeros stays one


class UnitNormalization(Layer):
    r"""Each vector along an axis divided by its length.

        y = x / max(|x|, 1e-12)        |x| = sqrt(sum of x^2)

    Shapes: any -> the same.

    Args:
        axis: one axis or several; not the batch.
        layer: see `Layer`.

    Raises:
        ArgumentError: axis is not of integers; when called: there is no such axis, or it is the batch.

    >>> import pellucid as pl
    >>> pl.layers.UnitNormalization()([[3.0, 4.0]]).numpy()
    array([[0.6, 0.8]], dtype=float32)
    """

    supports_masking = True

    def __init__(self, axis: int | Sequence[int] = -1, **layer: Any) -> None:
        super().__init__(**layer)
        self.axis = axes_argument("UnitNormalization", axis)

    def call(self, inputs: Tensor) -> Tensor:
        return to_unit_length(inputs, sample_axes(self, self.axis, inputs.shape))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": list(self.axis) if isinstance(self.axis, tuple) else self.axis}


def to_unit_length(x: Tensor, axis: int | tuple[int, ...]) -> Tensor:
    """``x`` divided by its length along ``axis``."""
    squares = ops.sum(x * x, axis=axis, keepdims=True)
    return x / ops.sqrt(ops.maximum(squares, _LEAST_LENGTH**2))


def axes_argument(owner: str, axis: Any) -> int | tuple[int, ...]:
    """An ``axis`` argument: one integer, or several as a tuple.

    Raises:
        ArgumentError: it is something else.
    """
    axes = tuple(axis) if isinstance(axis, list | tuple) else (axis,)
    if not axes or not all(map(is_integer, axes)):
        raise ArgumentError(f"{owner}: axis must be an integer or a list of integers. Received {axis!r}.")
    return tuple(map(int, axes)) if isinstance(axis, list | tuple) else int(axes[0])


def sample_axes(layer: Layer, axis: int | tuple[int, ...], shape: Sequence[int]) -> tuple[int, ...]:
    """``axis`` as sorted axes of a sample, counted from the front.

    Raises:
        ArgumentError: there is no such axis, it is the batch, or one is named twice.
    """
    axes = axis if isinstance(axis, tuple) else (axis,)
    n = len(shape)
    found = sorted({a % n for a in axes}) if n and all(-n <= a < n for a in axes) else []
    if len(found) != len(axes) or 0 in found:
        raise ArgumentError(
            f'{type(layer).__name__} "{layer.name}": axis must name axes 1 to {n - 1}, each once; axis 0 is the batch. '
            f"Received axis={axis} for shape {tuple(shape)}."
        )
    return tuple(found)
