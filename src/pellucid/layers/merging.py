"""Layers that make one tensor of several, element by element: Add, Subtract, Multiply, Average, Maximum, Minimum."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import reduce
from typing import Any

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers.layer import Layer
from pellucid.ops.shapes import broadcast


class Merge(Layer):
    """Base of the layers that take a list of tensors.

    Shapes: equal, or such that they broadcast; a tensor with fewer axes gets axes of length 1 after the batch, as in Keras.
    Where each tensor carries a mask, the result does too: a step is there if one of them has it.
    """

    fewest = 1
    most: int | None = None

    @abstractmethod
    def merge(self, inputs: list[Tensor]) -> Tensor:
        """One tensor of several."""

    def call(self, inputs: Any) -> Tensor:
        if not isinstance(inputs, list | tuple):
            raise ArgumentError(
                f'{type(self).__name__} "{self.name}": pass a list of tensors or arrays, [a, b]. Received one, of shape '
                f"{getattr(inputs, 'shape', '?')}."
            )
        if len(inputs) < self.fewest or (self.most is not None and len(inputs) > self.most):
            number = f"exactly {self.fewest}" if self.fewest == self.most else f"at least {self.fewest}"
            raise ArgumentError(f'{type(self).__name__} "{self.name}": pass {number} tensors. Received {len(inputs)}.')
        aligned = self._aligned(list(inputs))
        merged = self.merge(aligned)
        merged.mask = self._merged_mask(list(inputs))
        return merged

    def _merged_mask(self, inputs: list[Tensor]) -> Tensor | None:
        """The steps that the result has; None where that is all of them."""
        masks = [x.mask for x in inputs if x.mask is not None]
        if len(masks) < len(inputs) or len({mask.ndim for mask in masks}) > 1:
            return None
        return reduce(ops.logical_or, masks)

    def _aligned(self, inputs: list[Tensor]) -> list[Tensor]:
        """Of one number of axes, if the shapes fit each other."""
        axes = max(x.ndim for x in inputs)
        shapes: list[Shape] = [(*x.shape[:1], *[1] * (axes - x.ndim), *x.shape[1:]) for x in inputs]
        try:
            broadcast(*shapes)
        except ShapeError:
            received = ", ".join(str(x.shape) for x in inputs)
            raise ShapeError(
                f'{type(self).__name__} "{self.name}": the shapes must be equal, or lengths of 1 where they differ. '
                f"Received {received}. Bring them to one shape with Dense or Reshape, or join them with Concatenate."
            ) from None
        return [x if x.ndim == axes else ops.expand_dims(x, tuple(range(1, 1 + axes - x.ndim))) for x in inputs]


class Add(Merge):
    """The sum of tensors, such as of a block's input and output (a residual connection).

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.Add()([np.float32([[1, 2]]), np.float32([[10, 20]])]).numpy()
    array([[11., 22.]], dtype=float32)
    """

    def merge(self, inputs: list[Tensor]) -> Tensor:
        return reduce(ops.add, inputs)


class Subtract(Merge):
    """The first tensor less the second; exactly two.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.Subtract()([np.float32([[1, 2]]), np.float32([[10, 20]])]).numpy()
    array([[ -9., -18.]], dtype=float32)
    """

    fewest = most = 2

    def merge(self, inputs: list[Tensor]) -> Tensor:
        return ops.subtract(*inputs)


class Multiply(Merge):
    """The product of tensors, element by element, such as of values and a gate.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.Multiply()([np.float32([[1, 2]]), np.float32([[10, 20]])]).numpy()
    array([[10., 40.]], dtype=float32)
    """

    def merge(self, inputs: list[Tensor]) -> Tensor:
        return reduce(ops.multiply, inputs)


class Average(Merge):
    """The mean of tensors, such as of several models' predictions.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.Average()([np.float32([[1, 2]]), np.float32([[10, 20]])]).numpy()
    array([[ 5.5, 11. ]], dtype=float32)
    """

    def merge(self, inputs: list[Tensor]) -> Tensor:
        return ops.rescale(reduce(ops.add, inputs), 1 / len(inputs))


class Maximum(Merge):
    """The largest of tensors, element by element. In a tie of two each receives half of the gradient.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.Maximum()([np.float32([[1, 20]]), np.float32([[10, 2]])]).numpy()
    array([[10., 20.]], dtype=float32)
    """

    def merge(self, inputs: list[Tensor]) -> Tensor:
        return reduce(ops.maximum, inputs)


class Minimum(Merge):
    """The smallest of tensors, element by element. In a tie of two each receives half of the gradient.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.Minimum()([np.float32([[1, 20]]), np.float32([[10, 2]])]).numpy()
    array([[1., 2.]], dtype=float32)
    """

    def merge(self, inputs: list[Tensor]) -> Tensor:
        return reduce(ops.minimum, inputs)


def add(inputs: Sequence[Any], **layer: Any) -> Any:
    """A new `Add`, called on ``inputs``."""
    return Add(**layer)(inputs)


def subtract(inputs: Sequence[Any], **layer: Any) -> Any:
    """A new `Subtract`, called on ``inputs``."""
    return Subtract(**layer)(inputs)


def multiply(inputs: Sequence[Any], **layer: Any) -> Any:
    """A new `Multiply`, called on ``inputs``."""
    return Multiply(**layer)(inputs)


def average(inputs: Sequence[Any], **layer: Any) -> Any:
    """A new `Average`, called on ``inputs``."""
    return Average(**layer)(inputs)


def maximum(inputs: Sequence[Any], **layer: Any) -> Any:
    """A new `Maximum`, called on ``inputs``."""
    return Maximum(**layer)(inputs)


def minimum(inputs: Sequence[Any], **layer: Any) -> Any:
    """A new `Minimum`, called on ``inputs``."""
    return Minimum(**layer)(inputs)
