"""Receptive fields: the part of an image that a unit of a network sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.autodiff import Tensor
from pellucid.engine.graph import Graph, node_of
from pellucid.errors import ArgumentError, IndexRangeError
from pellucid.lens.layer_calls import LayerCall, Layered, call_named, traced_calls
from pellucid.lens.reach import Interval, Reach
from pellucid.lens.spreading import Track, spread
from pellucid.ops.convolution import Convolution
from pellucid.ops.embedding import Embedding
from pellucid.ops.pooling import Pooling


@dataclass(frozen=True)
class ReceptiveField:
    """What the units of one layer see of the input, in places of the input, one number an axis: height and width.

    Unit i sees the places  start + stride i  to  start + stride i + size - 1,  as if the image went on beyond its borders.

    Args:
        size: places that a unit sees.
        stride: places from one unit's field to the next one's; a fraction after up-sampling; 0 where all units see the same,
            as after global pooling and in dense layers.
        start: the first place that unit 0 sees; less than 0 where it is padding.
    """

    size: tuple[int, ...]
    stride: tuple[float, ...]
    start: tuple[float, ...]

    def __str__(self) -> str:
        size, stride, start = (" x ".join(f"{n:g}" for n in numbers) for numbers in (self.size, self.stride, self.start))
        return f"{size}, stride {stride}, from {start}"


@dataclass(frozen=True)
class UnitField:
    """What one unit sees.

    Args:
        first, last: the corners of the rectangle as if the image went on beyond its borders; less than 0 or too large where the
            unit sees padding.
        seen_first, seen_last: the corners of the part of the image that really has a share in the unit's value. None where none
            has: a unit of padding alone.
    """

    first: tuple[int, ...]
    last: tuple[int, ...]
    seen_first: tuple[int, ...] | None
    seen_last: tuple[int, ...] | None


def receptive_fields(model: Layered, input_shape: Sequence[int] | None = None) -> dict[str, ReceptiveField]:
    r"""The receptive field of every layer's units, by the layer's name.

    Followed through each operation of the model, branches and layers of one's own included. For a window of k places with
    dilation d, stride s and padding p on top of a layer with field (size, stride, start):

        size' = size + (k - 1) d stride        stride' = stride s        start' = start - p stride

    Where branches meet, a unit sees all that any of them sees. Dense layers and global pooling see all that reaches them.
    Holes that dilation leaves are not told of.

    Args:
        model: a model on images (height, width, channels) or (height, width), or on lines (length, channels) or of words
            (length,). Of several inputs the first is followed.
        input_shape: of one sample, where the model does not know it yet.

    Returns:
        One entry for each call of a layer, inner layers by path: "block/conv". Empty where no window slides: the input is a row
        of features, an image that is flattened at once, or a sequence without convolutions.

    Raises:
        NotBuiltError: the shape of the input is not known.

    Source: Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks", Distill 2019.

    >>> from pellucid.networks import lenet5
    >>> model = lenet5(variant="modern")
    >>> for name, field in receptive_fields(model).items():
    ...     print(name, field.size, field.stride, field.start)  # doctest: +ELLIPSIS
    input_layer... (1, 1) (1, 1) (0, 0)
    border (1, 1) (1, 1) (-2, -2)
    C1 (5, 5) (1, 1) (-2, -2)
    S2 (6, 6) (2, 2) (-2, -2)
    C3 (14, 14) (2, 2) (-2, -2)
    S4 (16, 16) (4, 4) (-2, -2)
    C5 (32, 32) (4, 4) (-2, -2)
    flatten (28, 28) (0, 0) (0, 0)
    F6 (28, 28) (0, 0) (0, 0)
    output (28, 28) (0, 0) (0, 0)
    """
    traced = _Traced.of(model, input_shape)
    found = [(call.name, traced.reaches(call)) for call in traced.calls]
    return {name: _field(reaches) for name, reaches in found if reaches is not None}


def receptive_field_of(
    model: Layered, layer: Any, unit: Sequence[int] = (0, 0), input_shape: Sequence[int] | None = None
) -> UnitField:
    """The rectangle of the input that one unit of a layer sees.

    Args:
        model, input_shape: see `receptive_fields`.
        layer: by name, path or itself.
        unit: its place, (row, column) along the image's height and width, or (place,) in a line; negative ones count from the
            end. Where the layer's units have no place, as in a dense layer, it does not matter.

    Raises:
        ArgumentError: there is no such layer, or it sees nothing of an image.
        IndexRangeError: there is no such unit.

    >>> import pellucid as pl
    >>> model = pl.Sequential([pl.Input((8, 8, 1)), pl.layers.Conv2D(4, 3, padding="same"), pl.layers.MaxPooling2D(name="pool")])
    >>> field = receptive_field_of(model, "pool", (0, 3))
    >>> field.first, field.last, field.seen_first, field.seen_last
    ((-1, 5), (2, 8), (0, 5), (2, 7))
    """
    traced = _Traced.of(model, input_shape)
    call = call_named(traced.calls, layer)
    reaches = traced.reaches(call)
    if reaches is None:
        raise ArgumentError(f"receptive_field_of: {call.name!r} sees nothing of an image. Pass a layer that images go through.")
    places = tuple(unit)
    if len(places) != len(reaches):
        raise ArgumentError(f"unit: one number for each of {len(reaches)} axes is needed. Received {unit!r}.")
    unclipped: list[Interval] = []
    seen: list[Interval | None] = []
    for place, reach in zip(places, reaches, strict=True):
        count = len(reach.seen)
        if count > 1 and not -count <= place < count:
            raise IndexRangeError(f"unit: {call.name!r} has {count} places along the axis. Received {place} of {unit!r}.")
        place = place % count
        unclipped.append(reach.at(place) or (0, -1))
        seen.append(reach.seen[place])
    inside = [interval for interval in seen if interval is not None]
    whole = len(inside) == len(seen)
    return UnitField(
        tuple(first for first, _ in unclipped),
        tuple(last for _, last in unclipped),
        tuple(first for first, _ in inside) if whole else None,
        tuple(last for _, last in inside) if whole else None,
    )


def _field(reaches: tuple[Reach, ...]) -> ReceptiveField:
    starts = ((reach.at(0) or (0, 0))[0] for reach in reaches)
    return ReceptiveField(tuple(r.size for r in reaches), tuple(r.stride for r in reaches), tuple(starts))


@dataclass(frozen=True)
class _Traced:
    """A trace of a model, with the tracks of each axis of the image by the tensors' identities."""

    calls: list[LayerCall]
    tracks: tuple[dict[int, Track | None], ...]

    @classmethod
    def of(cls, model: Layered, input_shape: Sequence[int] | None) -> _Traced:
        inputs, calls = traced_calls(model, input_shape)
        graph = Graph.leading_to([t for call in calls for t in call.outputs])
        image, axes = _image(inputs[0], graph)
        tracks = tuple(_followed(image, axis, graph) for axis in axes)
        looked_at = image.ndim == 4 or any(isinstance(node_of(t).op, Convolution | Pooling) for t in graph.results)
        return cls(calls, tracks if looked_at else ())

    def reaches(self, call: LayerCall) -> tuple[Reach, ...] | None:
        """For each axis of the image, that of a call's first output; None where it has seen nothing."""
        tracks = [tracks.get(id(call.outputs[0])) for tracks in self.tracks]
        return tuple(t.reach for t in tracks if t is not None) if tracks and None not in tracks else None


