"""Gated recurrent units over time: ranks share the samples; see ``steps``. Loops are short, see ``lstm``.

Where the reset comes after the product, the sums of a step are [z r xn hn]: of the third gate, inputs' and state's share lie
apart. Where it comes before, the state's share of the third gate is a product of its own, once r is known.
"""

from __future__ import annotations

import numpy as np

from pellucid.kernels.activation import sigmoid_slope, tanh_slope
from pellucid.kernels.arrays import clear
from pellucid.kernels.base import OK, float32s, inner, int32s, kernel, share, unpack
from pellucid.kernels.mathematics import sigmoid32, tanh32
from pellucid.kernels.panels import add_transposed_product, panel_product
from pellucid.kernels.steps import (
    add_bias_sums,
    add_inputs,
    backward_room,
    block_of,
    blocks,
    clear_hidden,
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
    state_before,
    steps_together,
    time_of,
)


@kernel
def forward(arguments, rank, ranks):
    """h_t. Where ``kept``, z, r, n and q of all steps go to ``gates``, and the states, where ``y`` has the last alone."""
    (
        batch, time, features, units, back, each, masked, kept, sequences, after,
        x, h, gate_panels, input_panels, state_panels, b, mask, room, gates, states, y,
    ) = unpack(arguments, 21)  # fmt: skip
    low, high = share(batch, rank, ranks)
    row, wide = padded(features + units), padded(4 * units)
    state, seen, sums, size = forward_room(units, row, wide)
    present = room + 4 * size * rank
    state, seen, sums = present + 4 * state, present + 4 * seen, present + 4 * sums
    numbers, n, q = int32s(present, 0), sums + 8 * units, sums + 12 * units
    for block in range(blocks(low, high)):
        start, stop = block_of(low, high, block)
        copy_initial(start, stop, units, each, h, state)
        for step in range(time):
            t = time_of(step, time, back)
            count = find_present(start, stop, time, t, masked, mask, present)
            gather(count, present, start, time, t, features, units, x, state, seen, row)
            panel_product(count, 2 * units, features + units, seen, 4 * row, gate_panels, sums, 4 * wide, 0)
            panel_product(count, units, features, seen, 4 * row, input_panels, n, 4 * wide, 0)
            if after != 0:
                panel_product(count, units, units, seen + 4 * features, 4 * row, state_panels, q, 4 * wide, 0)
                for r in range(count):
                    _gates_reset_after(units, float32s(sums, r * wide), float32s(b, 0))
            else:
                for r in range(count):
                    old = float32s(state, (numbers[r] - start) * units)
                    _gates_reset_before(units, float32s(sums, r * wide), float32s(b, 0), old)
                panel_product(count, units, units, q, 4 * wide, state_panels, n, 4 * wide, 1)
                for r in range(count):
                    _candidate(units, float32s(n, r * wide), float32s(b, 2 * units))
            for r in range(count):
                i = numbers[r]
                _new_state(units, float32s(sums, r * wide), float32s(n, r * wide), float32s(state, (i - start) * units))
                if kept != 0:
                    copy(4 * units, float32s(sums, r * wide), float32s(gates, 4 * (i * time + t) * units))
            if kept != 0:
                clear_hidden(start, stop, time, t, 4 * units, masked, mask, gates)
            if sequences != 0:
                keep(start, stop, time, t, units, units, 0, state, y)
            elif kept != 0:
                keep(start, stop, time, t, units, units, 0, state, states)
        if sequences == 0:
            copy((stop - start) * units, float32s(state, 0), float32s(y, start * units))
    return OK


@inner
def _gates_reset_after(units, gate, b):
    """z, r, n and q of one row, in place, from the sums; b is the inputs' bias, then the state's."""
    n, q = 2 * units, 3 * units
    for j in range(2 * units):
        gate[j] = sigmoid32(gate[j] + (b[j] + b[3 * units + j]))
    for j in range(units):
        gate[q + j] += b[5 * units + j]
    for j in range(units):
        gate[n + j] = tanh32(gate[n + j] + b[n + j] + gate[units + j] * gate[q + j])


