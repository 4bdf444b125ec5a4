"""Spreading: how each operation spreads what its inputs see of an image over its output."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import singledispatch
from math import prod
from typing import Any

import numpy as np

from pellucid import ops
from pellucid.autodiff import Op, Tensor
from pellucid.autodiff.spec import Shape
from pellucid.lens.reach import Reach, hull, union
from pellucid.ops.batch_normalization import Normalize
from pellucid.ops.elementwise import Elementwise
from pellucid.ops.getitem import Slice
from pellucid.ops.layer_normalization import LayerNormalization
from pellucid.ops.pooling import Pooling
from pellucid.ops.reduction import Reduction
from pellucid.ops.shapes import positive_axes, positive_axis
from pellucid.ops.softmax import AlongAxis
from pellucid.ops.up_sampling import UpSampling
from pellucid.ops.windows import span


@dataclass(frozen=True)
class Track:
    """One axis of the image in a tensor: the axis of the tensor along which it is followed, None where it is not any more.

    Without an axis all of the tensor sees the same, and ``reach`` has one place.
    """

    axis: int | None
    reach: Reach

    def folded(self) -> Track:
        """All of the tensor sees all that any place saw."""
        return Track(None, self.reach.whole())


Spread = Callable[[Track], Track]


def spread(op: Op, inputs: tuple[Tensor, ...], tracks: tuple[Track | None, ...], output: Tensor) -> Track | None:
    """One axis of the image in the output of an operation; None where no input has seen anything of it.

    Args:
        tracks: that axis in each input.
    """
    found = [
        rule_of(op, number, [t.shape for t in inputs], output.shape)(track)
        for number, track in enumerate(tracks)
        if track is not None
    ]
    if not found:
        return None
    axes = {track.axis for track in found if track.axis is not None}
    if len(axes) > 1:  # one image lies across the other
        return Track(None, union([track.folded().reach for track in found]))
    axis = next(iter(axes), None)
    count = 1 if axis is None else output.shape[axis]
    return Track(axis, union([track.reach.repeated(count) for track in found]))


@singledispatch
def rule_of(op: Op, number: int, shapes: list[Shape], y: Shape) -> Spread:
    """How the input of this number spreads over an output of shape y. What is not known is asked, see `_asked`."""
    return lambda track: track if _asked(op, number, shapes, y, track.axis) else track.folded()


def _asked(op: Op, number: int, shapes: list[Shape], y: Shape, axis: int | None) -> bool:
    """Whether, as computed on random numbers, a change at an end of the axis reaches that place of the output alone."""
    if axis is None or shapes[number] != y or y[axis] < 2:
        return axis is None
    arrays = [np.random.default_rng(0).normal(size=shape) for shape in shapes]
    return all(_stays(op, arrays, number, (slice(None),) * axis + (place,)) for place in (0, y[axis] - 1))


def _stays(op: Op, arrays: list[Any], number: int, place: tuple[Any, ...]) -> bool:
    """Whether a change at this place of an input changes the output there alone."""
    changed = [a.copy() if i == number else a for i, a in enumerate(arrays)]
    changed[number][place] += 1.0
    try:
        with np.errstate(all="ignore"):
            differs = np.not_equal(_computed(op, arrays), _computed(op, changed))
    except (TypeError, ValueError, IndexError):  # made for integers, say
        return False
    differs[place] = False
    return not differs.any()


def _computed(op: Op, arrays: list[Any]) -> Any:
    result = op.forward(np, *arrays)
    return result[0] if op.saves else result


def _along(axes: dict[int, Callable[[Reach], Reach]]) -> Spread:
    """A rule for the axes named; along all others each place sees what it saw."""
    return lambda track: Track(track.axis, axes.get(track.axis, _same)(track.reach)) if track.axis is not None else track


def _same(reach: Reach) -> Reach:
    return reach


def _windows(count: int, size: int, stride: int, dilation: int, before: int) -> Callable[[Reach], Reach]:
    def sources(i: int) -> Iterable[int]:
        return range(stride * i - before, stride * i - before + span(size, dilation), dilation)

    return lambda reach: reach.through(sources, count, 1, stride)


@rule_of.register
def _(op: Elementwise, number: int, shapes: list[Shape], y: Shape) -> Spread:
    return _broadcast(shapes[number], y)


@rule_of.register(ops.Where)
@rule_of.register(ops.Cast)
@rule_of.register(ops.Dropout)
@rule_of.register(ops.AlphaDropout)
@rule_of.register(ops.StopGradient)
@rule_of.register(ops.BroadcastTo)
@rule_of.register(Normalize)
def _(op: Op, number: int, shapes: list[Shape], y: Shape) -> Spread:
    return _broadcast(shapes[number], y)


def _broadcast(x: Shape, y: Shape) -> Spread:
    def rule(track: Track) -> Track:
        if track.axis is None:
            return track
        axis = track.axis + len(y) - len(x)
        return Track(axis, track.reach.repeated(y[axis]))

    return rule


@rule_of.register
def _(op: ops.Convolution, number: int, shapes: list[Shape], y: Shape) -> Spread:
    if number:
        return Track.folded
    numbers = zip(y[1:3], shapes[1][:2], op.strides, op.dilation, (before for before, _ in op.padding), strict=True)
    rows, columns = (_windows(*settings) for settings in numbers)
    return _image(rows, columns)


@rule_of.register
def _(op: Pooling, number: int, shapes: list[Shape], y: Shape) -> Spread:
    numbers = zip(y[1:3], op.size, op.strides, (1, 1), (before for before, _ in op.padding), strict=True)
    rows, columns = (_windows(*settings) for settings in numbers)
    return _along({1: rows, 2: columns})


def _image(rows: Callable[[Reach], Reach], columns: Callable[[Reach], Reach]) -> Spread:
    """A rule for rows and columns; channels are summed."""
    return lambda track: track.folded() if track.axis == 3 else _along({1: rows, 2: columns})(track)


@rule_of.register
def _(op: ops.TransposedConvolution, number: int, shapes: list[Shape], y: Shape) -> Spread:
    if number:
        return Track.folded

    def painted(count: int, size: int, stride: int, dilation: int, before: int) -> Callable[[Reach], Reach]:
        def sources(place: int) -> Iterable[int]:
            origins = (place + before - dilation * u for u in range(size))
            return [origin // stride for origin in origins if origin % stride == 0]

        return lambda reach: reach.through(sources, count, stride, 1)

    numbers = zip(y[1:3], shapes[1][:2], op.strides, op.dilation, (before for before, _ in op.padding), strict=True)
    rows, columns = (painted(*settings) for settings in numbers)
    return _image(rows, columns)


@rule_of.register
def _(op: UpSampling, number: int, shapes: list[Shape], y: Shape) -> Spread:
    def enlarged(count: int, factor: int) -> Callable[[Reach], Reach]:
        def sources(i: int) -> Iterable[int]:
            if op.interpolation == "nearest":
                return (i // factor,)
            twice = 2 * i + 1 - factor  # the place among the input's, times 2 factor
            low = twice // (2 * factor)
            return (low,) if twice % (2 * factor) == 0 else (low, low + 1)

        return lambda reach: reach.through(sources, count, factor, 1)

    rows, columns = (enlarged(count, factor) for count, factor in zip(y[1:3], op.size, strict=True))
    return _along({1: rows, 2: columns})


@rule_of.register
def _(op: ops.Pad, number: int, shapes: list[Shape], y: Shape) -> Spread:
    return _along({axis: _windows(n, 1, 1, 1, before) for axis, (n, (before, _)) in enumerate(zip(y, op.width, strict=True))})


@rule_of.register
def _(op: ops.Crop, number: int, shapes: list[Shape], y: Shape) -> Spread:
    return _along({axis: _windows(n, 1, 1, 1, -before) for axis, (n, (before, _)) in enumerate(zip(y, op.width, strict=True))})


@rule_of.register
def _(op: ops.GetItem, number: int, shapes: list[Shape], y: Shape) -> Spread:
    def rule(track: Track) -> Track:
        if track.axis is None:
            return track
        source = target = 0
        for entry in (*op.index, *(Slice(),) * len(shapes[0])):
            if entry is None:
                target += 1
                continue
            if source == track.axis:
                break
            source, target = source + 1, target + isinstance(entry, Slice)
        n = shapes[0][track.axis]
        if isinstance(entry, Slice):
            start, _, step = entry.python.indices(n)
            return Track(target, track.reach.through(lambda i: (start + step * i,), y[target], 1, step))
        place = track.reach.seen[int(entry or 0) % n]
        return Track(None, Reach((place,), 0, (place,)))

    return rule


@rule_of.register
def _(op: ops.Concatenate, number: int, shapes: list[Shape], y: Shape) -> Spread:
    joined = positive_axis(op.axis, len(y))
    before = sum(shape[joined] for shape in shapes[:number])
    moved = _windows(y[joined], 1, 1, 1, before)

    def within(reach: Reach) -> Reach:
        """Images beside each other go on in no way that both have."""
        return Reach((hull(reach.seen),), 0, moved(reach).seen)

    return _along({joined: within})


@rule_of.register
def _(op: ops.Transpose, number: int, shapes: list[Shape], y: Shape) -> Spread:
    order = positive_axes(op.axes, len(y))
    return lambda track: track if track.axis is None else Track(order.index(track.axis), track.reach)


@rule_of.register
def _(op: ops.Reshape, number: int, shapes: list[Shape], y: Shape) -> Spread:
    (x,) = shapes

    def rule(track: Track) -> Track:
        if track.axis is None:
            return track
        before = prod(x[1 : track.axis])
        for axis in range(1, len(y)):  # the axis goes on where it holds as many places of as many elements
            if prod(y[1:axis]) == before and y[axis] == x[track.axis]:
                return Track(axis, track.reach)
        return track.folded()

    return rule


@rule_of.register
def _(op: Reduction, number: int, shapes: list[Shape], y: Shape) -> Spread:
    gone = positive_axes(op.axes, len(shapes[0]))

    def rule(track: Track) -> Track:
        if track.axis is None or track.axis in gone:
            return track.folded()
        return Track(track.axis if op.keepdims else track.axis - sum(axis < track.axis for axis in gone), track.reach)

    return rule


@rule_of.register
def _(op: AlongAxis, number: int, shapes: list[Shape], y: Shape) -> Spread:
    return _mixing(positive_axis(op.axis, len(y)))


@rule_of.register(LayerNormalization)
@rule_of.register(ops.LocalResponseNormalization)
def _(op: Op, number: int, shapes: list[Shape], y: Shape) -> Spread:
    return _mixing(len(y) - 1)


def _mixing(axis: int) -> Spread:
    """All entries along an axis go into each."""
    return lambda track: track.folded() if track.axis == axis else track


@rule_of.register(ops.Linear)
@rule_of.register(ops.MatMul)
def _(op: Op, number: int, shapes: list[Shape], y: Shape) -> Spread:
    summed = len(shapes[number]) - (1 if number == 0 else 2)

    def rule(track: Track) -> Track:
        if track.axis is None or track.axis == summed:
            return track.folded()
        return Track(track.axis + len(y) - len(shapes[number]), track.reach)

    return rule
