"""What the recurrent cells' loops over time share.

A rank takes a block of its samples through all steps before the next. At each step the samples that the mask does not hide are
*present*: their inputs and states are gathered into rows that lie together, so that no product is spent on a hidden step, and
a sample's numbers do not depend on who else is there.
"""

from __future__ import annotations

import numpy as np

from pellucid.kernels import layout
from pellucid.kernels.arrays import clear
from pellucid.kernels.base import OK, float32s, inner, int32s, kernel, share, uint8s, unpack
from pellucid.kernels.panels import add_transposed_product, panel_product

SAMPLES = layout.SAMPLES
padded = inner(layout.padded)
steps_together = inner(layout.steps_together)
forward_room = inner(layout.forward_room)
backward_room = inner(layout.backward_room)


@inner
def blocks(low, high):
    """Into how many blocks a rank's samples go."""
    return (high - low + SAMPLES - 1) // SAMPLES


@inner
def block_of(low, high, block):
    """First and last+1 of a block's samples; blocks are as even as can be."""
    count = blocks(low, high)
    return low + (high - low) * block // count, low + (high - low) * (block + 1) // count


@inner
def time_of(step, time, back):
    """Which time the step with this number is at."""
    return time - 1 - step if back != 0 else step


@inner
def find_present(start, stop, time, t, masked, mask, present):
    """Write the numbers of the samples that have a step at this time; how many there are."""
    numbers, hidden = int32s(present, 0), uint8s(mask, 0)
    count = 0
    for i in range(start, stop):
        if masked == 0 or hidden[i * time + t] != 0:
            numbers[count] = np.int32(i)
            count += 1
    return count


@inner
def copy(count, source, target):
    """target = source."""
    for j in range(count):
        target[j] = source[j]


@inner
def copy_initial(start, stop, units, each, initial, states):
    """Initial states, one for each sample or one for all, to the block's rows."""
    for i in range(start, stop):
        copy(units, float32s(initial, i * units if each != 0 else 0), float32s(states, (i - start) * units))


@inner
def gather(count, present, start, time, t, features, units, x, states, seen, row):
    """[x_t h_{t-1}] of those that are present, in rows that lie together."""
    numbers = int32s(present, 0)
    for r in range(count):
        i = numbers[r]
        copy(features, float32s(x, (i * time + t) * features), float32s(seen, r * row))
        copy(units, float32s(states, (i - start) * units), float32s(seen, r * row + features))


@inner
def gather_before(count, present, time, t, step, back, features, units, width, each, x, h, states, seen, row):
    """The same on the way back, from the states that were kept: rows of ``width``, of which the first ``units`` are the state."""
    numbers = int32s(present, 0)
    for r in range(count):
        i = numbers[r]
        copy(features, float32s(x, (i * time + t) * features), float32s(seen, r * row))
        copy(units, state_before(i, step, time, back, units, width, each, h, states), float32s(seen, r * row + features))


@inner
def state_before(i, step, time, back, units, width, each, initial, states):
    """Where the state of sample i before a step lies."""
    if step == 0:
        return float32s(initial, i * units if each != 0 else 0)
    return float32s(states, (i * time + time_of(step - 1, time, back)) * width)


@inner
def keep(start, stop, time, t, units, width, offset, state, states):
    """Write the block's states to where those of all steps are kept, in rows of ``width``."""
    for i in range(start, stop):
        copy(units, float32s(state, (i - start) * units), float32s(states, (i * time + t) * width + offset))


@inner
def clear_hidden(start, stop, time, t, columns, masked, mask, kept):
    """What is kept of a step is 0 where it is hidden."""
    hidden = uint8s(mask, 0)
    if masked != 0:
        for i in range(start, stop):
            if hidden[i * time + t] == 0:
                clear(columns, float32s(kept, (i * time + t) * columns))


@inner
def keep_last(start, stop, units, width, offset, state, y):
    """Write the block's states to the output's rows of ``width``."""
    for i in range(start, stop):
        copy(units, float32s(state, (i - start) * units), float32s(y, i * width + offset))


@inner
def receive(start, stop, step, time, t, units, width, sequences, offset, grad, d):
    """d += dL/dy of this step, for every sample of the block: of each step, or, where the output is the last state, of that."""
    if sequences != 0:
        for i in range(start, stop):
            given, out = float32s(grad, (i * time + t) * width + offset), float32s(d, i * units)
            for j in range(units):
                out[j] += given[j]
    elif step == time - 1:
        for i in range(start, stop):
            copy(units, float32s(grad, i * width + offset), float32s(d, i * units))


@inner
def give_back(count, present, units, depth, dz, dz_row, panels, returned, d):
    """d += dz w^T of those that are present."""
    numbers, row = int32s(present, 0), padded(units)
    panel_product(count, units, depth, dz, 4 * dz_row, panels, returned, 4 * row, 0)
    for r in range(count):
        part, out = float32s(returned, r * row), float32s(d, numbers[r] * units)
        for j in range(units):
            out[j] += part[j]


@inner
def give_inputs(count, present, start, stop, time, t, masked, features, depth, dz, dz_row, panels, returned, dx):
    """dx_t = dz k^T; 0 where a step is hidden."""
    numbers, row = int32s(present, 0), padded(features)
    if masked != 0:
        for i in range(start, stop):
            clear(features, float32s(dx, (i * time + t) * features))
    panel_product(count, features, depth, dz, 4 * dz_row, panels, returned, 4 * row, 0)
    for r in range(count):
        copy(features, float32s(returned, r * row), float32s(dx, (numbers[r] * time + t) * features))


@inner
def add_inputs(count, present, time, t, features, depth, dz, dz_row, panels, returned, dx):
    """dx_t += dz k^T, for a part of the sums."""
    numbers, row = int32s(present, 0), padded(features)
    panel_product(count, features, depth, dz, 4 * dz_row, panels, returned, 4 * row, 0)
    for r in range(count):
        part, out = float32s(returned, r * row), float32s(dx, (numbers[r] * time + t) * features)
        for j in range(features):
            out[j] += part[j]


@inner
def add_bias_sums(count, columns, dz, row, sums):
    """sums += the sum of rows."""
    total = float32s(sums, 0)
    for r in range(count):
        part = float32s(dz, r * row)
        for j in range(columns):
            total[j] += part[j]


@inner
def add_weight_sums(count, features, units, columns, width, seen, seen_row, dz, dz_row, of_kernel, of_recurrent):
    """Both kernels' gradients, of ``columns`` of their ``width`` columns: += x^T dz, += h^T dz."""
    add_transposed_product(features, columns, count, seen, 4 * seen_row, dz, 4 * dz_row, of_kernel, 4 * width)
    add_transposed_product(units, columns, count, seen + 4 * features, 4 * seen_row, dz, 4 * dz_row, of_recurrent, 4 * width)


@kernel
def add_up(arguments, rank, ranks):
    """target = the ranks' sums added up; by rows. Each rank's sums lie ``first`` numbers behind the beginning of its ``size``."""
    rows, row_size, size, first, sums, target = unpack(arguments, 6)
    low, high = share(rows, rank, ranks)
    count, out = (high - low) * row_size, float32s(target, low * row_size)
    copy(count, float32s(sums, first + low * row_size), out)
    for other in range(1, ranks):
        part = float32s(sums, other * size + first + low * row_size)
        for j in range(count):
            out[j] += part[j]
    return OK
