"""Gated recurrent units over time, the reset after the product: ranks share the samples, each takes some of them through all
steps at a time. Loops are short, with few arrays in each, so that they are vectorised; see ``lstm``."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.activation import sigmoid_slope, tanh_slope
from pellucid.kernels.base import OK, float32s, inner, kernel, share, uint8s, unpack
from pellucid.kernels.mathematics import sigmoid32, tanh32
from pellucid.kernels.panels import panel_product
from pellucid.kernels.steps import SAMPLES, copy_states, time_of


@kernel
def forward(arguments, rank, ranks):
    """h_t. ``gates`` and ``previous`` are kept for each step, or, where not, the present ones."""
    batch, time, units, back, kept, own, masked, x, h, panels, b, mask, sums, gates, previous, y = unpack(arguments, 16)
    low, high = share(batch, rank, ranks)
    span = time if kept != 0 else 1
    hidden, bias = uint8s(mask, 0), float32s(b, 0)
    for start in range(low, high, SAMPLES):
        stop = high if high - start < SAMPLES else start + SAMPLES
        copy_states(start, stop, units, own, time_of(0, time, back) if kept != 0 else 0, span, h, previous)
        for step in range(time):
            t = time_of(step, time, back)
            here, then = (t, time_of(step + 1, time, back)) if kept != 0 else (0, 0)
            before, total = previous + 4 * units * (start * span + here), sums + 12 * start * units
            panel_product(stop - start, 3 * units, units, before, 4 * units * span, panels, total, 12 * units, 0)
            for i in range(start, stop):
                place = (i * span + here) * units
                z, gate = float32s(sums, 3 * i * units), float32s(gates, 4 * place)
                _apply_gates(units, z, float32s(x, 3 * (i * time + t) * units), bias, gate)
                old, new = float32s(previous, place), float32s(y, (i * time + t) * units)
                if masked != 0 and hidden[i * time + t] == 0:
                    for j in range(units):
                        new[j] = old[j]
                else:
                    for j in range(units):
                        new[j] = gate[2 * units + j] + gate[j] * (old[j] - gate[2 * units + j])
                if step + 1 < time:
                    following = float32s(previous, (i * span + then) * units)
                    for j in range(units):
                        following[j] = new[j]
    return OK


@inner
def _apply_gates(units, sums, x, bias, gate):
    """z, r, n and q of one row."""
    n, q = 2 * units, 3 * units
    for j in range(2 * units):
        gate[j] = sigmoid32(sums[j] + x[j] + bias[j])
    for j in range(units):
        gate[q + j] = sums[n + j] + bias[n + j]
    for j in range(units):
        gate[n + j] = tanh32(x[n + j] + gate[units + j] * gate[q + j])


@kernel
def backward(arguments, rank, ranks):
    """dx_t and p_t, the gradients with respect to the sums and to the products; ``dh`` ends as that of the initial state."""
    batch, time, units, back, masked, grad, gates, previous, panels, mask, dh, dx, p = unpack(arguments, 13)
    low, high = share(batch, rank, ranks)
    hidden = uint8s(mask, 0)
    for start in range(low, high, SAMPLES):
        stop = high if high - start < SAMPLES else start + SAMPLES
        carried = float32s(dh, start * units)
        for j in range((stop - start) * units):
            carried[j] = 0
        for step in range(time - 1, -1, -1):
            t = time_of(step, time, back)
            for i in range(start, stop):
                at = i * time + t
                d, g = float32s(dh, i * units), float32s(grad, at * units)
                to_sums, to_products = float32s(dx, 3 * at * units), float32s(p, 3 * at * units)
                for j in range(units):
                    d[j] += g[j]
                if masked != 0 and hidden[at] == 0:
                    for j in range(3 * units):
                        to_sums[j] = 0
                        to_products[j] = 0
                else:
                    _through_gates(
                        units, float32s(gates, 4 * at * units), float32s(previous, at * units), d, to_sums, to_products
                    )
            last = p + 12 * units * (start * time + t)
            panel_product(stop - start, units, 3 * units, last, 12 * units * time, panels, dh + 4 * start * units, 4 * units, 1)
    return OK


@inner
def _through_gates(units, gate, old, d, dx, p):
    """dx and p of one row from d = dL/dh, which becomes d z: the part that goes past the products."""
    one, r, n, q = np.float32(1), units, 2 * units, 3 * units
    for j in range(units):
        dx[j] = d[j] * (old[j] - gate[n + j]) * sigmoid_slope(gate[j])
    for j in range(units):
        dx[n + j] = d[j] * (one - gate[j]) * tanh_slope(gate[n + j])
    for j in range(units):
        dx[r + j] = dx[n + j] * gate[q + j] * sigmoid_slope(gate[r + j])
    for j in range(units):
        p[n + j] = dx[n + j] * gate[r + j]
    for j in range(2 * units):
        p[j] = dx[j]
    for j in range(units):
        d[j] *= gate[j]
