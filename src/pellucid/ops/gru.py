"""Gru: gated recurrent units over time, with backpropagation through time."""

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
class Gru(Scan):
    r"""Gated recurrent units: a gate z mixes the old state with a candidate n, and a gate r says how much n sees of the old.

        [s_z s_r s_n] = x_t k + b        [z r] = sigmoid([s_z s_r] + h_{t-1} [w_z w_r])        h_t = z h_{t-1} + (1 - z) n

        n = tanh(s_n + r q), q = h_{t-1} w_n + b'_n        with ``reset_after``; z and r have b' too
        n = tanh(s_n + q w_n), q = r h_{t-1}               without: as first published

    Backwards through time, with d_t = dL/dh_t by all ways and dz_t with respect to the three sums:

        dz_n = d_t (1 - z) (1 - n^2)      dz_z = d_t (h_{t-1} - n) z (1 - z)

        reset after:   dz_r = dz_n q r (1 - r)        p = [dz_z  dz_r  dz_n r]      d_{t-1} = d_t z + p w^T
        reset before:  dz_r = dq h_{t-1} r (1 - r)    p = [dz_z  dz_r  dz_n]        dq = dz_n w_n^T
                       d_{t-1} = d_t z + dq r + [dz_z dz_r] [w_z w_r]^T

    and dL/dy_{t-1} is added to d_{t-1}; dL/dx_t = dz_t k^T, dL/dk = sum over t of x_t^T dz_t, dL/dw = sum over t of h_{t-1}^T p,
    but for w_n of q^T dz_n where the reset comes before; dL/db = sum over t of dz_t, and of p for b'.

    Shapes: x (batch, time, features), h (batch, units), k (features, 3 units), w (units, 3 units), b (2, 3 units), that of the
    inputs and that of the state, or (3 units,) where the reset comes before, mask (batch, time) -> (batch, time, units), the
    state after each step, or the last one; see `Scan`. Gates in Keras' order; PyTorch has r before z, and the reset after.
    Saved: z, r, n and q side by side, and the states, where the output is the last.

    Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014.
    """

    reset_after: bool = True

    gates: ClassVar[int] = 3
    saves = ("activated", "states")

    def infer(self, x: Spec, h: Spec, k: Spec, w: Spec, b: Spec, mask: Spec) -> Spec:
        _, _, units = self.check(x, k, w, mask, h=h)
        shape = (2, 3 * units) if self.reset_after else (3 * units,)
        if b.shape != shape:
            raise ShapeError(f"the bias must be {shape}, with reset_after={self.reset_after}. Received {b}.")
        return self.output_spec(x, units, h, k, w, b)

    def infer_saved(self, x: Spec, h: Spec, k: Spec, w: Spec, b: Spec, mask: Spec) -> tuple[Spec, ...]:
        y = self.infer(x, h, k, w, b, mask)
        return Spec((*x.shape[:2], 4 * w.shape[0]), y.dtype), self.states_spec(x, w, y)

    def forward(self, xp: Any, x: Any, h: Any, k: Any, w: Any, b: Any, mask: Any) -> Any:
        h = xp.broadcast_to(h, (x.shape[0], h.shape[1]))
        units = h.shape[1]
        gates, rest = slice(0, 2 * units), slice(2 * units, None)
        of_input, of_state = (b[0], b[1]) if self.reset_after else (b, xp.zeros_like(b))
        sums = only_present(xp, x, mask) @ k + of_input
        states, activated = {}, {}
        for t in self.order(x):
            both = sums[:, t, gates] + h @ w[:, gates] + of_state[gates]
            z, r = xp.split(_sigmoid.forward(xp, both), 2, axis=-1)
            q = h @ w[:, rest] + of_state[rest] if self.reset_after else r * h
            n = xp.tanh(sums[:, t, rest] + (r * q if self.reset_after else q @ w[:, rest]))
            activated[t] = chosen(xp, mask, t, xp.concatenate([z, r, n, q], axis=-1), 0)
            h = chosen(xp, mask, t, z * h + (1 - z) * n, h)
            states[t] = h
        y = over_time(xp, states)
        output, kept = (y, y[:, :0]) if self.sequences else (h, y)
        return output, over_time(xp, activated), kept

    def backward(self, xp: Any, grad: Any, x: Any, h: Any, k: Any, w: Any, mask: Any, y: Any, activated: Any, states: Any) -> Any:
        states, order, units = y if self.sequences else states, self.order(x), w.shape[0]
        w_gates, w_n = w[:, : 2 * units], w[:, 2 * units :]
        to_y, before = steps_of(xp, grad, self.sequences, order), before_each(xp, states, h, order)
        d, dz, dp = xp.zeros_like(states[:, 0]), {}, {}
        for t in reversed(order):
            z, r, n, q = xp.split(activated[:, t], 4, axis=-1)
            d = d + to_y[t]
            dz_n = d * (1 - z) * (1 - n * n)
            dz_z = d * (before[t] - n) * z * (1 - z)
            dq = dz_n * r if self.reset_after else dz_n @ w_n.T
            dz_r = (dz_n * q if self.reset_after else dq * before[t]) * r * (1 - r)
            gates = xp.concatenate([dz_z, dz_r], axis=-1)
            to_h = d * z + gates @ w_gates.T + (dq @ w_n.T if self.reset_after else r * dq)
            dz[t] = chosen(xp, mask, t, xp.concatenate([gates, dz_n], axis=-1), 0)
            dp[t] = chosen(xp, mask, t, xp.concatenate([gates, dq if self.reset_after else dz_n], axis=-1), 0)
            d = chosen(xp, mask, t, to_h, d)
        all_dz, p = over_time(xp, dz), over_time(xp, dp)
        dk = times_transposed(xp, only_present(xp, x, mask), all_dz)
        dw, db = times_transposed(xp, over_time(xp, before), p), xp.sum(all_dz, axis=(0, 1))
        if self.reset_after:
            db = xp.stack([db, xp.sum(p, axis=(0, 1))])
        else:
            dw_n = times_transposed(xp, activated[..., 3 * units :], all_dz[..., 2 * units :])
            dw = xp.concatenate([dw[:, : 2 * units], dw_n], axis=-1)
        return all_dz @ k.T, to_initial(xp, d, h), dk, dw, db, None

    def bind_forward(self, *inputs: Buffer, y: Buffer, saved: Sequence[Buffer] = ()) -> Sequence[Call] | None:
        x, h, k, w, b, mask = inputs
        if not all_float32(*inputs[:5], y):
            return None
        batch, _, features = x.shape
        units = w.rows
        pack_gates, of_gates = packed(k, w, columns=2 * units)
        pack_inputs, of_inputs = packed(k, first=2 * units, columns=units)
        pack_state, of_state = packed(w, first=2 * units, columns=units)
        each, first = state_access(h, batch)
        activated, states = (writes(s) for s in saved) if saved else (0, 0)
        *_, size = forward_room(units, padded(features + units), padded(4 * units))
        flags = (self.go_backwards, each, mask.size > 0, bool(saved), self.sequences, self.reset_after)
        return [
            *(*pack_gates, *pack_inputs, *pack_state),
            Call(
                "gru.forward",
                *(*x.shape, units, *flags),
                *(reads(x, Share.ROWS), first, reads(of_gates), reads(of_inputs), reads(of_state), reads(b)),
                *(reads(mask, Share.ROWS), writes(Scratch(size, "room")), activated, states, writes(y)),
            ),
        ]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        x, h, k, w, mask, y, activated, states = needed
        dx, dh, dk, dw, db, _ = into
        states = y if self.sequences else states
        if not all_float32(grad, x, h, k, w, states, activated, *into) or one_for_all([h], [dh], x.rows):
            return None
        batch, _, features = x.shape
        units = w.rows
        packs, panels = self._panels_back(k, w, dx is not None)
        each, first = state_access(h, batch)
        *_, size = backward_room(padded(features + units), padded(4 * units), max(padded(features), padded(units)))
        parts = (features * 3 * units, units * 3 * units, 6 * units if self.reset_after else 3 * units)
        sums = Scratch(sum(parts), "kernel gradients")
        call = Call(
            "gru.backward_reset_after" if self.reset_after else "gru.backward_reset_before",
            *(*x.shape, units, self.go_backwards, each, mask.size > 0, self.sequences, dx is not None),
            *(reads(grad, Share.ROWS), reads(x, Share.ROWS), first, reads(activated, Share.ROWS), reads(states, Share.ROWS)),
            *(*panels, reads(mask, Share.ROWS), writes(Scratch(size, "room")), writes(sums)),
            *(writes(dh or temporary("dh", batch, units)), writes(dx) if dx else 0),
        )
        return [*packs, call, *added_up(sums, dk, dw, db, sizes=parts)]

    def _panels_back(self, k: Buffer, w: Buffer, to_inputs: bool) -> tuple[list[Call], list[Any]]:
        """The calls that lay out what the way back multiplies by, and what each of the kernel's three places for panels holds.

        Of the state: all columns where the reset comes after, or gates and candidate apart. Of the inputs: the other way round,
        as rows of gradients have the candidate's part that goes to the inputs apart.
        """
        units = w.rows
        gates, rest = {"columns": 2 * units}, {"first": 2 * units, "columns": units}
        if self.reset_after:
            made = [packed_transposed(w), *((packed_transposed(k, **part) for part in (gates, rest)) if to_inputs else ())]
        else:
            made = [packed_transposed(w, **gates), packed_transposed(w, **rest), *([packed_transposed(k)] if to_inputs else ())]
        panels: list[Any] = [reads(panel) for _, panel in made]
        return [call for call, _ in made], panels + [0] * (3 - len(panels))