def _image(given: Tensor, graph: Graph) -> tuple[Tensor, tuple[int, ...]]:
    """The tensor that is the image, and its axes: the input, or what ``Reshape`` makes of it before anything else does."""
    if given.ndim == 4:
        return given, (1, 2)
    line = (given, (1,) if given.ndim == 3 else ())
    for result in graph.results:
        node = node_of(result)
        if isinstance(node.op, Embedding) and any(t is given for t in node.inputs):  # numbers of words become a line of vectors
            return result, (1,)
        gains_channels = given.ndim == 2 or result.shape[1:3] == given.shape[1:]
        if node.op.name == "Reshape" and result.ndim == 4 and gains_channels and _is_made_of(node.inputs[0], given):
            return result, (1, 2)
    return line


def _is_made_of(tensor: Tensor, given: Tensor) -> bool:
    """Whether a tensor is the input, or that scaled, cast and so on: the same places."""
    while tensor is not given:
        if tensor.node is None or tensor.shape != given.shape:
            return False
        tensor = next((t for t in tensor.node.inputs if t.shape == given.shape), tensor.node.inputs[0])
    return True


def _followed(image: Tensor, axis: int, graph: Graph) -> dict[int, Track | None]:
    """One axis of the image in each tensor of the graph."""
    tracks: dict[int, Track | None] = {id(image): Track(axis, Reach.of_image(image.shape[axis]))}
    for result in graph.results:
        if result is not image:
            node = node_of(result)
            tracks[id(result)] = spread(node.op, node.inputs, tuple(tracks.get(id(t)) for t in node.inputs), result)
    return tracks
