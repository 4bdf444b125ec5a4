"""Indexing: x[key]."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from operator import index
from typing import Any

import numpy as np

from pellucid.autodiff import OPEN, Op, Spec, Tensor, as_tensor
from pellucid.autodiff.spec import OpenAxis, Shape
from pellucid.autodiff.tensor import tensor_method
from pellucid.errors import ArgumentError, IndexRangeError, ShapeError, TraceError
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.shapes import broadcast


@dataclass(frozen=True)
class Slice:
    """``start:stop:step`` as a setting of an operation. (Python's own slice cannot be hashed before 3.12.)"""

    start: int | None = None
    stop: int | None = None
    step: int | None = None

    @property
    def python(self) -> slice:
        return slice(self.start, self.stop, self.step)

    def length(self, n: int) -> int:
        """How many of ``n`` elements it picks; open where that depends on an open ``n``."""
        picked = len(range(*self.python.indices(n)))
        if isinstance(n, OpenAxis) and len(range(*self.python.indices(2 * n))) != picked:
            return OPEN
        return picked


ARRAY = "array"  # stands in an index for an array of integers, which is an input of the operation
Entry = int | Slice | str | None


@dataclass(frozen=True)
class GetItem(Op):
    """The part of x that integers, slices and new axes (None) name. The gradient goes back to its place among zeros."""

    index: tuple[Entry, ...]

    def infer(self, x: Spec) -> Spec:
        return x.with_shape(_picked_shape(self.index, x.shape))

    def forward(self, xp: Any, x: Any) -> Any:
        return x[_key(self.index)]

    def backward(self, xp: Any, grad: Any, x_spec: Spec) -> Any:
        dx = xp.zeros(x_spec.shape, grad.dtype)
        dx[_key(self.index)] = grad
        return dx

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        """A twin for a run along one axis, the others whole: some rows, a step of a sequence, some columns."""
        (x,) = inputs
        run = _run(self.index, x.shape)
        if run is None or not all_float32(x, y):
            return None
        axis, start, count = run
        if axis == 0:
            return [Call("pieces.cut_rows", y.rows, y.row_size, start * x.row_size, False, reads(x), writes(y))]
        return [Call("pieces.cut", *_runs(x.shape, axis, start, count), False, reads(x, Share.ROWS), writes(y))]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        ((dx,), (add,)), (x,) = (into, accumulate), needed
        run = _run(self.index, x.shape)
        if dx is None or run is None or not all_float32(grad, dx):
            return None
        axis, start, count = run
        if axis == 0:
            return [Call("pieces.paste_rows", dx.rows, dx.row_size, start, count, add, reads(grad), gradient_into(dx, add))]
        sizes = _runs(x.shape, axis, start, count)
        return [Call("pieces.paste", *sizes, add, reads(grad, Share.ROWS), gradient_into(dx, add))]


def _run(index: Sequence[Entry], shape: Shape) -> tuple[int, int, int] | None:
    """The axis along which entries that follow each other are picked, the first of them, and how many; None for other picks."""
    found: tuple[int, int, int] | None = None
    if not shape or any(entry is None or isinstance(entry, str) for entry in index):
        return None
    for axis, (entry, n) in enumerate(zip(index, shape, strict=False)):
        if entry == Slice():
            continue
        assert isinstance(entry, int | Slice)
        start, stop, step = entry.python.indices(n) if isinstance(entry, Slice) else (entry % n, entry % n + 1, 1)
        if step != 1 or found is not None:
            return None
        found = axis, start, max(stop - start, 0)
    return found or (0, 0, shape[0])


def _runs(shape: Shape, axis: int, start: int, count: int) -> tuple[int, int, int, int, int]:
    """Rows, runs in each, how long a run's part is, how long a run is, and where the part begins in it."""
    inner = prod(shape[axis + 1 :])
    return shape[0], prod(shape[1:axis]), count * inner, shape[axis] * inner, start * inner


@dataclass(frozen=True)
class Gather(Op):
    """The elements of x that arrays of integers name, as in NumPy. An element that is named twice receives both gradients.

    Inputs: x, then the arrays of the index in order; they broadcast against each other.
    """

    index: tuple[Entry, ...]

    def infer(self, *inputs: Spec) -> Spec:
        x, *indices = inputs
        return x.with_shape(_picked_shape(self.index, x.shape, [i.shape for i in indices]))

    def forward(self, xp: Any, *inputs: Any) -> Any:
        return inputs[0][_key(self.index, inputs[1:])]

    def backward(self, xp: Any, grad: Any, inputs: tuple[Any, ...], inputs_spec: tuple[Spec, ...]) -> Any:
        dx = xp.zeros(inputs_spec[0].shape, grad.dtype)
        xp.add.at(dx, _key(self.index, inputs[1:]), grad)
        return (dx, *(None for _ in inputs[1:]))


@tensor_method("getitem")
def getitem(x: Any, key: Any) -> Tensor:
    """``x[key]`` for integers, slices, ``...``, None, arrays of integers and boolean masks, as in NumPy.

    A boolean mask needs values, for they decide the output's shape; in a traced model use `where`, or multiply by the mask.

    Raises:
        IndexRangeError: an integer beyond the axis (also an ``IndexError`` and a `ShapeError`).
        ArgumentError: more entries than axes, or an entry that is none of those above.

    >>> import pellucid as pl
    >>> x = pl.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> x[:, ::2].numpy()
    array([[1., 3.],
           [4., 6.]], dtype=float32)
    >>> x[x > 4].numpy()
    array([5., 6.], dtype=float32)
    """
    x = as_tensor(x)
    entries, arrays = _parse(key, x)
    return Gather(entries)(x, *arrays) if arrays else GetItem(entries)(x)


def _parse(key: Any, x: Tensor) -> tuple[tuple[Entry, ...], list[Tensor]]:
    """The entries of an index, with ``...`` written out and masks turned into integers; and its arrays."""
    entries: list[Entry] = []
    arrays: list[Tensor] = []
    read = [_entry(e) for e in (key if isinstance(key, tuple) else (key,))]
    spanned = sum(_axes_spanned(e) for e in read)
    if spanned > x.ndim:
        raise ArgumentError(f"An index with {spanned} entries is too long for {x.spec}, which has {x.ndim} axes.")
    if sum(e is Ellipsis for e in read) > 1:
        raise ArgumentError("An index can have only one '...'.")
    axis = 0
    for entry in read:
        if entry is Ellipsis:
            entries += [Slice()] * (x.ndim - spanned)
            axis += x.ndim - spanned
            continue
        if isinstance(entry, Tensor):
            parts = _places(entry, x.shape[axis : axis + entry.ndim]) if entry.dtype == np.bool_ else [entry]
            entries += [ARRAY] * len(parts)
            arrays += parts
        else:
            entries.append(entry)
        axis += _axes_spanned(entry)
    return tuple(entries), arrays


def _entry(entry: Any) -> Any:
    if entry is None or entry is Ellipsis:
        return entry
    if isinstance(entry, slice):
        return Slice(*(None if part is None else index(part) for part in (entry.start, entry.stop, entry.step)))
    if isinstance(entry, int | np.integer) and not isinstance(entry, bool):
        return int(entry)
    # An empty list is an empty choice, not an array of floats.
    array = as_tensor(np.asarray(entry, np.int64) if isinstance(entry, Sequence) and len(entry) == 0 else entry)
    if array.dtype.kind not in "iub" or (array.dtype == np.bool_ and array.ndim == 0):
        raise ArgumentError(
            f"An index is made of integers, slices, '...', None, arrays of integers and boolean masks. Received {entry!r}."
        )
    return array


def _axes_spanned(entry: Any) -> int:
    if entry is None or entry is Ellipsis:
        return 0
    return entry.ndim if isinstance(entry, Tensor) and entry.dtype == np.bool_ else 1


def _places(mask: Tensor, shape: Shape) -> list[Tensor]:
    """The places where a mask over axes of ``shape`` is true, one array of integers an axis."""
    if mask.is_symbolic:
        raise TraceError(
            "A boolean mask as an index needs values, which decide the output's shape, and there are none while the model is "
            "traced. Use pellucid.ops.where(mask, x, 0), or multiply by the mask."
        )
    if mask.shape != shape:
        raise ShapeError(f"a boolean mask must have the shape of what it masks, {shape}. Received {mask.shape}.")
    return [as_tensor(places) for places in mask.array.nonzero()]


def _key(entries: tuple[Entry, ...], arrays: Iterable[Any] = ()) -> tuple[Any, ...]:
    """The index as NumPy takes it."""
    remaining = iter(arrays)
    return tuple(e.python if isinstance(e, Slice) else next(remaining) if e == ARRAY else e for e in entries)


def _picked_shape(entries: tuple[Entry, ...], shape: Shape, array_shapes: Sequence[Shape] = ()) -> Shape:
    """The shape of x[entries], by NumPy's rule for where the axes of index arrays go."""
    picked: list[int] = []
    advanced: list[tuple[int, int]] = []  # position among the entries, axis of the output
    axis = 0
    for position, entry in enumerate(entries):
        if entry is None:
            picked.append(1)
            continue
        n = shape[axis]
        if isinstance(entry, Slice):
            picked.append(entry.length(n))
        else:
            advanced.append((position, len(picked)))
            if isinstance(entry, int) and not -n <= entry < n:
                raise IndexRangeError(f"index {entry} is out of range for axis {axis} of length {n}.")
        axis += 1
    picked += shape[axis:]
    if array_shapes:
        # In the place of the arrays if they (and integers) stand side by side, else in front.
        together = advanced[-1][0] - advanced[0][0] + 1 == len(advanced)
        place = advanced[0][1] if together else 0
        picked[place:place] = broadcast(*array_shapes)
    return tuple(picked)
