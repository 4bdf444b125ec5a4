"""Pad and Crop: zeros added around an array, and its border taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.autodiff import Op, Spec, Tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.kernels.call import Access, Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.dtypes import floating
from pellucid.ops.windows import Pair


@dataclass(frozen=True)
class _Border(Op):
    """What both have in common: a width before and after each axis."""

    width: tuple[Pair, ...]

    accumulates = True

    def __post_init__(self) -> None:
        if any(n < 0 for pair in self.width for n in pair):
            raise ArgumentError(f"width must be pairs of numbers of at least 0. Received {self.width}.")

    def _require_axes(self, x: Spec) -> None:
        if x.ndim != len(self.width):
            raise ShapeError(f"width must have a pair for each axis. Received {len(self.width)} of them for {x}.")

    def _inside(self, whole: Sequence[int]) -> tuple[slice, ...]:
        return tuple(slice(before, n - after) for (before, after), n in zip(self.width, whole, strict=True))

    def _is_of_images(self) -> bool:
        """Whether twins serve it: images, of which rows and columns alone have a border."""
        return len(self.width) == 4 and self.width[0] == self.width[3] == (0, 0)

    def _call(self, kernel: str, small: Buffer, large: Buffer, accumulate: bool, source: Buffer, target: Access) -> list[Call]:
        (top, _), (left, _) = self.width[1:3]
        channels = large.shape[3]
        sizes = (large.rows, large.shape[1], large.shape[2] * channels, top, left * channels)
        return [
            Call(kernel, *sizes, small.shape[1], small.shape[2] * channels, accumulate, reads(source, Share.ROWS), target),
        ]


@dataclass(frozen=True)
class Pad(_Border):
    r"""Zeros before and after each axis.

        y[i + before] = x[i], elsewhere 0        dL/dx[i] = dL/dy[i + before]

    Shapes: each axis grows by its ``before + after``.
    """

    def infer(self, x: Spec) -> Spec:
        self._require_axes(x)
        return x.with_shape(n + before + after for n, (before, after) in zip(x.shape, self.width, strict=True))

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.pad(x, self.width)

    def backward(self, xp: Any, grad: Any) -> Any:
        return grad[self._inside(grad.shape)]

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        (x,) = inputs
        return self._call("pad.pad", x, y, False, x, writes(y)) if self._is_of_images() and all_float32(x, y) else None

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (dx,), (add,) = into, accumulate
        if dx is None or not self._is_of_images() or not all_float32(grad, dx):
            return None
        return self._call("pad.crop", dx, grad, add, grad, gradient_into(dx, add))


@dataclass(frozen=True)
class Crop(_Border):
    r"""Takes some places away before and after each axis.

        y[i] = x[i + before]        dL/dx[i + before] = dL/dy[i], elsewhere 0

    Shapes: each axis shrinks by its ``before + after``.
    """

    def infer(self, x: Spec) -> Spec:
        self._require_axes(x)
        for n, (before, after) in zip(x.shape, self.width, strict=True):
            if before + after >= n:
                raise ShapeError(f"nothing is left of an axis of {n} without {before} before and {after} after. Received {x}.")
        return x.with_shape(n - before - after for n, (before, after) in zip(x.shape, self.width, strict=True))

    def forward(self, xp: Any, x: Any) -> Any:
        return x[self._inside(x.shape)]

    def backward(self, xp: Any, grad: Any) -> Any:
        return xp.pad(grad, self.width)

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        (x,) = inputs
        return self._call("pad.crop", y, x, False, x, writes(y)) if self._is_of_images() and all_float32(x, y) else None

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (dx,), (add,) = into, accumulate
        if dx is None or not self._is_of_images() or not all_float32(grad, dx):
            return None
        return self._call("pad.pad", grad, dx, add, grad, gradient_into(dx, add))


def pad(x: Any, pad_width: Sequence[Sequence[int]]) -> Tensor:
    """``x`` with zeros before and after each axis; see `Pad`.

    >>> import pellucid as pl
    >>> pl.ops.pad([[1.0, 2.0]], ((0, 1), (1, 0))).numpy()
    array([[0., 1., 2.],
           [0., 0., 0.]], dtype=float32)
    """
    return Pad(tuple((int(before), int(after)) for before, after in pad_width))(*floating(x))


def crop(x: Any, width: Sequence[Sequence[int]]) -> Tensor:
    """``x`` without some places before and after each axis; see `Crop`.

    >>> import pellucid as pl
    >>> pl.ops.crop([[1.0, 2.0, 3.0]], ((0, 0), (1, 1))).numpy()
    array([[2.]], dtype=float32)
    """
    return Crop(tuple((int(before), int(after)) for before, after in width))(*floating(x))
