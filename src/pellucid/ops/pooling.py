"""Pooling: one number for each window of an image, each channel by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.dtypes import floating
from pellucid.ops.windows import Pair, padding_for, pair, windows

View = tuple[slice, ...]


@dataclass(frozen=True)
class Pooling(Op):
    """Base: what poolings have in common: windows of ``size``, ``strides`` apart, over an image with places added around."""

    size: Pair = (2, 2)
    strides: Pair = (2, 2)
    padding: tuple[Pair, Pair] = ((0, 0), (0, 0))

    accumulates = True

    def infer(self, x: Spec) -> Spec:
        if x.ndim != 4 or not x.is_float:
            raise ShapeError(f"x must be floats of shape (N, height, width, channels). Received {x}.")
        for (before, after), size in zip(self.padding, self.size, strict=True):
            if max(before, after) >= size:
                raise ArgumentError(
                    f"padding must be less than the window's size, {size}: else a window sees nothing of the image."
                )
        return x.with_shape((x.shape[0], *self.counts(x.shape), x.shape[3]))

    def counts(self, shape: Sequence[int]) -> tuple[int, ...]:
        """How many windows stand along height and width of an input of this shape."""
        return windows(shape[1:3], self.size, self.strides, (1, 1), self.padding)

    def views(self, shape: Sequence[int]) -> Iterator[View]:
        """For each place in a window, first row first: the part of the padded image that it sees in all windows."""
        rows, columns = self.counts(shape)
        for u in range(self.size[0]):
            for v in range(self.size[1]):
                yield (
                    slice(None),
                    slice(u, u + (rows - 1) * self.strides[0] + 1, self.strides[0]),
                    slice(v, v + (columns - 1) * self.strides[1] + 1, self.strides[1]),
                )

    def padded(self, xp: Any, x: Any, value: float) -> Any:
        """The image with ``value`` at the places added around it."""
        return xp.pad(x, ((0, 0), *self.padding, (0, 0)), constant_values=value)

    def inside(self, padded: Any, shape: Sequence[int]) -> Any:
        """A padded image without what was added."""
        (top, _), (left, _) = self.padding
        return padded[:, top : top + shape[1], left : left + shape[2]]

    def geometry(self, x: Buffer, y: Buffer) -> tuple[int, ...]:
        """The sizes that a kernel is told."""
        (top, _), (left, _) = self.padding
        return (*x.shape, *self.size, *self.strides, top, left, *y.shape[1:3])


@dataclass(frozen=True)
class MaxPooling(Pooling):
    r"""The greatest number of each window.

        y[n, i, j, c] = max over u, v of  x[n, s i + u - p, s j + v - p, c]

        dL/dx[n, h, w, c] = sum of dL/dy over the windows whose greatest number was there

    Of equal numbers the first counts, row by row, as in PyTorch (Keras on TensorFlow agrees, on JAX as well). Places added around
    the image never are the greatest. NaN counts as greatest.

    Shapes: x (N, H, W, C) -> (N, rows, columns, C). ``place`` is saved: where in its window each maximum was, from 0.
    """

    saves = ("place",)

    def infer_saved(self, x: Spec) -> tuple[Spec, ...]:
        return (Spec(self.infer(x).shape, self._number),)

    @property
    def _number(self) -> type[np.unsignedinteger[Any]]:
        """What numbers a window's places: a byte where it can."""
        return np.uint8 if prod(self.size) <= 256 else np.uint32

    def forward(self, xp: Any, x: Any) -> Any:
        padded = self.padded(xp, x, -np.inf)
        seen = xp.stack([padded[view] for view in self.views(x.shape)])
        place = xp.argmax(seen, axis=0)
        return xp.take_along_axis(seen, place[None], axis=0)[0], place.astype(self._number)

    def backward(self, xp: Any, grad: Any, x_spec: Spec, place: Any) -> Any:
        padded = self.padded(xp, xp.zeros(x_spec.shape, grad.dtype), 0)
        for number, view in enumerate(self.views(x_spec.shape)):
            padded[view] += xp.where(place == number, grad, 0)
        return self.inside(padded, x_spec.shape)

    def bind_forward(self, *inputs: Buffer, y: Buffer, saved: Sequence[Buffer] = ()) -> Sequence[Call] | None:
        (x,) = inputs
        if not all_float32(x, y) or (saved and self._number is not np.uint8):
            return None
        places = (reads(x, Share.ROWS), writes(y), *(writes(place) for place in saved))
        kernel = "pooling.maximum" if saved else "pooling.maximum_alone"
        return [Call(kernel, *self.geometry(x, y), *places)]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (_, place), (dx,), (add,) = needed, into, accumulate
        if dx is None or not all_float32(grad, dx) or self._number is not np.uint8:
            return None
        places = (reads(place, Share.ROWS), reads(grad, Share.ROWS), gradient_into(dx, add))
        return [Call("pooling.maximum_gradient", *self.geometry(dx, grad), add, *places)]


