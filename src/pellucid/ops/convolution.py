"""Convolution: one small kernel slides over every place of an image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.kernels.call import Buffer, Call, Scratch, Share, all_float32, reads, updates, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.convolution_calls import (
    added_up,
    depthwise_backward,
    depthwise_forward,
    winograd_backward,
    winograd_forward,
)
from pellucid.ops.convolution_ways import Direct, Geometry, Way, Winograd
from pellucid.ops.dtypes import floating
from pellucid.ops.fused_activation import FusedActivation
from pellucid.ops.windows import Pair, padding_for, pair, windows

_PIECE = 65_536  # float32s of patches that stay in the second-level cache until they are multiplied


@dataclass(frozen=True)
class Convolution(Op):
    r"""Sums over windows of an image, channels last, then an activation.

        z[n, i, j, k] = b[k] + sum over u, v, c of  x[n, s i + d u - p, s j + d v - p, c] w[u, v, c, k]        y = f(z)

        dL/dw[u, v, c, k] = sum over n, i, j of  x[n, s i + d u - p, s j + d v - p, c] dL/dz[n, i, j, k]
        dL/dx[n, h, w, c] = the sum over all windows that saw that place        dL/db[k] = sum over n, i, j of dL/dz

    with strides s, dilation d and padding p before each axis; outside of the image x is 0. The kernel is not flipped: what
    neural networks call convolution is what signal processing calls correlation. With g groups, output channels
    k K/g .. of each g-th part see the g-th part of the input channels alone.

    Shapes: x (N, H, W, C), w (height, width, C / groups, K), b (K,) -> (N, rows, columns, K).
    """

    strides: Pair = (1, 1)
    padding: tuple[Pair, Pair] = ((0, 0), (0, 0))
    dilation: Pair = (1, 1)
    groups: int = 1
    activation: FusedActivation = FusedActivation.LINEAR

    def infer(self, x: Spec, w: Spec, b: Spec) -> Spec:
        if x.ndim != 4 or w.ndim != 4:
            raise ShapeError(
                f"x must be images (N, height, width, channels), w (height, width, inputs, outputs). Received {x}, {w}."
            )
        inputs, outputs = w.shape[2:]
        if outputs % self.groups or x.shape[3] % self.groups:
            raise ArgumentError(
                f"groups must divide the channels: {x.shape[3]} of the input and {outputs} of the output by {self.groups} leave "
                f"{x.shape[3] % self.groups} and {outputs % self.groups}."
            )
        if x.shape[3] != inputs * self.groups:
            raise ShapeError(
                f"the kernel sees {inputs} channels in each of {self.groups} groups, {inputs * self.groups} in all. "
                f"Received x with {x.shape[3]}: {x}."
            )
        if b.shape != (outputs,):
            raise ShapeError(f"b must have one entry for each of {outputs} output channels. Received {b}.")
        rows, columns = windows(x.shape[1:3], w.shape[:2], self.strides, self.dilation, self.padding)
        return Spec((x.shape[0], rows, columns, outputs), np.result_type(x.dtype, w.dtype, b.dtype))

    def forward(self, xp: Any, x: Any, w: Any, b: Any) -> Any:
        padded = xp.pad(x, ((0, 0), *self.padding, (0, 0)))
        z = b
        for u, v, view in self._views(padded.shape, w.shape):
            z = z + self._by_groups(xp, padded[view], w[u, v])
        return self.activation.forward(xp, z)

    def backward(self, xp: Any, grad: Any, x: Any, w: Any, y: Any) -> Any:
        dz = self.activation.backward(xp, grad, y)
        padded = xp.pad(x, ((0, 0), *self.padding, (0, 0)))
        dpadded, dw = xp.zeros_like(padded), xp.zeros_like(w)
        for u, v, view in self._views(padded.shape, w.shape):
            dpadded[view] += self._by_groups(xp, dz, w[u, v], turned=True)
            dw[u, v] = self._product(xp, padded[view], dz)
        (top, _), (left, _) = self.padding
        dx = dpadded[:, top : top + x.shape[1], left : left + x.shape[2]]
        return dx, dw, dz.sum(axis=(0, 1, 2))

    def _views(self, padded: Sequence[int], kernel: Sequence[int]) -> Iterator[tuple[int, int, tuple[slice, ...]]]:
        """Each place of the kernel, with the part of the padded image that it sees in all windows."""
        rows, columns = windows(padded[1:3], kernel[:2], self.strides, self.dilation, ((0, 0), (0, 0)))
        for u in range(kernel[0]):
            for v in range(kernel[1]):
                top, left = u * self.dilation[0], v * self.dilation[1]
                yield (
                    u,
                    v,
                    (
                        slice(None),
                        slice(top, top + (rows - 1) * self.strides[0] + 1, self.strides[0]),
                        slice(left, left + (columns - 1) * self.strides[1] + 1, self.strides[1]),
                    ),
                )

    def _by_groups(self, xp: Any, x: Any, w: Any, turned: bool = False) -> Any:
        """x w, or x w^T, for each group of channels alone."""
        if self.groups == 1:
            return x @ (w.T if turned else w)
        parts, kernels = xp.split(x, self.groups, axis=-1), xp.split(w, self.groups, axis=-1)
        return xp.concatenate([p @ (k.T if turned else k) for p, k in zip(parts, kernels, strict=True)], axis=-1)

    def _product(self, xp: Any, x: Any, dz: Any) -> Any:
        """x^T dz over all windows, for each group alone."""
        parts = zip(xp.split(x, self.groups, axis=-1), xp.split(dz, self.groups, axis=-1), strict=True)
        flat = [p.reshape(-1, p.shape[-1]).T @ g.reshape(-1, g.shape[-1]) for p, g in parts]
        return xp.concatenate(flat, axis=-1)

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        x, w, b = inputs
        if not all_float32(x, w, b, y) or 0 in (*x.shape, *w.shape):
            return None
        geometry = self.shapes(x, w, y)
        match geometry.way:
            case Way.DEPTHWISE:
                return [depthwise_forward(self.geometry(x, w, y), self.activation, x, w, b, y)]
            case Way.WINOGRAD:
                return winograd_forward(Winograd(geometry), self.activation, x, w, b, y)
            case Way.DIRECT:
                return [self._direct_forward(Direct(geometry), x, w, b, y)]
        rows, scratch = self.piece(w, y)
        places = (reads(x, Share.ROWS), reads(w), reads(b), writes(y), writes(scratch))
        return [Call("convolution.forward", *self.geometry(x, w, y), self.activation.code, rows, False, *places)]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        x, w, y = needed
        if not all_float32(grad, x, w, *into) or 0 in (*x.shape, *w.shape):
            return None
        geometry = self.shapes(x, w, y)
        match geometry.way:
            case Way.DEPTHWISE:
                return depthwise_backward(self.geometry(x, w, y), self.activation, grad, needed, into, accumulate)
            case Way.WINOGRAD:
                return winograd_backward(Winograd(geometry), self.activation, grad, needed, into, accumulate)
            case Way.DIRECT:
                return self._direct_backward(Direct(geometry), grad, needed, into, accumulate)
        calls = []
        if self.activation is not FusedActivation.LINEAR:
            # In place: nobody else reads the gradient of this output.
            code, places = self.activation.code, (reads(y, Share.ROWS), updates(grad, Share.ROWS))
            calls.append(Call("fused_activation.backward", code, grad.rows, grad.row_size, *places))
        calls += self._sums(grad, x, w, into, accumulate)
        db = into[2]
        if db is not None:
            sizes = (grad.rows, grad.shape[1] * grad.shape[2], 0, grad.shape[3])
            calls.append(Call("linear.bias_gradient", *sizes, accumulate[2], reads(grad), gradient_into(db, accumulate[2])))
        return calls

    def _sums(self, grad: Buffer, x: Buffer, w: Buffer, into: Sequence[Buffer | None], accumulate: Sequence[bool]) -> list[Call]:
        rows, scratch = self.piece(w, grad)
        geometry = self.geometry(x, w, grad)
        calls = []
        if into[0] is not None:
            places = (reads(grad, Share.ROWS), reads(w), gradient_into(into[0], accumulate[0]), writes(scratch))
            calls.append(Call("convolution.input_gradient", *geometry, rows, accumulate[0], *places))
        if into[1] is not None:
            sums = Scratch(w.size, "kernel gradients")
            mine = (reads(x, Share.ROWS), reads(grad, Share.ROWS), writes(sums), writes(scratch))
            calls.append(Call("convolution.kernel_gradient", *geometry, rows, *mine))
            calls += added_up(sums, [(into[1], accumulate[1], 0)])
        return calls

    def shapes(self, x: Buffer, w: Buffer, y: Buffer) -> Geometry:
        """What the choice of a way depends on."""
        (top, _), (left, _) = self.padding
        return Geometry(x.shape, w.shape, y.shape, self.strides, self.dilation, self.groups, top, left)

    def _direct_forward(self, way: Direct, x: Buffer, w: Buffer, b: Buffer, y: Buffer) -> Call:
        room = way.forward_room
        settings = (*way.sizes, self.activation.code, way.side, *way.border, room)
        places = (reads(x, Share.ROWS), reads(w), reads(b), writes(y), writes(Scratch(room, "borders")))
        return Call("direct_convolution.forward", *settings, *places)

    def _direct_backward(
        self, way: Direct, grad: Buffer, needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> list[Call]:
        """One pass over the images for all three gradients, then sums over ranks."""
        x, w, y = needed
        dx, dw, db = into
        frame = way.frame(self.activation is not FusedActivation.LINEAR, dx is not None)
        room = way.backward_room(frame[2], frame[-1], dx is not None)
        settings = (*way.sizes, self.activation.code, way.side, *way.border, *frame, accumulate[0], room)
        sums = Scratch(w.size + w.shape[3], "gradients by rank")
        towards = gradient_into(dx, accumulate[0]) if dx is not None else 0
        images = [reads(buffer, Share.ROWS) for buffer in (y, grad)]
        scratch = writes(Scratch(room, "borders"))
        calls = [
            Call(
                "direct_convolution.backward", *settings, reads(x, Share.ROWS), reads(w), *images, towards, writes(sums), scratch
            )
        ]
        return [*calls, *added_up(sums, ((dw, accumulate[1], 0), (db, accumulate[2], w.size)))]

    def geometry(self, x: Buffer, w: Buffer, y: Buffer) -> tuple[int, ...]:
        """The sizes that each of the kernels begins with."""
        (top, _), (left, _) = self.padding
        return (*x.shape, *w.shape[:2], w.shape[3], self.groups, *self.strides, *self.dilation, top, left, *y.shape[1:3])

    def piece(self, w: Buffer, y: Buffer) -> tuple[int, Scratch]:
        """Rows of the output whose patches are multiplied at once, and room for them."""
        a_row = y.shape[2] * w.shape[0] * w.shape[1] * w.shape[2]
        rows = max(1, min(y.shape[0] * y.shape[1], _PIECE // a_row))
        return rows, Scratch(rows * a_row, "patches")


def conv(
    inputs: Any,
    kernel: Any,
    bias: Any = None,
    strides: int | Pair = 1,
    padding: Any = "valid",
    dilation_rate: int | Pair = 1,
    groups: int = 1,
    activation: str | FusedActivation = FusedActivation.LINEAR,
) -> Tensor:
    """2-D convolution, channels last; see `Convolution`.

    >>> import numpy as np, pellucid as pl
    >>> image = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> pl.ops.conv(image, np.ones((2, 2, 1, 1)))[0, :, :, 0].numpy()
    array([[ 8., 12.],
           [20., 24.]])
    """
    x, w = floating(inputs, kernel)
    if x.ndim != 4 or w.ndim != 4:
        raise ShapeError(f"conv: x must be (N, height, width, channels), the kernel 4 axes, too. Received {x.spec}, {w.spec}.")
    b = np.zeros(w.shape[3], w.dtype) if bias is None else bias
    steps, gaps = pair("conv", "strides", strides), pair("conv", "dilation_rate", dilation_rate)
    (rows, columns) = padding_for("conv", padding, x.shape[1:3], w.shape[:2], steps, gaps)
    op = Convolution(steps, (rows, columns), gaps, groups, FusedActivation(activation))
    return op(*floating(x, w, b))
