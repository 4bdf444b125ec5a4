"""Transposed convolution: each place of a small image paints a kernel onto a larger one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.autodiff import Op, Spec
from pellucid.errors import ShapeError
from pellucid.kernels.call import Buffer, Call, Scratch, Share, all_float32, reads, updates, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.convolution import Convolution
from pellucid.ops.convolution_calls import added_up
from pellucid.ops.fused_activation import FusedActivation
from pellucid.ops.windows import Pair, span


@dataclass(frozen=True)
class TransposedConvolution(Op):
    r"""The input gradient of a `Convolution`, as an operation of its own.

        z[n, h, w, k] = b[k] + sum over i, j, c, u, v with  h = s i + d u - p,  w = s j + d v - p  of  x[n, i, j, c] w[u, v, k, c]

        y = f(z)        dL/dx = convolution of dL/dz with w        dL/dw = that convolution's, with x as its gradient

    with strides s, dilation d and padding p, which is cut off. Several sizes of y have a convolution that gives x's: ``more``
    says how many rows and columns are added after (what PyTorch calls output padding).

    Shapes: x (N, H, W, C), w (height, width, K, C), b (K,) -> (N, rows, columns, K) with
    rows = (H - 1) strides + (height - 1) dilation + 1 - before - after + more.
    """

    strides: Pair = (1, 1)
    padding: tuple[Pair, Pair] = ((0, 0), (0, 0))
    more: Pair = (0, 0)
    dilation: Pair = (1, 1)
    activation: FusedActivation = FusedActivation.LINEAR

    def infer(self, x: Spec, w: Spec, b: Spec) -> Spec:
        if x.ndim != 4 or w.ndim != 4:
            raise ShapeError(
                f"x must be images (N, height, width, channels), w (height, width, outputs, inputs). Received {x}, {w}."
            )
        if x.shape[3] != w.shape[3]:
            raise ShapeError(f"the kernel sees {w.shape[3]} channels. Received x with {x.shape[3]}: {x}.")
        if b.shape != w.shape[2:3]:
            raise ShapeError(f"b must have one entry for each of {w.shape[2]} output channels. Received {b}.")
        sizes = []
        for name, n, k, stride, d, (before, after), more in zip(
            ("height", "width"), x.shape[1:3], w.shape[:2], self.strides, self.dilation, self.padding, self.more, strict=True
        ):
            size = (n - 1) * stride + span(k, d) - before - after + more
            if size < 1:
                sum_of = f"({n} - 1) x {stride} + {span(k, d)} - {before} - {after} + {more} = {size}"
                raise ShapeError(
                    f"nothing is left along the {name}: {sum_of} ((input - 1) strides + window - what is cut off "
                    "before and after + more). Cut off less."
                )
            sizes.append(size)
        return Spec((x.shape[0], *sizes, w.shape[2]), np.result_type(x.dtype, w.dtype, b.dtype))

    def forward(self, xp: Any, x: Any, w: Any, b: Any) -> Any:
        shape = self.infer(Spec.of(x), Spec.of(w), Spec.of(b)).shape
        canvas = self._canvas(xp, xp.zeros(shape, x.dtype), x.shape, w.shape)
        for u, v, view in self._views(x.shape, w.shape):
            canvas[view] += x @ w[u, v].T
        (top, _), (left, _) = self.padding
        return self.activation.forward(xp, canvas[:, top : top + shape[1], left : left + shape[2]] + b)

    def backward(self, xp: Any, grad: Any, x: Any, w: Any, y: Any) -> Any:
        dz = self.activation.backward(xp, grad, y)
        canvas = self._canvas(xp, dz, x.shape, w.shape)
        dx, dw = xp.zeros_like(x), xp.zeros_like(w)
        for u, v, view in self._views(x.shape, w.shape):
            dx += canvas[view] @ w[u, v]
            dw[u, v] = canvas[view].reshape(-1, w.shape[2]).T @ x.reshape(-1, w.shape[3])
        return dx, dw, dz.sum(axis=(0, 1, 2))

    def _canvas(self, xp: Any, image: Any, x: Sequence[int], w: Sequence[int]) -> Any:
        """``image`` with a border: all that a window can reach."""
        border = []
        for n, k, stride, d, (before, _), size in zip(
            x[1:3], w[:2], self.strides, self.dilation, self.padding, image.shape[1:3], strict=True
        ):
            border.append((before, max(0, (n - 1) * stride + span(k, d) - before - size)))
        return xp.pad(image, ((0, 0), *border, (0, 0)))

    def _views(self, x: Sequence[int], w: Sequence[int]) -> Any:
        """Each place of the kernel, with the part of the canvas that it paints."""
        (down, right), (gap_down, gap_right) = self.strides, self.dilation
        for u in range(w[0]):
            for v in range(w[1]):
                rows = slice(u * gap_down, u * gap_down + (x[1] - 1) * down + 1, down)
                columns = slice(v * gap_right, v * gap_right + (x[2] - 1) * right + 1, right)
                yield u, v, (slice(None), rows, columns)

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        x, w, b = inputs
        if not all_float32(x, w, b, y) or 0 in x.shape:
            return None
        rows, scratch = self._turned.piece(w, x)
        geometry = self._turned.geometry(y, w, x)
        places = (reads(x, Share.ROWS), reads(w), writes(y), writes(scratch))
        finish = (self.activation.code, y.rows, y.shape[1] * y.shape[2], y.shape[3], reads(b), updates(y))
        return [
            Call("convolution.input_gradient", *geometry, rows, False, *places),
            Call("convolution.finish", *finish),
        ]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        x, w, y = needed
        if not all_float32(grad, x, w, *into) or 0 in x.shape:
            return None
        rows, scratch = self._turned.piece(w, x)
        geometry = self._turned.geometry(grad, w, x)
        calls = []
        if self.activation is not FusedActivation.LINEAR:
            # In place: nobody else reads the gradient of this output.
            code, places = self.activation.code, (reads(y, Share.ROWS), updates(grad, Share.ROWS))
            calls.append(Call("fused_activation.backward", code, grad.rows, grad.row_size, *places))
        if into[0] is not None:
            no_bias = Buffer.around(np.zeros(w.shape[3], np.float32), "no bias")
            towards = (reads(grad, Share.ROWS), reads(w), reads(no_bias), gradient_into(into[0], accumulate[0]), writes(scratch))
            calls.append(Call("convolution.forward", *geometry, FusedActivation.LINEAR.code, rows, accumulate[0], *towards))
        if into[1] is not None:
            sums = Scratch(w.size, "kernel gradients")
            mine = (reads(grad, Share.ROWS), reads(x, Share.ROWS), writes(sums), writes(scratch))
            calls.append(Call("convolution.kernel_gradient", *geometry, rows, *mine))
            calls += added_up(sums, [(into[1], accumulate[1], 0)])
        if into[2] is not None:
            sizes = (grad.rows, grad.shape[1] * grad.shape[2], 0, grad.shape[3])
            calls.append(Call("linear.bias_gradient", *sizes, accumulate[2], reads(grad), gradient_into(into[2], accumulate[2])))
        return calls

    @property
    def _turned(self) -> Convolution:
        """The convolution whose input gradient this is."""
        return Convolution(self.strides, self.padding, self.dilation)