@inner
def _gates_reset_before(units, gate, b, old):
    """z, r and q = r h of one row."""
    for j in range(2 * units):
        gate[j] = sigmoid32(gate[j] + b[j])
    for j in range(units):
        gate[3 * units + j] = gate[units + j] * old[j]


@inner
def _candidate(units, n, b):
    for j in range(units):
        n[j] = tanh32(n[j] + b[j])


@inner
def _new_state(units, z, n, state):
    """h <- n + z (h - n)."""
    for j in range(units):
        state[j] = n[j] + z[j] * (state[j] - n[j])


@kernel
def backward_reset_after(arguments, rank, ranks):
    """Rows [dz dr dn r, dn] of gradients: the first three are the state's; the rank's sums of both kernels and biases."""
    (
        batch, time, features, units, back, each, masked, sequences, to_inputs,
        grad, x, h, gates, states, panels, gate_panels, input_panels, mask, room, sums, dh, dx,
    ) = unpack(arguments, 22)  # fmt: skip
    low, high = share(batch, rank, ranks)
    row, wide = padded(features + units), padded(4 * units)
    seen, dz, returned, size = backward_room(row, wide, max(padded(features), padded(units)))
    present = room + 4 * size * rank
    seen, dz, returned = present + 4 * seen, present + 4 * dz, present + 4 * returned
    numbers, width = int32s(present, 0), 3 * units
    of_kernel = sums + 4 * rank * (features + units + 2) * width
    of_recurrent = of_kernel + 4 * features * width
    of_bias = of_recurrent + 4 * units * width
    clear((features + units + 2) * width, float32s(of_kernel, 0))
    for block in range(blocks(low, high)):
        start, stop = block_of(low, high, block)
        together, filled = steps_together(stop - start), 0
        clear((stop - start) * units, float32s(dh, start * units))
        for step in range(time - 1, -1, -1):
            t = time_of(step, time, back)
            receive(start, stop, step, time, t, units, units, sequences, 0, grad, dh)
            count = find_present(start, stop, time, t, masked, mask, present)
            here, inputs = dz + 4 * filled * wide, seen + 4 * filled * row
            for r in range(count):
                i = numbers[r]
                old = state_before(i, step, time, back, units, units, each, h, states)
                gate = float32s(gates, 4 * (i * time + t) * units)
                _through_reset_after(units, gate, old, float32s(dh, i * units), float32s(here, r * wide))
            gather_before(count, present, time, t, step, back, features, units, units, each, x, h, states, inputs, row)
            give_back(count, present, units, width, here, wide, panels, returned, dh)
            if to_inputs != 0:
                give_inputs(
                    count, present, start, stop, time, t, masked, features, 2 * units, here, wide, gate_panels, returned, dx
                )
                add_inputs(count, present, time, t, features, units, here + 12 * units, wide, input_panels, returned, dx)
            filled += count
            if step % together == 0:
                last, part = dz + 12 * units, of_kernel + 8 * units
                add_transposed_product(features, 2 * units, filled, seen, 4 * row, dz, 4 * wide, of_kernel, 4 * width)
                add_transposed_product(features, units, filled, seen, 4 * row, last, 4 * wide, part, 4 * width)
                states_seen = seen + 4 * features
                add_transposed_product(units, width, filled, states_seen, 4 * row, dz, 4 * wide, of_recurrent, 4 * width)
                add_bias_sums(filled, 2 * units, dz, wide, of_bias)
                add_bias_sums(filled, units, last, wide, of_bias + 8 * units)
                add_bias_sums(filled, width, dz, wide, of_bias + 4 * width)
                filled = 0
    return OK


@inner
def _through_reset_after(units, gate, old, d, dz):
    """Gradients of one row from d = dL/dh, which becomes d z: the part that goes past the products."""
    one, r, n, q = np.float32(1), units, 2 * units, 3 * units
    for j in range(units):
        dz[j] = d[j] * (old[j] - gate[n + j]) * sigmoid_slope(gate[j])
    for j in range(units):
        dz[q + j] = d[j] * (one - gate[j]) * tanh_slope(gate[n + j])
    for j in range(units):
        dz[r + j] = dz[q + j] * gate[q + j] * sigmoid_slope(gate[r + j])
    for j in range(units):
        dz[n + j] = dz[q + j] * gate[r + j]
    for j in range(units):
        d[j] *= gate[j]


