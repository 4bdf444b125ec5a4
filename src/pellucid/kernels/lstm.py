"""Long short-term memory over time: ranks share the samples, each takes some of them through all steps at a time.

A row's work is written as short loops with few arrays in each: a loop over more of them is not vectorised, since the compiler
would have to show that none overlaps with another.
"""

from __future__ import annotations

from pellucid.kernels.activation import sigmoid_slope, tanh_slope
from pellucid.kernels.base import OK, float32s, inner, kernel, share, uint8s, unpack
from pellucid.kernels.mathematics import sigmoid32, tanh32
from pellucid.kernels.panels import panel_product
from pellucid.kernels.steps import SAMPLES, copy_states, time_of


@kernel
def forward(arguments, rank, ranks):
    """h_t and c_t. States and gates of each step are kept, or, where not, the present ones."""
    batch, time, units, back, wide, kept, own_h, own_c, masked, x, h, c, panels, mask, sums, gates, previous, cells, y = unpack(
        arguments, 19
    )
    low, high = share(batch, rank, ranks)
    span = time if kept != 0 else 1
    width = 2 * units if wide != 0 else units
    hidden = uint8s(mask, 0)
    for start in range(low, high, SAMPLES):
        stop = high if high - start < SAMPLES else start + SAMPLES
        first = time_of(0, time, back) if kept != 0 else 0
        copy_states(start, stop, units, own_h, first, span, h, previous)
        copy_states(start, stop, units, own_c, first, span, c, cells)
        for step in range(time):
            t = time_of(step, time, back)
            here, then = (t, time_of(step + 1, time, back)) if kept != 0 else (0, 0)
            before, total = previous + 4 * units * (start * span + here), sums + 16 * start * units
            panel_product(stop - start, 4 * units, units, before, 4 * units * span, panels, total, 16 * units, 0)
            for i in range(start, stop):
                place, following = (i * span + here) * units, (i * span + then) * units
                z, gate = float32s(sums, 4 * i * units), float32s(gates, 4 * place)
                _apply_gates(units, z, float32s(x, 4 * (i * time + t) * units), gate)
                state, cell = float32s(y, (i * time + t) * width), float32s(cells, place)
                if masked != 0 and hidden[i * time + t] == 0:
                    old = float32s(previous, place)
                    for j in range(units):
                        z[j] = cell[j]
                        state[j] = old[j]
                else:
                    _new_cell(units, gate, cell, z)
                    _new_state(units, float32s(gates, 4 * place + 3 * units), z, state)
                # The first quarter of the sums now holds the new cell.
                if wide != 0:
                    _copy(units, z, float32s(y, (i * time + t) * width + units))
                if step + 1 < time:
                    _copy(units, state, float32s(previous, following))
                    _copy(units, z, float32s(cells, following))
    return OK


@inner
def _apply_gates(units, z, x, gate):
    """Sigmoid, tanh for the third quarter."""
    for j in range(2 * units):
        gate[j] = sigmoid32(z[j] + x[j])
    for j in range(2 * units, 3 * units):
        gate[j] = tanh32(z[j] + x[j])
    for j in range(3 * units, 4 * units):
        gate[j] = sigmoid32(z[j] + x[j])


@inner
def _new_cell(units, gate, cell, new):
    """f c + i g."""
    for j in range(units):
        new[j] = gate[units + j] * cell[j] + gate[j] * gate[2 * units + j]


@inner
def _new_state(units, o, cell, state):
    for j in range(units):
        state[j] = o[j] * tanh32(cell[j])


@inner
def _copy(count, source, target):
    for j in range(count):
        target[j] = source[j]


@kernel
def backward(arguments, rank, ranks):
    """dz_t, the gradient with respect to the sums; ``dh`` and ``dc`` end as those of the initial states."""
    batch, time, units, back, wide, masked, grad, gates, cells, panels, mask, read, dh, dc, dz = unpack(arguments, 15)
    low, high = share(batch, rank, ranks)
    width = 2 * units if wide != 0 else units
    hidden = uint8s(mask, 0)
    for start in range(low, high, SAMPLES):
        stop = high if high - start < SAMPLES else start + SAMPLES
        d, e = float32s(dh, start * units), float32s(dc, start * units)
        for j in range((stop - start) * units):
            d[j] = 0
            e[j] = 0
        for step in range(time - 1, -1, -1):
            t = time_of(step, time, back)
            for i in range(start, stop):
                at = i * time + t
                d, e, g = float32s(dh, i * units), float32s(dc, i * units), float32s(grad, at * width)
                out = float32s(dz, 4 * at * units)
                for j in range(units):
                    d[j] += g[j]
                if wide != 0:
                    for j in range(units):
                        e[j] += g[units + j]
                if masked != 0 and hidden[at] == 0:
                    for j in range(4 * units):
                        out[j] = 0
                else:
                    gate, cell = float32s(gates, 4 * at * units), float32s(cells, at * units)
                    _through_gates(units, gate, cell, float32s(read, i * units), d, e, out)
            last = dz + 16 * units * (start * time + t)
            panel_product(stop - start, units, 4 * units, last, 16 * units * time, panels, dh + 4 * start * units, 4 * units, 1)
    return OK


@inner
def _through_gates(units, gate, cell, read, d, e, dz):
    """dz of one row from d = dL/dh and e = dL/dc, which becomes that of the cell before; d becomes 0."""
    f, g, o = units, 2 * units, 3 * units
    for j in range(units):
        read[j] = tanh32(gate[f + j] * cell[j] + gate[j] * gate[g + j])
    for j in range(units):
        dz[o + j] = d[j] * read[j] * sigmoid_slope(gate[o + j])
    for j in range(units):
        e[j] += d[j] * gate[o + j] * tanh_slope(read[j])
    for j in range(units):
        dz[j] = e[j] * gate[g + j] * sigmoid_slope(gate[j])
    for j in range(units):
        dz[f + j] = e[j] * cell[j] * sigmoid_slope(gate[f + j])
    for j in range(units):
        dz[g + j] = e[j] * gate[j] * tanh_slope(gate[g + j])
    for j in range(units):
        e[j] *= gate[f + j]
        d[j] = 0
