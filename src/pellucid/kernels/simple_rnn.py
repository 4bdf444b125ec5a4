"""The plain recurrent cell over time: ranks share the samples; see ``steps``."""

from __future__ import annotations

from pellucid.kernels.activation import relu_slope, sigmoid_slope, tanh_slope
from pellucid.kernels.arrays import clear
from pellucid.kernels.base import OK, float32s, inner, int32s, kernel, share, unpack
from pellucid.kernels.fused_activation import RELU, SIGMOID, TANH, add_bias
from pellucid.kernels.panels import panel_product
from pellucid.kernels.steps import (
    add_bias_sums,
    add_weight_sums,
    backward_room,
    block_of,
    blocks,
    copy,
    copy_initial,
    find_present,
    forward_room,
    gather,
    gather_before,
    give_back,
    give_inputs,
    keep,
    padded,
    receive,
    steps_together,
    time_of,
)


@kernel
def forward(arguments, rank, ranks):
    """h_t = f(x_t k + h_{t-1} w + b). ``states`` of all steps are written where ``kept``, the last into ``y`` where ``last``."""
    batch, time, features, units, activation, back, each, masked, kept, last, x, h, panels, b, mask, room, states, y = unpack(
        arguments, 18
    )
    low, high = share(batch, rank, ranks)
    row, wide = padded(features + units), padded(units)
    state, seen, sums, size = forward_room(units, row, wide)
    present = room + 4 * size * rank
    state, seen, sums = present + 4 * state, present + 4 * seen, present + 4 * sums
    numbers, bias = int32s(present, 0), float32s(b, 0)
    for block in range(blocks(low, high)):
        start, stop = block_of(low, high, block)
        copy_initial(start, stop, units, each, h, state)
        for step in range(time):
            t = time_of(step, time, back)
            count = find_present(start, stop, time, t, masked, mask, present)
            gather(count, present, start, time, t, features, units, x, state, seen, row)
            panel_product(count, units, features + units, seen, 4 * row, panels, sums, 4 * wide, 0)
            for r in range(count):
                z = float32s(sums, r * wide)
                add_bias(activation, units, bias, z)
                copy(units, z, float32s(state, (numbers[r] - start) * units))
            if kept != 0:
                keep(start, stop, time, t, units, units, 0, state, states)
        if last != 0:
            copy((stop - start) * units, float32s(state, 0), float32s(y, start * units))
    return OK


@kernel
def backward(arguments, rank, ranks):
    """dz_t = d_t f'(z_t), d_{t-1} = dL/dy_{t-1} + dz_t w^T; the rank's sums of x^T dz, h^T dz and dz. ``dh`` ends as dL/dh_0."""
    (
        batch, time, features, units, activation, back, each, masked, sequences, to_inputs, grad, x, h, states,
        panels, input_panels, mask, room, sums, dh, dx,
    ) = unpack(arguments, 21)  # fmt: skip
    low, high = share(batch, rank, ranks)
    row, wide = padded(features + units), padded(units)
    seen, dz, returned, size = backward_room(row, wide, max(padded(features), wide))
    present = room + 4 * size * rank
    seen, dz, returned = present + 4 * seen, present + 4 * dz, present + 4 * returned
    numbers = int32s(present, 0)
    of_kernel = sums + 4 * rank * (features + units + 1) * units
    of_recurrent = of_kernel + 4 * features * units
    of_bias = of_recurrent + 4 * units * units
    clear((features + units + 1) * units, float32s(of_kernel, 0))
    for block in range(blocks(low, high)):
        start, stop = block_of(low, high, block)
        together, filled = steps_together(stop - start), 0
        clear((stop - start) * units, float32s(dh, start * units))
        for step in range(time - 1, -1, -1):
            t = time_of(step, time, back)
            receive(start, stop, step, time, t, units, units, sequences, 0, grad, dh)
            count = find_present(start, stop, time, t, masked, mask, present)
            here = dz + 4 * filled * wide
            for r in range(count):
                i = numbers[r]
                y = float32s(states, (i * time + t) * units)
                _through_activation(activation, units, y, float32s(dh, i * units), float32s(here, r * wide))
                clear(units, float32s(dh, i * units))
            inputs = seen + 4 * filled * row
            gather_before(count, present, time, t, step, back, features, units, units, each, x, h, states, inputs, row)
            give_back(count, present, units, units, here, wide, panels, returned, dh)
            if to_inputs != 0:
                give_inputs(count, present, start, stop, time, t, masked, features, units, here, wide, input_panels, returned, dx)
            filled += count
            if step % together == 0:
                add_weight_sums(filled, features, units, units, units, seen, row, dz, wide, of_kernel, of_recurrent)
                add_bias_sums(filled, units, dz, wide, of_bias)
                filled = 0
    return OK


@inner
def _through_activation(activation, units, y, d, dz):
    """dz = d f'(z)."""
    if activation == RELU:
        for j in range(units):
            dz[j] = d[j] * relu_slope(y[j])
    elif activation == SIGMOID:
        for j in range(units):
            dz[j] = d[j] * sigmoid_slope(y[j])
    elif activation == TANH:
        for j in range(units):
            dz[j] = d[j] * tanh_slope(y[j])
    else:
        copy(units, d, dz)
