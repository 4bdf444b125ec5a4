"""Lstm: long short-term memory over time, with backpropagation through time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from pellucid.autodiff import Spec, Tensor
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.dtypes import floating
from pellucid.ops.scan import (
    Scan,
    as_mask,
    chosen,
    one_for_all,
    over_time,
    packed,
    reads_state,
    scratch,
    times_transposed,
    to_initial,
)
from pellucid.ops.sigmoid import Sigmoid

_sigmoid = Sigmoid()


@dataclass(frozen=True)
class Lstm(Scan):
    r"""Long short-term memory: a cell c that gates write to, forget and read.

        [i f g o] = x_t + h_{t-1} w      i, f, o <- sigmoid      g <- tanh
        c_t = f c_{t-1} + i g            h_t = o tanh(c_t)

    Backwards through time, with d_t = dL/dh_t and e_t = dL/dc_t by all ways, and dz_t with respect to the four sums:

        e_t <- e_t + d_t o (1 - tanh(c_t)^2)
        dz_t = [e_t g i (1 - i)   e_t c_{t-1} f (1 - f)   e_t i (1 - g^2)   d_t tanh(c_t) o (1 - o)]
        e_{t-1} = e_t f      d_{t-1} = dL/dy_{t-1} + dz_t w^T      dL/dx_t = dz_t      dL/dw = sum over t of h_{t-1}^T dz_t

    Shapes: x (batch, time, 4 units), h and c (batch, units), w (units, 4 units), mask (batch, time) -> (batch, time, units), the
    state after each step; with ``with_cells`` (batch, time, 2 units), h and c side by side. See `Scan`. Gates in Keras' order;
    PyTorch's is the same. Saved: the gates after their functions, and h and c before each step.

    Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997; the forget gate: Gers et al., "Learning to forget", 2000.
    """

    with_cells: bool = False

    gates: ClassVar[int] = 4
    saves = ("activated", "previous", "cells")

    def infer(self, x: Spec, h: Spec, c: Spec, w: Spec, mask: Spec) -> Spec:
        batch, time, units = self.check(x, w, mask, h=h, c=c)
        dtype = np.result_type(x.dtype, h.dtype, c.dtype, w.dtype)
        return Spec((batch, time, 2 * units if self.with_cells else units), dtype)

    def infer_saved(self, x: Spec, h: Spec, c: Spec, w: Spec, mask: Spec) -> tuple[Spec, ...]:
        dtype = self.infer(x, h, c, w, mask).dtype
        state = Spec((*x.shape[:2], w.shape[0]), dtype)
        return x.with_dtype(dtype), state, state

    def forward(self, xp: Any, x: Any, h: Any, c: Any, w: Any, mask: Any) -> Any:
        h, c = (xp.broadcast_to(s, (x.shape[0], s.shape[1])) for s in (h, c))
        y, activated, previous, cells = {}, {}, {}, {}
        for t in self.order(x):
            previous[t], cells[t] = h, c
            i, f, g, o = xp.split(x[:, t] + h @ w, 4, axis=-1)
            i, f, o = (_sigmoid.forward(xp, z) for z in (i, f, o))
            g = xp.tanh(g)
            activated[t] = xp.concatenate([i, f, g, o], axis=-1)
            c = chosen(xp, mask, t, f * c + i * g, c)
            h = chosen(xp, mask, t, o * xp.tanh(c), h)
            y[t] = xp.concatenate([h, c], axis=-1) if self.with_cells else h
        return tuple(over_time(xp, values) for values in (y, activated, previous, cells))

    def backward(
        self, xp: Any, grad: Any, h_spec: Spec, c_spec: Spec, w: Any, mask: Any, activated: Any, previous: Any, cells: Any
    ) -> Any:
        d, e, dx = xp.zeros_like(cells[:, 0]), xp.zeros_like(cells[:, 0]), {}
        units = d.shape[-1]
        for t in reversed(self.order(grad)):
            i, f, g, o = xp.split(activated[:, t], 4, axis=-1)
            d = d + grad[:, t, :units]
            e = e + grad[:, t, units:] if self.with_cells else e
            read = xp.tanh(f * cells[:, t] + i * g)
            through = e + d * o * (1 - read * read)
            dz = [
                through * g * i * (1 - i),
                through * cells[:, t] * f * (1 - f),
                through * i * (1 - g * g),
                d * read * o * (1 - o),
            ]
            dx[t] = chosen(xp, mask, t, xp.concatenate(dz, axis=-1), 0)
            e = chosen(xp, mask, t, through * f, e)
            d = chosen(xp, mask, t, dx[t] @ w.T, d)
        dz_all = over_time(xp, dx)
        dh, dc = to_initial(xp, d, h_spec), to_initial(xp, e, c_spec)
        return dz_all, dh, dc, times_transposed(xp, previous, dz_all), None

    def bind_forward(self, *inputs: Buffer, y: Buffer, saved: Sequence[Buffer] = ()) -> Sequence[Call] | None:
        x, h, c, w, mask = inputs
        if not all_float32(x, h, c, w, y):
            return None
        batch, time, units = *x.shape[:2], w.rows
        pack, panels = packed(w)
        activated, previous, cells = saved or (
            scratch("gates", batch, 4 * units),
            scratch("state", batch, units),
            scratch("cells", batch, units),
        )
        (own_h, first_h), (own_c, first_c) = reads_state(h, batch), reads_state(c, batch)
        return [
            pack,
            Call(
                "lstm.forward",
                *(batch, time, units, self.go_backwards, self.with_cells, bool(saved), own_h, own_c, mask.size > 0),
                *(reads(x, Share.ROWS), first_h, first_c, reads(panels), reads(mask, Share.ROWS)),
                *(writes(scratch("sums", batch, 4 * units)), writes(activated), writes(previous), writes(cells), writes(y)),
            ),
        ]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        h_spec, c_spec, w, mask, activated, previous, cells = needed
        dx, dh, dc, dw, _ = into
        batch, time, units = cells.shape
        if not all_float32(grad, w, activated, *into) or one_for_all([h_spec, c_spec], [dh, dc], batch):
            return None
        pack, panels = packed(w, transposed=True)
        dz = dx or scratch("dz", batch, time, 4 * units)
        calls = [
            pack,
            Call(
                "lstm.backward",
                *(batch, time, units, self.go_backwards, self.with_cells, mask.size > 0),
                *(reads(b, Share.ROWS) for b in (grad, activated, cells)),
                *(reads(panels), reads(mask, Share.ROWS), writes(scratch("read", batch, units))),
                *(writes(dh or scratch("dh", batch, units)), writes(dc or scratch("dc", batch, units)), writes(dz)),
            ),
        ]
        if dw is not None:
            sizes = (batch, time, units, 4 * units, False)
            calls.append(Call("linear.weight_gradient", *sizes, reads(previous), reads(dz), writes(dw)))
        return calls


def lstm(
    x: Any,
    initial_state: Any,
    initial_cell: Any,
    recurrent_kernel: Any,
    mask: Any = None,
    go_backwards: bool = False,
    with_cells: bool = False,
) -> Tensor:
    """The states of long short-term memory after each step; see `Lstm`.

    Args:
        x: (batch, time, 4 * units): the inputs, projected, with the bias, for the gates i, f, g, o.
        initial_state, initial_cell: (batch, units), or (1, units) for all samples.
        recurrent_kernel: (units, 4 * units).
        mask: (batch, time): false hides a step; None hides none.
        go_backwards: from the last time to the first. The state after time t stands at t nonetheless.
        with_cells: whether the cells stand beside the states: (batch, time, 2 * units).

    >>> import pellucid as pl
    >>> x = [[[9.0, 9.0, 9.0, 9.0]] * 2]  # all gates open: the cell counts the steps
    >>> pl.ops.lstm(x, [[0.0]], [[0.0]], [[0.0, 0.0, 0.0, 0.0]], with_cells=True).numpy().round(2)
    array([[[0.76, 1.  ],
            [0.96, 2.  ]]], dtype=float32)
    """
    values = floating(x, initial_state, initial_cell, recurrent_kernel)
    return Lstm(go_backwards, with_cells)(*values, as_mask(mask))
