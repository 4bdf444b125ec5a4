"""SimpleRnn: the plain recurrent cell over time, with backpropagation through time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.autodiff import Spec, Tensor
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.dtypes import floating
from pellucid.ops.fused_activation import FusedActivation
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


@dataclass(frozen=True)
class SimpleRnn(Scan):
    r"""Elman's network: the state is a function of the input and of the state before.

        h_t = f(x_t + h_{t-1} w)

    Backwards through time, d_t being dL/dh_t by all ways, through the output and through later steps:

        d_t = dL/dy_t + dz_{t+1} w^T      dz_t = d_t f'(z_t)      dL/dx_t = dz_t      dL/dw = sum over t of h_{t-1}^T dz_t

    and dL/dh_0 = dz_1 w^T. f is one of those whose derivative can be told from h: linear, relu, sigmoid, tanh.

    Shapes: x (batch, time, units), h (batch, units), w (units, units), mask (batch, time) -> (batch, time, units), the state
    after each step; see `Scan`. Saved: the state before each step.

    Source: Elman, "Finding structure in time", 1990; Werbos, "Backpropagation through time", 1990.
    """

    activation: FusedActivation = FusedActivation.TANH

    saves = ("previous",)

    def infer(self, x: Spec, h: Spec, w: Spec, mask: Spec) -> Spec:
        self.check(x, w, mask, h=h)
        return Spec(x.shape, np.result_type(x.dtype, h.dtype, w.dtype))

    def infer_saved(self, x: Spec, h: Spec, w: Spec, mask: Spec) -> tuple[Spec, ...]:
        return (self.infer(x, h, w, mask),)

    def forward(self, xp: Any, x: Any, h: Any, w: Any, mask: Any) -> Any:
        h = xp.broadcast_to(h, (x.shape[0], h.shape[1]))
        y, previous = {}, {}
        for t in self.order(x):
            previous[t] = h
            h = chosen(xp, mask, t, self.activation.forward(xp, x[:, t] + h @ w), h)
            y[t] = h
        return over_time(xp, y), over_time(xp, previous)

    def backward(self, xp: Any, grad: Any, h_spec: Spec, w: Any, mask: Any, y: Any, previous: Any) -> Any:
        d, dx = xp.zeros_like(grad[:, 0]), {}
        for t in reversed(self.order(grad)):
            d = d + grad[:, t]
            dx[t] = chosen(xp, mask, t, self.activation.backward(xp, d, y[:, t]), 0)
            d = chosen(xp, mask, t, 0, d) + dx[t] @ w.T if mask.size else dx[t] @ w.T
        dz = over_time(xp, dx)
        return dz, to_initial(xp, d, h_spec), times_transposed(xp, previous, dz), None

    def bind_forward(self, *inputs: Buffer, y: Buffer, saved: Sequence[Buffer] = ()) -> Sequence[Call] | None:
        x, h, w, mask = inputs
        if not all_float32(x, h, w, y):
            return None
        batch, time, units = x.shape
        pack, panels = packed(w)
        previous = saved[0] if saved else scratch("state", batch, units)
        own, first = reads_state(h, batch)
        return [
            pack,
            Call(
                "simple_rnn.forward",
                *(batch, time, units, self.activation.code, self.go_backwards, bool(saved), own, mask.size > 0),
                *(reads(x, Share.ROWS), first, reads(panels), reads(mask, Share.ROWS)),
                *(writes(scratch("sums", batch, units)), writes(previous), writes(y)),
            ),
        ]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        h_spec, w, mask, y, previous = needed
        dx, dh, dw, _ = into
        if not all_float32(grad, w, y, previous, *into) or one_for_all([h_spec], [dh], y.rows):
            return None
        batch, time, units = y.shape
        pack, panels = packed(w, transposed=True)
        dz = dx or scratch("dz", batch, time, units)
        calls = [
            pack,
            Call(
                "simple_rnn.backward",
                *(batch, time, units, self.activation.code, self.go_backwards, mask.size > 0),
                *(reads(grad, Share.ROWS), reads(y, Share.ROWS), reads(panels), reads(mask, Share.ROWS)),
                *(writes(dh or scratch("dh", batch, units)), writes(dz)),
            ),
        ]
        if dw is not None:
            calls.append(Call("linear.weight_gradient", batch, time, units, units, False, reads(previous), reads(dz), writes(dw)))
        return calls


def simple_rnn(
    x: Any,
    initial_state: Any,
    recurrent_kernel: Any,
    mask: Any = None,
    activation: str | FusedActivation = FusedActivation.TANH,
    go_backwards: bool = False,
) -> Tensor:
    """The states of a plain recurrent cell after each step; see `SimpleRnn`.

    Args:
        x: (batch, time, units): the inputs, projected, with the bias.
        initial_state: (batch, units), or (1, units) for all samples.
        recurrent_kernel: (units, units).
        mask: (batch, time): false hides a step; None hides none.
        activation: "linear", "relu", "sigmoid" or "tanh".
        go_backwards: from the last time to the first. The state after time t stands at t nonetheless.

    >>> import pellucid as pl
    >>> pl.ops.simple_rnn([[[1.0], [1.0], [1.0]]], [[0.0]], [[0.5]], activation="linear").numpy()
    array([[[1.  ],
            [1.5 ],
            [1.75]]], dtype=float32)
    """
    x, initial_state, recurrent_kernel = floating(x, initial_state, recurrent_kernel)
    return SimpleRnn(go_backwards, FusedActivation(activation))(x, initial_state, recurrent_kernel, as_mask(mask))
