"""Input: where a functional model begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from pellucid.arguments import integer, layer_name, sample_shape
from pellucid.autodiff import Spec, Tensor
from pellucid.errors import ShapeError
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
        super().__init__(input_shape=sample_shape("InputLayer", "shape", shape), **layer)

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
        ArgumentError: an axis or ``batch_size`` is not a positive integer, or the name not one of a layer.

    >>> import pellucid as pl
    >>> pl.Input((784,), name="pixels")
    <Tensor 'pixels' float32[None, 784], symbolic>
    """
    if batch_size is not None:
        batch_size = integer("Input", "batch_size", batch_size, at_least=1)
    name = automatic_name(InputLayer) if name is None else layer_name("Input", name)
    return Tensor(Spec((batch_size, *sample_shape("Input", "shape", shape)), dtype), name=name)
