"""Calls of the kernels by which convolutions run, one function for each way; see `convolution_ways`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from pellucid.kernels.call import Buffer, Call, Scratch, Share, reads, updates, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.convolution_ways import Winograd
from pellucid.ops.fused_activation import FusedActivation

_RELU = FusedActivation.RELU


def added_up(sums: Scratch, targets: Iterable[tuple[Buffer | None, bool, int]]) -> list[Call]:
    """For each target, whether it is added to and where in a row its part begins: the sum of all ranks' rows of ``sums``."""
    return [
        Call("convolution.add_up", t.rows, t.row_size, sums.row_size, first, add, reads(sums), gradient_into(t, add))
        for t, add, first in targets
        if t is not None
    ]


def before_activation(activation: FusedActivation, y: Buffer, grad: Buffer) -> list[Call]:
    """The gradient times the slope, in place: nobody else reads the gradient of this output."""
    if activation is FusedActivation.LINEAR:
        return []
    places = (reads(y, Share.ROWS), updates(grad, Share.ROWS))
    return [Call("fused_activation.backward", activation.code, grad.rows, grad.row_size, *places)]


def winograd_forward(way: Winograd, activation: FusedActivation, x: Buffer, w: Buffer, b: Buffer, y: Buffer) -> list[Call]:
    """By images in one call; by frequencies in three, with barriers between."""
    if way.by_images:
        room = way.forward_room
        settings = (*x.shape, y.shape[3], *way.place, activation.code, way.block, room)
        places = (reads(x, Share.ROWS), reads(w), reads(b), writes(y), writes(Scratch(room, "tiles")))
        return [Call("winograd.forward", *settings, *places)]
    images, made = x.shape[0], y.shape[3]
    v, m = _spread(way, x.shape[3], "tiles"), _in_panels(way, made, "products")
    room = way.panel_room
    sizes = (images * way.tiles, *w.shape[2:], room)
    return [
        Call("winograd.spread", *x.shape, *way.place, reads(x, Share.ROWS), writes(v)),
        Call("winograd.multiply", *sizes, reads(v), reads(w), writes(m), writes(Scratch(room, "kernels"))),
        Call("winograd.gather", images, made, *y.shape[1:3], activation.code, reads(m), reads(b), writes(y)),
    ]


def winograd_backward(
    way: Winograd,
    activation: FusedActivation,
    grad: Buffer,
    needed: Any,
    into: Sequence[Buffer | None],
    accumulate: Sequence[bool],
) -> list[Call]:
    """As the way forward, and sums over ranks. The slope of relu is taken on the way, others before."""
    x, w, y = needed
    dx, dw, db = into
    relu = activation is _RELU
    calls = [] if relu else before_activation(activation, y, grad)
    seen, made = w.shape[2:]
    images = [reads(buffer, Share.ROWS) for buffer in (y, grad)]
    if way.by_images:
        room = way.backward_room
        sums = Scratch(w.size + made, "gradients by rank")
        towards = gradient_into(dx, accumulate[0]) if dx is not None else 0
        settings = (*x.shape, made, *way.place, relu, accumulate[0], way.block, room)
        places = (reads(x, Share.ROWS), reads(w), *images, towards, writes(sums), writes(Scratch(room, "tiles")))
        calls.append(Call("winograd.backward", *settings, *places))
        return [*calls, *added_up(sums, ((dw, accumulate[1], 0), (db, accumulate[2], w.size)))]
    v, m, bias_sums = _spread(way, seen, "tiles"), _spread(way, made, "gradients"), Scratch(made, "bias gradients")
    calls.append(Call("winograd.spread_gradient", grad.rows, made, *grad.shape[1:3], relu, *images, writes(m), writes(bias_sums)))
    room = way.panel_room
    sizes = (x.shape[0] * way.tiles, seen, made)
    if dx is not None:
        dv = _in_panels(way, seen, "gradients of tiles")
        settings = (*x.shape, *way.place, accumulate[0])
        calls += [
            Call("winograd.multiply_back", *sizes, room, reads(m), reads(w), writes(dv), writes(Scratch(room, "kernels"))),
            Call("winograd.gather_gradient", *settings, reads(dv), gradient_into(dx, accumulate[0])),
        ]
    if dw is not None:
        places = (reads(v), reads(m), updates(dw, Share.PARTS), writes(Scratch(room, "kernels")))
        calls += [
            Call("winograd.spread", *x.shape, *way.place, reads(x, Share.ROWS), writes(v)),
            Call("winograd.kernel_gradient", *sizes, accumulate[1], room, *places),
        ]
    return [*calls, *added_up(bias_sums, [(db, accumulate[2], 0)])]


def _spread(way: Winograd, channels: int, name: str) -> Buffer:
    """All frequencies of each tile, by images."""
    return Buffer((way.geometry.x[0], way.tiles * (36 * channels + 16)), np.float32, name)


def _in_panels(way: Winograd, channels: int, name: str) -> Buffer:
    """All frequencies of all tiles, by panels of 64 channels."""
    return Buffer((-(-channels // 64), 36 * (way.geometry.x[0] * way.tiles * 64 + 16)), np.float32, name)


def depthwise_forward(sizes: Sequence[int], activation: FusedActivation, x: Buffer, w: Buffer, b: Buffer, y: Buffer) -> Call:
    """One pass over the images. ``sizes`` are those of `Convolution.geometry`, of which two say nothing new here."""
    places = (reads(x, Share.ROWS), reads(w), reads(b), writes(y))
    return Call("depthwise.forward", *_without_groups(sizes), activation.code, *places)


def depthwise_backward(
    sizes: Sequence[int],
    activation: FusedActivation,
    grad: Buffer,
    needed: Any,
    into: Sequence[Buffer | None],
    accumulate: Sequence[bool],
) -> list[Call]:
    """One pass over the images for all three gradients, then sums over ranks."""
    x, w, y = needed
    dx, dw, db = into
    relu = activation is _RELU
    sums = Scratch(w.size + w.shape[3], "gradients by rank")
    towards = gradient_into(dx, accumulate[0]) if dx is not None else 0
    places = (reads(x, Share.ROWS), reads(w), reads(y, Share.ROWS), reads(grad, Share.ROWS), towards, writes(sums))
    calls = [] if relu else before_activation(activation, y, grad)
    calls.append(Call("depthwise.backward", *_without_groups(sizes), relu, accumulate[0], *places))
    return [*calls, *added_up(sums, ((dw, accumulate[1], 0), (db, accumulate[2], w.size)))]


def _without_groups(sizes: Sequence[int]) -> tuple[int, ...]:
    return (*sizes[:6], *sizes[8:])