def gru(
    x: Any,
    initial_state: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any = None,
    mask: Any = None,
    reset_after: bool = True,
    go_backwards: bool = False,
    sequences: bool = True,
) -> Tensor:
    """The states of gated recurrent units after each step, or the last one; see `Gru`.

    Args:
        x: (batch, time, features).
        initial_state: (batch, units), or (1, units) for all samples.
        kernel: (features, 3 * units), for z, r and n.
        recurrent_kernel: (units, 3 * units).
        bias: (2, 3 * units), that of the inputs and that of the state; (3 * units,) where the reset comes before; None is zero.
        mask: (batch, time): false hides a step; None hides none.
        reset_after: whether the reset gate comes after the product with the state.
        go_backwards: from the last time to the first. The state after time t stands at t nonetheless.
        sequences: the states after all steps, (batch, time, units), or the last one alone, (batch, units).

    >>> import pellucid as pl
    >>> x, candidate = [[[9.0]] * 3], [[0.0, 0.0, 1.0]]  # z = 1/2: each step goes half of the way to the candidate, 1
    >>> pl.ops.gru(x, [[0.0]], candidate, [[0.0, 0.0, 0.0]]).numpy().round(3)
    array([[[0.5  ],
            [0.75 ],
            [0.875]]], dtype=float32)
    """
    x, h, k, w = floating(x, initial_state, kernel, recurrent_kernel)
    if bias is None:
        width = k.shape[-1]
        bias = np.zeros((2, width) if reset_after else width, k.dtype)
    return Gru(go_backwards, sequences, reset_after)(*floating(x, h, k, w, bias), as_mask(mask))