@kernel
def backward_reset_before(arguments, rank, ranks):
    """Rows [dz dr dn q] of gradients with respect to the sums, beside q; sums of both kernels and the bias."""
    (
        batch, time, features, units, back, each, masked, sequences, to_inputs,
        grad, x, h, gates, states, gate_panels, state_panels, input_panels, mask, room, sums, dh, dx,
    ) = unpack(arguments, 22)  # fmt: skip
    low, high = share(batch, rank, ranks)
    row, wide = padded(features + units), padded(4 * units)
    seen, dz, returned, size = backward_room(row, wide, max(padded(features), padded(units)))
    present = room + 4 * size * rank
    seen, dz, returned = present + 4 * seen, present + 4 * dz, present + 4 * returned
    numbers, width = int32s(present, 0), 3 * units
    of_kernel = sums + 4 * rank * (features + units + 1) * width
    of_recurrent = of_kernel + 4 * features * width
    of_bias = of_recurrent + 4 * units * width
    clear((features + units + 1) * width, float32s(of_kernel, 0))
    for block in range(blocks(low, high)):
        start, stop = block_of(low, high, block)
        together, filled = steps_together(stop - start), 0
        clear((stop - start) * units, float32s(dh, start * units))
        for step in range(time - 1, -1, -1):
            t = time_of(step, time, back)
            receive(start, stop, step, time, t, units, units, sequences, 0, grad, dh)
            count = find_present(start, stop, time, t, masked, mask, present)
            here, inputs = dz + 4 * filled * wide, seen + 4 * filled * row
            for r in range(count):
                i = numbers[r]
                old = state_before(i, step, time, back, units, units, each, h, states)
                gate = float32s(gates, 4 * (i * time + t) * units)
                _through_candidate(units, gate, old, float32s(dh, i * units), float32s(here, r * wide))
            back_row = padded(units)
            panel_product(count, units, units, here + 8 * units, 4 * wide, state_panels, returned, 4 * back_row, 0)
            for r in range(count):
                i = numbers[r]
                old = state_before(i, step, time, back, units, units, each, h, states)
                gate, dq = float32s(gates, 4 * (i * time + t) * units), float32s(returned, r * back_row)
                _through_reset_before(units, gate, old, dq, float32s(dh, i * units), float32s(here, r * wide))
            gather_before(count, present, time, t, step, back, features, units, units, each, x, h, states, inputs, row)
            give_back(count, present, units, 2 * units, here, wide, gate_panels, returned, dh)
            if to_inputs != 0:
                give_inputs(count, present, start, stop, time, t, masked, features, width, here, wide, input_panels, returned, dx)
            filled += count
            if step % together == 0:
                add_transposed_product(features, width, filled, seen, 4 * row, dz, 4 * wide, of_kernel, 4 * width)
                states_seen, last = seen + 4 * features, dz + 8 * units
                add_transposed_product(units, 2 * units, filled, states_seen, 4 * row, dz, 4 * wide, of_recurrent, 4 * width)
                part = of_recurrent + 8 * units
                add_transposed_product(units, units, filled, dz + 12 * units, 4 * wide, last, 4 * wide, part, 4 * width)
                add_bias_sums(filled, width, dz, wide, of_bias)
                filled = 0
    return OK


@inner
def _through_candidate(units, gate, old, d, dz):
    """dz and dn of one row, and q beside them, from d = dL/dh, which becomes d z."""
    one, n, q = np.float32(1), 2 * units, 3 * units
    for j in range(units):
        dz[j] = d[j] * (old[j] - gate[n + j]) * sigmoid_slope(gate[j])
    for j in range(units):
        dz[n + j] = d[j] * (one - gate[j]) * tanh_slope(gate[n + j])
    for j in range(units):
        dz[q + j] = gate[q + j]
    for j in range(units):
        d[j] *= gate[j]


@inner
def _through_reset_before(units, gate, old, dq, d, dz):
    """dr of one row, and dq r added to d."""
    r = units
    for j in range(units):
        dz[r + j] = dq[j] * old[j] * sigmoid_slope(gate[r + j])
    for j in range(units):
        d[j] += dq[j] * gate[r + j]
