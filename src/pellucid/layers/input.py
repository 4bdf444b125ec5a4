"""Input: where a functional model begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from pellucid.arguments import integer, is_integer
from pellucid.autodiff import Spec, Tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers.layer import Layer, automatic_name


class InputLayer(Layer):
    """The shape of one sample, said at the head of a `Sequential`; hands its input on.

    Args:
        shape: of one sample, without the batch axis.
        layer: see `Layer`.

    >>> import pellucid as pl
    >>> pl.layers.InputLayer((784,)).compute_output_shape((None, 784))
    (None, 784)
    """

    def __init__(self, shape: Sequence[int | None], **layer: Any) -> None:
        super().__init__(input_shape=_sample_shape("InputLayer", shape), **layer)

    @property
    def shape(self) -> tuple[int | None, ...]:
        assert self._declared_input_shape is not None
        return self._declared_input_shape

    def call(self, inputs: Tensor) -> Tensor:
        if len(inputs.shape) != len(self.shape) + 1 or any(
            n is not None and n != m for n, m in zip(self.shape, inputs.shape[1:], strict=True)
        ):
            raise ShapeError(f'"{self.name}": one sample must have shape {self.shape}. Received inputs of shape {inputs.shape}.')
        return inputs

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config["shape"] = config.pop("input_shape")
        return config


def Input(
    shape: Sequence[int | None], batch_size: int | None = None, dtype: npt.DTypeLike = "float32", name: str | None = None
) -> Tensor:
    """A symbolic tensor: calls of layers on it are noted, and make a functional `Model`.

    Args:
        shape: of one sample, without the batch axis.
        batch_size: where only one batch size shall do.
        dtype: of the data.
        name: by which a model with several inputs tells them apart.

    Raises:
        ArgumentError: an axis or ``batch_size`` is not a positive integer.

    >>> import pellucid as pl
    >>> pl.Input((784,), name="pixels")
    <Tensor 'pixels' float32[None, 784], symbolic>
    """
    if batch_size is not None:
        batch_size = integer("Input", "batch_size", batch_size, at_least=1)
    return Tensor(Spec((batch_size, *_sample_shape("Input", shape)), dtype), name=name or automatic_name(InputLayer))


def _sample_shape(owner: str, shape: Any) -> tuple[int | None, ...]:
    if isinstance(shape, int) or not isinstance(shape, Sequence):
        raise ArgumentError(f"{owner}: shape must be a tuple, such as (784,). Received {shape!r}.")
    if not all(n is None or is_integer(n, at_least=1) for n in shape):
        raise ArgumentError(f"{owner}: every axis of shape must be a positive integer or None. Received {tuple(shape)}.")
    return tuple(None if n is None else int(n) for n in shape)
