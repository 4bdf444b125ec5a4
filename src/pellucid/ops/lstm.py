"""Lstm: long short-term memory over time, with backpropagation through time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from pellucid.autodiff import Spec, Tensor
from pellucid.errors import ShapeError
from pellucid.kernels.call import Buffer, Call, Scratch, Share, all_float32, reads, writes
from pellucid.kernels.layout import backward_room, forward_room, padded
from pellucid.ops.dtypes import floating
from pellucid.ops.scan import (
    Scan,
    added_up,
    as_mask,
    before_each,
    chosen,
    one_for_all,
    only_present,
    over_time,
    packed,
    packed_transposed,
    state_access,
    steps_of,
    temporary,
    times_transposed,
    to_initial,
)
from pellucid.ops.sigmoid import Sigmoid

_sigmoid = Sigmoid()


@dataclass(frozen=True)
class Lstm(Scan):
    r"""Long short-term memory: a cell c that gates write to, forget and read.

        [i f g o] = x_t k + h_{t-1} w + b      i, f, o <- sigmoid      g <- tanh
        c_t = f c_{t-1} + i g                  h_t = o tanh(c_t)

    Backwards through time, with d_t = dL/dh_t and e_t = dL/dc_t by all ways, and dz_t with respect to the four sums:

        e_t <- e_t + d_t o (1 - tanh(c_t)^2)
        dz_t = [e_t g i (1 - i)   e_t c_{t-1} f (1 - f)   e_t i (1 - g^2)   d_t tanh(c_t) o (1 - o)]
        e_{t-1} = e_t f      d_{t-1} = dL/dy_{t-1} + dz_t w^T      dL/dx_t = dz_t k^T

        dL/dk = sum over t of x_t^T dz_t      dL/dw = sum over t of h_{t-1}^T dz_t      dL/db = sum over t of dz_t

    Shapes: x (batch, time, features), h and c (batch, units), k (features, 4 units), w (units, 4 units), b (4 units,), mask
    (batch, time) -> (batch, time, units), the state after each step, or the last one; with ``with_cells`` 2 units, h beside c.
    See `Scan`. Gates in Keras' order; PyTorch's is the same. Saved: the gates after their functions, c after each step, and h,
    where the output is the last.

    Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997; the forget gate: Gers et al., "Learning to forget", 2000.
    """

    with_cells: bool = False

    gates: ClassVar[int] = 4
    saves = ("activated", "cells", "states")

    def infer(self, x: Spec, h: Spec, c: Spec, k: Spec, w: Spec, b: Spec, mask: Spec) -> Spec:
        _, _, units = self.check(x, k, w, mask, h=h, c=c)
        if b.shape != (4 * units,):
            raise ShapeError(f"the bias must be ({4 * units},): 4 * units. Received {b}.")
        return self.output_spec(x, 2 * units if self.with_cells else units, h, c, k, w, b)

    def infer_saved(self, x: Spec, h: Spec, c: Spec, k: Spec, w: Spec, b: Spec, mask: Spec) -> tuple[Spec, ...]:
        y = self.infer(x, h, c, k, w, b, mask)
        activated, cells = (Spec((*x.shape[:2], n), y.dtype) for n in (w.shape[1], w.shape[0]))
        return activated, cells, self.states_spec(x, w, y)

    def forward(self, xp: Any, x: Any, h: Any, c: Any, k: Any, w: Any, b: Any, mask: Any) -> Any:
        h, c = (xp.broadcast_to(s, (x.shape[0], s.shape[1])) for s in (h, c))
        sums = only_present(xp, x, mask) @ k + b
        activated, states, cells = {}, {}, {}
        for t in self.order(x):
            i, f, g, o = xp.split(sums[:, t] + h @ w, 4, axis=-1)
            i, f, o = (_sigmoid.forward(xp, z) for z in (i, f, o))
            g = xp.tanh(g)
            activated[t] = chosen(xp, mask, t, xp.concatenate([i, f, g, o], axis=-1), 0)
            c = chosen(xp, mask, t, f * c + i * g, c)
            h = chosen(xp, mask, t, o * xp.tanh(c), h)
            states[t], cells[t] = h, c
        all_h, all_c = over_time(xp, states), over_time(xp, cells)
        y, last = (all_h, h) if not self.with_cells else (xp.concatenate([a, b], axis=-1) for a, b in ((all_h, all_c), (h, c)))
        output, kept = (y, all_h[:, :0]) if self.sequences else (last, all_h)
        return output, over_time(xp, activated), all_c, kept

    def backward(
        self,
        xp: Any,
        grad: Any,
        x: Any,
        h: Any,
        c: Any,
        k: Any,
        w: Any,
        mask: Any,
        y: Any,
        activated: Any,
        cells: Any,
        states: Any,
    ) -> Any:
        units, order = w.shape[0], self.order(x)
        states = y[..., :units] if self.sequences else states
        to_y = steps_of(xp, grad, self.sequences, order)
        before, cells_before = before_each(xp, states, h, order), before_each(xp, cells, c, order)
        d, e, dz = xp.zeros_like(cells[:, 0]), xp.zeros_like(cells[:, 0]), {}
        for t in reversed(order):
            i, f, g, o = xp.split(activated[:, t], 4, axis=-1)
            d = d + to_y[t][:, :units]
            e = e + to_y[t][:, units:] if self.with_cells else e
            read = xp.tanh(cells[:, t])
            through = e + d * o * (1 - read * read)
            parts = [
                through * g * i * (1 - i),
                through * cells_before[t] * f * (1 - f),
                through * i * (1 - g * g),
                d * read * o * (1 - o),
            ]
            dz[t] = chosen(xp, mask, t, xp.concatenate(parts, axis=-1), 0)
            e = chosen(xp, mask, t, through * f, e)
            d = chosen(xp, mask, t, dz[t] @ w.T, d)
        all_dz = over_time(xp, dz)
        dk = times_transposed(xp, only_present(xp, x, mask), all_dz)
        dw = times_transposed(xp, over_time(xp, before), all_dz)
        return all_dz @ k.T, to_initial(xp, d, h), to_initial(xp, e, c), dk, dw, xp.sum(all_dz, axis=(0, 1)), None

    def bind_forward(self, *inputs: Buffer, y: Buffer, saved: Sequence[Buffer] = ()) -> Sequence[Call] | None:
        x, h, c, k, w, b, mask = inputs
        if not all_float32(*inputs[:6], y):
            return None
        batch, _, features = x.shape
        units = w.rows
        pack, panels = packed(k, w)
        (each_h, first_h), (each_c, first_c) = state_access(h, batch), state_access(c, batch)
        activated, cells, states = (writes(s) for s in saved) if saved else (0, 0, 0)
        *_, size = forward_room(2 * units, padded(features + units), padded(4 * units))
        flags = (self.go_backwards, each_h, each_c, mask.size > 0, bool(saved), self.sequences, self.with_cells)
        return [
            *pack,
            Call(
                "lstm.forward",
                *(*x.shape, units, *flags),
                *(reads(x, Share.ROWS), first_h, first_c, reads(panels), reads(b), reads(mask, Share.ROWS)),
                *(writes(Scratch(size, "room")), activated, cells, states, writes(y)),
            ),
        ]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        x, h, c, k, w, mask, y, activated, cells, states = needed
        dx, dh, dc, dk, dw, db, _ = into
        states = y if self.sequences else states
        if not all_float32(grad, x, h, c, k, w, states, activated, cells, *into) or one_for_all([h, c], [dh, dc], x.rows):
            return None
        batch, _, features = x.shape
        units = w.rows
        pack, panels = packed_transposed(w)
        pack_inputs, input_panels = packed_transposed(k)
        (each_h, first_h), (each_c, first_c) = state_access(h, batch), state_access(c, batch)
        *_, size = backward_room(padded(features + units), padded(4 * units), max(padded(features), padded(units)))
        parts = (features * 4 * units, units * 4 * units, 4 * units)
        sums = Scratch(sum(parts), "kernel gradients")
        flags = (self.go_backwards, each_h, each_c, mask.size > 0, self.sequences, self.with_cells, dx is not None)
        call = Call(
            "lstm.backward",
            *(*x.shape, units, *flags),
            *(reads(grad, Share.ROWS), reads(x, Share.ROWS), first_h, first_c),
            *(reads(buffer, Share.ROWS) for buffer in (activated, cells, states)),
            *(reads(panels), reads(input_panels) if dx else 0, reads(mask, Share.ROWS), writes(Scratch(size, "room"))),
            *(writes(sums), writes(dh or temporary("dh", batch, units)), writes(dc or temporary("dc", batch, units))),
            writes(dx) if dx else 0,
        )
        packs = [pack, pack_inputs] if dx else [pack]
        return [*packs, call, *added_up(sums, dk, dw, db, sizes=parts)]


def lstm(
    x: Any,
    initial_state: Any,
    initial_cell: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any = None,
    mask: Any = None,
    go_backwards: bool = False,
    sequences: bool = True,
    with_cells: bool = False,
) -> Tensor:
    """The states of long short-term memory after each step, or the last one; see `Lstm`.

    Args:
        x: (batch, time, features).
        initial_state, initial_cell: (batch, units), or (1, units) for all samples.
        kernel: (features, 4 * units), for the gates i, f, g, o.
        recurrent_kernel: (units, 4 * units).
        bias: (4 * units,); None is zero.
        mask: (batch, time): false hides a step; None hides none.
        go_backwards: from the last time to the first. The state after time t stands at t nonetheless.
        sequences: the states after all steps, (batch, time, units), or the last one alone, (batch, units).
        with_cells: whether the cells stand beside the states: 2 * units numbers instead of units.

    >>> import pellucid as pl
    >>> x, open_gates = [[[9.0]] * 2], [[1.0, 1.0, 1.0, 1.0]]  # the cell counts the steps
    >>> pl.ops.lstm(x, [[0.0]], [[0.0]], open_gates, [[0.0, 0.0, 0.0, 0.0]], with_cells=True).numpy().round(2)
    array([[[0.76, 1.  ],
            [0.96, 2.  ]]], dtype=float32)
    """
    x, h, c, k, w = floating(x, initial_state, initial_cell, kernel, recurrent_kernel)
    b = np.zeros(k.shape[-1:], k.dtype) if bias is None else bias
    return Lstm(go_backwards, sequences, with_cells)(*floating(x, h, c, k, w, b), as_mask(mask))
