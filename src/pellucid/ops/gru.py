"""Gru: gated recurrent units over time, with backpropagation through time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from pellucid.autodiff import Spec, Tensor
from pellucid.errors import ShapeError
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
class Gru(Scan):
    r"""Gated recurrent units: a gate z mixes the old state with a candidate n, and a gate r says how much n sees of the old.

        [z r] = sigmoid([x_z x_r] + h_{t-1} [w_z w_r] + [b_z b_r])        h_t = z h_{t-1} + (1 - z) n

        n = tanh(x_n + r q), q = h_{t-1} w_n + b_n        with ``reset_after``: one product a step
        n = tanh(x_n + q w_n + b_n), q = r h_{t-1}        without: as first published

    Backwards through time, with d_t = dL/dh_t by all ways and dx_t with respect to the three sums:

        dx_n = d_t (1 - z) (1 - n^2)      dx_z = d_t (h_{t-1} - n) z (1 - z)

        reset after:   dx_r = dx_n q r (1 - r)        p = [dx_z  dx_r  dx_n r]      d_{t-1} = d_t z + p w^T
        reset before:  dx_r = dq h_{t-1} r (1 - r)    p = [dx_z  dx_r  dx_n]        dq = dx_n w_n^T
                       d_{t-1} = d_t z + dq r + [dx_z dx_r] [w_z w_r]^T

    and dL/dy_{t-1} is added to d_{t-1}; dL/dw = sum over t of h_{t-1}^T p, but for w_n of q^T dx_n where the reset comes before;
    dL/db = sum over t of p.

    Shapes: x (batch, time, 3 units), h (batch, units), w (units, 3 units), b (3 units,), mask (batch, time) -> (batch, time,
    units), the state after each step; see `Scan`. Gates in Keras' order; PyTorch has r before z, and the reset after. Saved:
    z, r, n and q side by side, and the state before each step.

    Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014.
    """

    reset_after: bool = True

    gates: ClassVar[int] = 3
    saves = ("activated", "previous")

    def infer(self, x: Spec, h: Spec, w: Spec, b: Spec, mask: Spec) -> Spec:
        batch, time, units = self.check(x, w, mask, h=h)
        if b.shape != (3 * units,):
            raise ShapeError(f"the recurrent bias must be ({3 * units},): 3 * units. Received {b}.")
        return Spec((batch, time, units), np.result_type(x.dtype, h.dtype, w.dtype, b.dtype))

    def infer_saved(self, x: Spec, h: Spec, w: Spec, b: Spec, mask: Spec) -> tuple[Spec, ...]:
        y = self.infer(x, h, w, b, mask)
        return y.with_shape((*y.shape[:2], 4 * y.shape[2])), y

    def forward(self, xp: Any, x: Any, h: Any, w: Any, b: Any, mask: Any) -> Any:
        h = xp.broadcast_to(h, (x.shape[0], h.shape[1]))
        units = h.shape[1]
        rest = slice(2 * units, None)
        y, activated, previous = {}, {}, {}
        for t in self.order(x):
            previous[t] = h
            both = x[:, t, : 2 * units] + h @ w[:, : 2 * units] + b[: 2 * units]
            z, r = xp.split(_sigmoid.forward(xp, both), 2, axis=-1)
            q = h @ w[:, rest] + b[rest] if self.reset_after else r * h
            n = xp.tanh(x[:, t, rest] + (r * q if self.reset_after else q @ w[:, rest] + b[rest]))
            activated[t] = xp.concatenate([z, r, n, q], axis=-1)
            h = chosen(xp, mask, t, z * h + (1 - z) * n, h)
            y[t] = h
        return over_time(xp, y), over_time(xp, activated), over_time(xp, previous)

    def backward(self, xp: Any, grad: Any, h_spec: Spec, w: Any, mask: Any, activated: Any, previous: Any) -> Any:
        units = grad.shape[-1]
        w_gates, w_n = w[:, : 2 * units], w[:, 2 * units :]
        d, dx, dp, dn_all, q_all = xp.zeros_like(grad[:, 0]), {}, {}, {}, {}
        for t in reversed(self.order(grad)):
            z, r, n, q = xp.split(activated[:, t], 4, axis=-1)
            h = previous[:, t]
            d = d + grad[:, t]
            dn = d * (1 - z) * (1 - n * n)
            dz = d * (h - n) * z * (1 - z)
            dq = dn * r if self.reset_after else dn @ w_n.T
            dr = (dn * q if self.reset_after else dq * h) * r * (1 - r)
            gates = xp.concatenate([dz, dr], axis=-1)
            to_h = d * z + gates @ w_gates.T + (dq @ w_n.T if self.reset_after else r * dq)
            dx[t] = chosen(xp, mask, t, xp.concatenate([gates, dn], axis=-1), 0)
            dp[t] = chosen(xp, mask, t, xp.concatenate([gates, dq if self.reset_after else dn], axis=-1), 0)
            q_all[t], dn_all[t] = q, dx[t][:, 2 * units :]
            d = chosen(xp, mask, t, to_h, d)
        p = over_time(xp, dp)
        dw = times_transposed(xp, previous, p)
        if not self.reset_after:
            dw_n = times_transposed(xp, over_time(xp, q_all), over_time(xp, dn_all))
            dw = xp.concatenate([dw[:, : 2 * units], dw_n], axis=-1)
        return over_time(xp, dx), to_initial(xp, d, h_spec), dw, xp.sum(p, axis=(0, 1)), None

    def bind_forward(self, *inputs: Buffer, y: Buffer, saved: Sequence[Buffer] = ()) -> Sequence[Call] | None:
        x, h, w, b, mask = inputs
        if not self.reset_after or not all_float32(x, h, w, b, y):
            return None
        batch, time, units = y.shape
        pack, panels = packed(w)
        activated, previous = saved or (scratch("gates", batch, 4 * units), scratch("state", batch, units))
        own, first = reads_state(h, batch)
        return [
            pack,
            Call(
                "gru.forward",
                *(batch, time, units, self.go_backwards, bool(saved), own, mask.size > 0),
                *(reads(x, Share.ROWS), first, reads(panels), reads(b), reads(mask, Share.ROWS)),
                *(writes(scratch("sums", batch, 3 * units)), writes(activated), writes(previous), writes(y)),
            ),
        ]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        h_spec, w, mask, activated, previous = needed
        dx, dh, dw, db, _ = into
        batch, time, units = previous.shape
        if not self.reset_after or not all_float32(grad, w, *into) or one_for_all([h_spec], [dh], batch):
            return None
        pack, panels = packed(w, transposed=True)
        p = scratch("p", batch, time, 3 * units)
        calls = [
            pack,
            Call(
                "gru.backward",
                *(batch, time, units, self.go_backwards, mask.size > 0),
                *(reads(buffer, Share.ROWS) for buffer in (grad, activated, previous)),
                *(reads(panels), reads(mask, Share.ROWS)),
                *(writes(dh or scratch("dh", batch, units)), writes(dx or scratch("dx", batch, time, 3 * units)), writes(p)),
            ),
        ]
        sizes = (batch, time, units, 3 * units, False)
        if dw is not None:
            calls.append(Call("linear.weight_gradient", *sizes, reads(previous), reads(p), writes(dw)))
        if db is not None:
            calls.append(Call("linear.bias_gradient", *sizes, reads(p), writes(db)))
        return calls


def gru(
    x: Any,
    initial_state: Any,
    recurrent_kernel: Any,
    recurrent_bias: Any = None,
    mask: Any = None,
    reset_after: bool = True,
    go_backwards: bool = False,
) -> Tensor:
    """The states of gated recurrent units after each step; see `Gru`.

    Args:
        x: (batch, time, 3 * units): the inputs, projected, with the bias, for z, r and n.
        initial_state: (batch, units), or (1, units) for all samples.
        recurrent_kernel: (units, 3 * units).
        recurrent_bias: (3 * units,); None is zero.
        mask: (batch, time): false hides a step; None hides none.
        reset_after: whether the reset gate comes after the product with the state.
        go_backwards: from the last time to the first. The state after time t stands at t nonetheless.

    >>> import pellucid as pl
    >>> x = [[[0.0, 0.0, 9.0]] * 3]  # z = 1/2: each step goes half of the way to the candidate, 1
    >>> pl.ops.gru(x, [[0.0]], [[0.0, 0.0, 0.0]]).numpy().round(3)
    array([[[0.5  ],
            [0.75 ],
            [0.875]]], dtype=float32)
    """
    x, initial_state, recurrent_kernel = floating(x, initial_state, recurrent_kernel)
    if recurrent_bias is None:
        recurrent_bias = np.zeros(x.shape[-1], x.dtype)
    values = floating(x, initial_state, recurrent_kernel, recurrent_bias)
    return Gru(go_backwards, reset_after)(*values, as_mask(mask))