@dataclass(frozen=True)
class AveragePooling(Pooling):
    r"""The mean of each window.

        y[n, i, j, c] = 1/m sum over u, v of  x[n, s i + u - p, s j + v - p, c]

        dL/dx[n, h, w, c] = sum of dL/dy / m over the windows that saw the place

    m is the number of places of the window that lie inside the image (as in TensorFlow and Keras; PyTorch counts those added
    around it, too, unless told otherwise).

    Shapes: x (N, H, W, C) -> (N, rows, columns, C).
    """

    def forward(self, xp: Any, x: Any) -> Any:
        padded = self.padded(xp, x, 0)
        return sum(padded[view] for view in self.views(x.shape)) / self._places(xp, x.shape, x.dtype)

    def backward(self, xp: Any, grad: Any, x_spec: Spec) -> Any:
        padded = self.padded(xp, xp.zeros(x_spec.shape, grad.dtype), 0)
        for view in self.views(x_spec.shape):
            padded[view] += grad / self._places(xp, x_spec.shape, grad.dtype)
        return self.inside(padded, x_spec.shape)

    def _places(self, xp: Any, shape: Sequence[int], dtype: Any) -> Any:
        """How many places of each window lie inside the image."""
        ones = self.padded(xp, xp.ones((1, *shape[1:3], 1), dtype), 0)
        return sum(ones[view] for view in self.views(shape))

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        (x,) = inputs
        if not all_float32(x, y):
            return None
        return [Call("pooling.average", *self.geometry(x, y), reads(x, Share.ROWS), writes(y))]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (dx,), (add,) = into, accumulate
        if dx is None or not all_float32(grad, dx):
            return None
        return [Call("pooling.average_gradient", *self.geometry(dx, grad), add, reads(grad, Share.ROWS), gradient_into(dx, add))]


def max_pool(inputs: Any, pool_size: int | Pair, strides: int | Pair | None = None, padding: Any = "valid") -> Tensor:
    """The greatest number of each window, channels last; see `MaxPooling`.

    >>> import numpy as np, pellucid as pl
    >>> pl.ops.max_pool(np.arange(16.0).reshape(1, 4, 4, 1), 2)[0, :, :, 0].numpy()
    array([[ 5.,  7.],
           [13., 15.]])
    """
    (x,) = floating(inputs)
    return MaxPooling(*pooling_settings("max_pool", x, pool_size, strides, padding))(x)


def average_pool(inputs: Any, pool_size: int | Pair, strides: int | Pair | None = None, padding: Any = "valid") -> Tensor:
    """The mean of each window, channels last; see `AveragePooling`.

    >>> import numpy as np, pellucid as pl
    >>> pl.ops.average_pool(np.arange(16.0).reshape(1, 4, 4, 1), 2)[0, :, :, 0].numpy()
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    """
    (x,) = floating(inputs)
    return AveragePooling(*pooling_settings("average_pool", x, pool_size, strides, padding))(x)


def pooling_settings(owner: str, x: Tensor, size: Any, strides: Any, padding: Any) -> tuple[Pair, Pair, tuple[Pair, Pair]]:
    """The arguments of a pooling as its operation takes them: size, strides, places added around."""
    if x.ndim != 4:
        raise ShapeError(f"{owner}: inputs must be (N, height, width, channels). Received {x.spec}.")
    window = pair(owner, "pool_size", size)
    steps = window if strides is None else pair(owner, "strides", strides)
    rows, columns = padding_for(owner, padding, x.shape[1:3], window, steps, (1, 1))
    return window, steps, (rows, columns)
