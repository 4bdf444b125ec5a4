"""Long short-term memory over time: ranks share the samples; see ``steps``.

A row's work is written as short loops with few arrays in each: a loop over more of them is not vectorised, since the compiler
would have to show that none overlaps with another.
"""

from __future__ import annotations

from pellucid.kernels.activation import sigmoid_slope, tanh_slope
from pellucid.kernels.arrays import clear
from pellucid.kernels.base import OK, float32s, inner, int32s, kernel, share, unpack
from pellucid.kernels.mathematics import sigmoid32, tanh32
from pellucid.kernels.panels import panel_product
from pellucid.kernels.steps import (
    add_bias_sums,
    add_weight_sums,
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
    keep_last,
    padded,
    receive,
    state_before,
    steps_together,
    time_of,
)


@kernel
def forward(arguments, rank, ranks):
    """h_t and c_t. Where ``kept``, gates and cells of all steps are written, and states, where ``y`` has the last alone."""
    (
        batch, time, features, units, back, each_h, each_c, masked, kept, sequences, wide,
        x, h, c, panels, b, mask, room, gates, cells, states, y,
    ) = unpack(arguments, 22)  # fmt: skip
    low, high = share(batch, rank, ranks)
    row, sums_row, width = padded(features + units), padded(4 * units), 2 * units if wide != 0 else units
    state, seen, sums, size = forward_room(2 * units, row, sums_row)
    present = room + 4 * size * rank
    state, seen, sums = present + 4 * state, present + 4 * seen, present + 4 * sums
    numbers, bias = int32s(present, 0), float32s(b, 0)
    for block in range(blocks(low, high)):
        start, stop = block_of(low, high, block)
        cell = state + 4 * (stop - start) * units
        copy_initial(start, stop, units, each_h, h, state)
        copy_initial(start, stop, units, each_c, c, cell)
        for step in range(time):
            t = time_of(step, time, back)
            count = find_present(start, stop, time, t, masked, mask, present)
            gather(count, present, start, time, t, features, units, x, state, seen, row)
            panel_product(count, 4 * units, features + units, seen, 4 * row, panels, sums, 4 * sums_row, 0)
            for r in range(count):
                i, z = numbers[r], float32s(sums, r * sums_row)
                new = float32s(cell, (i - start) * units)
                _apply_gates(units, z, bias)
                _new_cell(units, z, new)
                _new_state(units, float32s(sums, r * sums_row + 3 * units), new, float32s(state, (i - start) * units))
                if kept != 0:
                    copy(4 * units, z, float32s(gates, 4 * (i * time + t) * units))
            if kept != 0:
                clear_hidden(start, stop, time, t, 4 * units, masked, mask, gates)
                keep(start, stop, time, t, units, units, 0, cell, cells)
                if sequences == 0:
                    keep(start, stop, time, t, units, units, 0, state, states)
            if sequences != 0:
                keep(start, stop, time, t, units, width, 0, state, y)
                if wide != 0:
                    keep(start, stop, time, t, units, width, units, cell, y)
        if sequences == 0:
            keep_last(start, stop, units, width, 0, state, y)
            if wide != 0:
                keep_last(start, stop, units, width, units, cell, y)
    return OK


@inner
def _apply_gates(units, z, b):
    """Sigmoid, tanh for the third quarter, in place."""
    for j in range(2 * units):
        z[j] = sigmoid32(z[j] + b[j])
    for j in range(2 * units, 3 * units):
        z[j] = tanh32(z[j] + b[j])
    for j in range(3 * units, 4 * units):
        z[j] = sigmoid32(z[j] + b[j])


@inner
def _new_cell(units, gate, cell):
    """c <- f c + i g."""
    for j in range(units):
        cell[j] = gate[units + j] * cell[j] + gate[j] * gate[2 * units + j]


@inner
def _new_state(units, o, cell, state):
    """h <- o tanh(c)."""
    for j in range(units):
        state[j] = o[j] * tanh32(cell[j])


