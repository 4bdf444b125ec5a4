"""SimpleRnn: the plain recurrent cell over time, with backpropagation through time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.autodiff import Spec, Tensor
from pellucid.errors import ShapeError
from pellucid.kernels.call import Buffer, Call, Scratch, Share, all_float32, reads, writes
from pellucid.kernels.layout import backward_room, forward_room, padded
from pellucid.ops.dtypes import floating
from pellucid.ops.fused_activation import FusedActivation
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


@dataclass(frozen=True)
class SimpleRnn(Scan):
    r"""Elman's network: the state is a function of the input and of the state before.

        h_t = f(x_t k + h_{t-1} w + b)

    Backwards through time, d_t being dL/dh_t by all ways, through the output and through later steps:

        d_t = dL/dy_t + dz_{t+1} w^T      dz_t = d_t f'(z_t)      dL/dx_t = dz_t k^T      dL/dh_0 = dz_1 w^T

        dL/dk = sum over t of x_t^T dz_t      dL/dw = sum over t of h_{t-1}^T dz_t      dL/db = sum over t of dz_t

    f is one of those whose derivative can be told from h: linear, relu, sigmoid, tanh.

    Shapes: x (batch, time, features), h (batch, units), k (features, units), w (units, units), b (units,), mask (batch, time) ->
    (batch, time, units), the state after each step, or the last one; see `Scan`. Saved: the states, where the output is the last.

    Source: Elman, "Finding structure in time", 1990; Werbos, "Backpropagation through time", 1990.
    """

    activation: FusedActivation = FusedActivation.TANH

    saves = ("states",)

    def infer(self, x: Spec, h: Spec, k: Spec, w: Spec, b: Spec, mask: Spec) -> Spec:
        _, _, units = self.check(x, k, w, mask, h=h)
        if b.shape != (units,):
            raise ShapeError(f"the bias must be ({units},): units. Received {b}.")
        return self.output_spec(x, units, h, k, w, b)

    def infer_saved(self, x: Spec, h: Spec, k: Spec, w: Spec, b: Spec, mask: Spec) -> tuple[Spec, ...]:
        return (self.states_spec(x, w, self.infer(x, h, k, w, b, mask)),)

    def forward(self, xp: Any, x: Any, h: Any, k: Any, w: Any, b: Any, mask: Any) -> Any:
        h = xp.broadcast_to(h, (x.shape[0], h.shape[1]))
        sums, y = only_present(xp, x, mask) @ k + b, {}
        for t in self.order(x):
            h = chosen(xp, mask, t, self.activation.forward(xp, sums[:, t] + h @ w), h)
            y[t] = h
        states = over_time(xp, y)
        return (states, states[:, :0]) if self.sequences else (h, states)

    def backward(self, xp: Any, grad: Any, x: Any, h: Any, k: Any, w: Any, mask: Any, y: Any, states: Any) -> Any:
        states, order = y if self.sequences else states, self.order(x)
        to_y, before = steps_of(xp, grad, self.sequences, order), before_each(xp, states, h, order)
        d, dz = xp.zeros_like(states[:, 0]), {}
        for t in reversed(order):
            d = d + to_y[t]
            dz[t] = chosen(xp, mask, t, self.activation.backward(xp, d, states[:, t]), 0)
            d = chosen(xp, mask, t, 0, d) + dz[t] @ w.T if mask.size else dz[t] @ w.T
        all_dz = over_time(xp, dz)
        dk = times_transposed(xp, only_present(xp, x, mask), all_dz)
        dw = times_transposed(xp, over_time(xp, before), all_dz)
        return all_dz @ k.T, to_initial(xp, d, h), dk, dw, xp.sum(all_dz, axis=(0, 1)), None

    def bind_forward(self, *inputs: Buffer, y: Buffer, saved: Sequence[Buffer] = ()) -> Sequence[Call] | None:
        x, h, k, w, b, mask = inputs
        if not all_float32(*inputs[:5], y):
            return None
        batch, _, features = x.shape
        units = w.rows
        pack, panels = packed(k, w)
        each, first = state_access(h, batch)
        states = writes(y) if self.sequences else writes(saved[0]) if saved else 0
        *_, size = forward_room(units, padded(features + units), padded(units))
        flags = (self.go_backwards, each, mask.size > 0, states != 0, not self.sequences)
        return [
            *pack,
            Call(
                "simple_rnn.forward",
                *(*x.shape, units, self.activation.code, *flags),
                *(reads(x, Share.ROWS), first, reads(panels), reads(b), reads(mask, Share.ROWS), writes(Scratch(size, "room"))),
                *(states, 0 if self.sequences else writes(y)),
            ),
        ]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        x, h, k, w, mask, y, states = needed
        dx, dh, dk, dw, db, _ = into
        states = y if self.sequences else states
        if not all_float32(grad, x, h, k, w, states, *into) or one_for_all([h], [dh], x.rows):
            return None
        batch, _, features = x.shape
        units = w.rows
        pack, panels = packed_transposed(w)
        pack_inputs, input_panels = packed_transposed(k)
        each, first = state_access(h, batch)
        wide = padded(units)
        *_, size = backward_room(padded(features + units), wide, max(padded(features), wide))
        parts = (features * units, units * units, units)
        sums = Scratch(sum(parts), "kernel gradients")
        flags = (self.go_backwards, each, mask.size > 0, self.sequences, dx is not None)
        call = Call(
            "simple_rnn.backward",
            *(*x.shape, units, self.activation.code, *flags),
            *(reads(grad, Share.ROWS), reads(x, Share.ROWS), first, reads(states, Share.ROWS)),
            *(reads(panels), reads(input_panels) if dx else 0, reads(mask, Share.ROWS), writes(Scratch(size, "room"))),
            *(writes(sums), writes(dh or temporary("dh", batch, units)), writes(dx) if dx else 0),
        )
        packs = [pack, pack_inputs] if dx else [pack]
        return [*packs, call, *added_up(sums, dk, dw, db, sizes=parts)]


def simple_rnn(
    x: Any,
    initial_state: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any = None,
    mask: Any = None,
    activation: str | FusedActivation = FusedActivation.TANH,
    go_backwards: bool = False,
    sequences: bool = True,
) -> Tensor:
    """The states of a plain recurrent cell after each step, or the last one; see `SimpleRnn`.

    Args:
        x: (batch, time, features).
        initial_state: (batch, units), or (1, units) for all samples.
        kernel: (features, units).
        recurrent_kernel: (units, units).
        bias: (units,); None is zero.
        mask: (batch, time): false hides a step; None hides none.
        activation: "linear", "relu", "sigmoid" or "tanh".
        go_backwards: from the last time to the first. The state after time t stands at t nonetheless.
        sequences: the states after all steps, (batch, time, units), or the last one alone, (batch, units).

    >>> import pellucid as pl
    >>> pl.ops.simple_rnn([[[1.0], [1.0], [1.0]]], [[0.0]], [[1.0]], [[0.5]], activation="linear").numpy()
    array([[[1.  ],
            [1.5 ],
            [1.75]]], dtype=float32)
    """
    x, initial_state, kernel, recurrent_kernel = floating(x, initial_state, kernel, recurrent_kernel)
    bias = np.zeros(kernel.shape[-1:], kernel.dtype) if bias is None else bias
    op = SimpleRnn(go_backwards, sequences, FusedActivation(activation))
    return op(*floating(x, initial_state, kernel, recurrent_kernel, bias), as_mask(mask))
