"""The plain recurrent cell over time: ranks share the samples, each takes some of them through all steps at a time."""

from __future__ import annotations

from pellucid.kernels.activation import relu_slope, sigmoid_slope, tanh_slope
from pellucid.kernels.base import OK, float32s, inner, kernel, share, uint8s, unpack
from pellucid.kernels.fused_activation import RELU, SIGMOID, TANH, add_bias
from pellucid.kernels.panels import panel_product
from pellucid.kernels.steps import SAMPLES, copy_states, time_of


@kernel
def forward(arguments, rank, ranks):
    """y_t = f(x_t + y_{t-1} w). ``previous`` holds the state before each step, or, where not kept, the present one."""
    batch, time, units, activation, back, kept, own, masked, x, h, panels, mask, sums, previous, y = unpack(arguments, 15)
    low, high = share(batch, rank, ranks)
    span = time if kept != 0 else 1
    hidden = uint8s(mask, 0)
    for start in range(low, high, SAMPLES):
        stop = high if high - start < SAMPLES else start + SAMPLES
        copy_states(start, stop, units, own, time_of(0, time, back) if kept != 0 else 0, span, h, previous)
        for step in range(time):
            t = time_of(step, time, back)
            here, then = (t, time_of(step + 1, time, back)) if kept != 0 else (0, 0)
            before = previous + 4 * units * (start * span + here)
            panel_product(stop - start, units, units, before, 4 * units * span, panels, sums + 4 * start * units, 4 * units, 0)
            for i in range(start, stop):
                state = float32s(sums, i * units)
                out = float32s(y, (i * time + t) * units)
                if masked != 0 and hidden[i * time + t] == 0:
                    state = float32s(previous, (i * span + here) * units)
                else:
                    add_bias(activation, units, float32s(x, (i * time + t) * units), state)
                for j in range(units):
                    out[j] = state[j]
                if step + 1 < time:
                    following = float32s(previous, (i * span + then) * units)
                    for j in range(units):
                        following[j] = out[j]
    return OK


@kernel
def backward(arguments, rank, ranks):
    """dz_t = (grad_t + dz_{t+1} w^T) f'(z_t). ``dh`` ends as the initial state's gradient."""
    batch, time, units, activation, back, masked, grad, y, panels, mask, dh, dz = unpack(arguments, 12)
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
                at = (i * time + t) * units
                d, g, slope = float32s(dh, i * units), float32s(grad, at), float32s(dz, at)
                if masked != 0 and hidden[i * time + t] == 0:
                    for j in range(units):
                        d[j] += g[j]
                        slope[j] = 0
                else:
                    _through_activation(activation, units, d, g, float32s(y, at), slope)
                    for j in range(units):
                        d[j] = 0
            last = dz + 4 * units * (start * time + t)
            panel_product(stop - start, units, units, last, 4 * units * time, panels, dh + 4 * start * units, 4 * units, 1)
    return OK


@inner
def _through_activation(activation, units, d, g, y, dz):
    """dz = (d + g) f'(z)."""
    if activation == RELU:
        for j in range(units):
            dz[j] = (d[j] + g[j]) * relu_slope(y[j])
    elif activation == SIGMOID:
        for j in range(units):
            dz[j] = (d[j] + g[j]) * sigmoid_slope(y[j])
    elif activation == TANH:
        for j in range(units):
            dz[j] = (d[j] + g[j]) * tanh_slope(y[j])
    else:
        for j in range(units):
            dz[j] = d[j] + g[j]