@kernel
def backward(arguments, rank, ranks):
    """dz_t, and the rank's sums of x^T dz, h^T dz and dz; ``dh`` and ``dc`` end as the gradients of the initial states."""
    (
        batch, time, features, units, back, each_h, each_c, masked, sequences, wide, to_inputs,
        grad, x, h, c, gates, cells, states, panels, input_panels, mask, room, sums, dh, dc, dx,
    ) = unpack(arguments, 26)  # fmt: skip
    low, high = share(batch, rank, ranks)
    row, dz_row, width = padded(features + units), padded(4 * units), 2 * units if wide != 0 else units
    seen, dz, returned, size = backward_room(row, dz_row, max(padded(features), padded(units)))
    present = room + 4 * size * rank
    seen, dz, returned = present + 4 * seen, present + 4 * dz, present + 4 * returned
    numbers = int32s(present, 0)
    of_kernel = sums + 16 * rank * (features + units + 1) * units
    of_recurrent = of_kernel + 16 * features * units
    of_bias = of_recurrent + 16 * units * units
    clear(4 * (features + units + 1) * units, float32s(of_kernel, 0))
    for block in range(blocks(low, high)):
        start, stop = block_of(low, high, block)
        together, filled = steps_together(stop - start), 0
        clear((stop - start) * units, float32s(dh, start * units))
        clear((stop - start) * units, float32s(dc, start * units))
        for step in range(time - 1, -1, -1):
            t = time_of(step, time, back)
            receive(start, stop, step, time, t, units, width, sequences, 0, grad, dh)
            if wide != 0:
                receive(start, stop, step, time, t, units, width, sequences, units, grad, dc)
            count = find_present(start, stop, time, t, masked, mask, present)
            here, inputs = dz + 4 * filled * dz_row, seen + 4 * filled * row
            for r in range(count):
                i = numbers[r]
                gate, cell = float32s(gates, 4 * (i * time + t) * units), float32s(cells, (i * time + t) * units)
                before = state_before(i, step, time, back, units, units, each_c, c, cells)
                d, e = float32s(dh, i * units), float32s(dc, i * units)
                _through_gates(units, gate, cell, before, float32s(returned, 0), d, e, float32s(here, r * dz_row))
            gather_before(
                count, present, time, t, step, back, features, units, width if sequences != 0 else units, each_h,
                x, h, states, inputs, row,
            )  # fmt: skip
            give_back(count, present, units, 4 * units, here, dz_row, panels, returned, dh)
            if to_inputs != 0:
                give_inputs(
                    count, present, start, stop, time, t, masked, features, 4 * units, here, dz_row, input_panels, returned, dx
                )
            filled += count
            if step % together == 0:
                add_weight_sums(filled, features, units, 4 * units, 4 * units, seen, row, dz, dz_row, of_kernel, of_recurrent)
                add_bias_sums(filled, 4 * units, dz, dz_row, of_bias)
                filled = 0
    return OK


@inner
def _through_gates(units, gate, cell, before, read, d, e, dz):
    """dz of one row from d = dL/dh and e = dL/dc, which becomes that of the cell before; d becomes 0."""
    f, g, o = units, 2 * units, 3 * units
    for j in range(units):
        read[j] = tanh32(cell[j])
    for j in range(units):
        dz[o + j] = d[j] * read[j] * sigmoid_slope(gate[o + j])
    for j in range(units):
        e[j] += d[j] * gate[o + j] * tanh_slope(read[j])
    for j in range(units):
        dz[j] = e[j] * gate[g + j] * sigmoid_slope(gate[j])
    for j in range(units):
        dz[f + j] = e[j] * before[j] * sigmoid_slope(gate[f + j])
    for j in range(units):
        dz[g + j] = e[j] * gate[j] * tanh_slope(gate[g + j])
    for j in range(units):
        e[j] *= gate[f + j]
        d[j] = 0
