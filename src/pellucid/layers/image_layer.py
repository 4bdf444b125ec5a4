"""ImageLayer: what layers have in common that work on images, or on lines, which are images of height 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pellucid import ops
from pellucid.arguments import is_integer
from pellucid.autodiff import OPEN, Tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers.layer import Layer
from pellucid.ops.windows import Pair


class ImageLayer(Layer):
    """Base of the layers on images (batch, height, width, channels) or, with one axis, on lines (batch, length, channels).

    A line becomes an image of height 1, so that each operation is written once; no number is moved for that.
    """

    axes: ClassVar[int] = 2

    @property
    def title(self) -> str:
        """How messages name this layer."""
        return f'{type(self).__name__} "{self.name}"'

    def numbers(self, name: str, value: Any, at_least: int = 1) -> tuple[int, ...]:
        """A setting as one whole number an axis; one number stands for all.

        Raises:
            ArgumentError: something else, or a number is too small.
        """
        given = tuple(value) if isinstance(value, list | tuple) else (value,) * self.axes
        if len(given) != self.axes or not all(is_integer(n, at_least) for n in given):
            rule = f"a whole number of at least {at_least}" + (", or two" if self.axes == 2 else "")
            raise ArgumentError(f"{type(self).__name__}: {name} must be {rule}. Received {value!r}.")
        return tuple(map(int, given))

    def pairs(self, name: str, value: Any) -> tuple[Pair, ...]:
        """A setting as numbers (before, after) for each axis, from one number, one an axis, or a pair an axis.

        Raises:
            ArgumentError: something else, or a number is negative.
        """
        if is_integer(value):
            value = (value, value)
        entries = [value] if self.axes == 1 else value
        if isinstance(entries, list | tuple) and len(entries) == self.axes:
            both = [tuple(e) if isinstance(e, list | tuple) else (e, e) for e in entries]
            if all(len(b) == 2 and all(is_integer(n, at_least=0) for n in b) for b in both):
                return tuple((int(before), int(after)) for before, after in both)
        form = "n or (left, right)" if self.axes == 1 else "n, (rows, columns), or ((top, bottom), (left, right))"
        raise ArgumentError(f"{type(self).__name__}: {name} must be whole numbers of at least 0: {form}. Received {value!r}.")

    def require_image(self, shape: Shape) -> None:
        """Refuse an input that is no image, or no line, of known size.

        Raises:
            ShapeError: it has other axes, a length is not known, or there is not one place.
        """
        form = "(batch, height, width, channels)" if self.axes == 2 else "(batch, length, channels)"
        if len(shape) != self.axes + 2:
            hint = "Grey images need an axis of one channel: Reshape((28, 28, 1))." if self.axes == 2 else ""
            raise ShapeError(f"{self.title}: the input must be {form}. Received shape {shape}. {hint}".rstrip())
        if any(n is None or n == OPEN for n in shape[1:]):
            raise ShapeError(f"{self.title}: all lengths but the batch's must be known. Received shape {shape} for {form}.")
        if 0 in shape[1:-1]:
            raise ShapeError(f"{self.title}: the input must have at least one place. Received shape {shape} for {form}.")

    def image(self, inputs: Tensor) -> Tensor:
        """The input as images, a line as an image of height 1."""
        self.require_image(inputs.shape)
        return inputs if self.axes == 2 else ops.reshape(inputs, (inputs.shape[0], 1, *inputs.shape[1:]))

    def given_back(self, image: Tensor) -> Tensor:
        """An output as the input came: images, or lines."""
        return image if self.axes == 2 else ops.reshape(image, (image.shape[0], *image.shape[2:]))

    def as_pair(self, numbers: Sequence[int]) -> Pair:
        """One number an axis as the two of an image: 1 along the height of a line."""
        return (numbers[0], numbers[1]) if self.axes == 2 else (1, numbers[0])

    def as_two(self, pairs: Sequence[Pair]) -> tuple[Pair, Pair]:
        """One pair an axis as the two of an image: nothing along the height of a line."""
        return (pairs[0], pairs[1]) if self.axes == 2 else ((0, 0), pairs[0])


def channels_last(owner: str, data_format: Any) -> str | None:
    """A ``data_format``: None and "channels_last" are the same.

    Raises:
        ArgumentError: it is "channels_first" or something else.
    """
    if data_format not in (None, "channels_last"):
        raise ArgumentError(
            f"{owner}: data_format must be 'channels_last' or None: the last axis is the channels'. Received {data_format!r}. "
            "For images (batch, channels, height, width), put Permute((2, 3, 1)) before."
        )
    return None if data_format is None else str(data_format)


def padding_named(owner: str, padding: Any, *more: str) -> str:
    """A ``padding`` by its name, "valid" or "same".

    Raises:
        ArgumentError: it is no such name.
    """
    known = ("valid", "same", *more)
    if not isinstance(padding, str) or padding.lower() not in known:
        names = " or ".join(map(repr, known))
        raise ArgumentError(f"{owner}: padding must be {names}. Received {padding!r}. For other numbers, put ZeroPadding before.")
    return padding.lower()
