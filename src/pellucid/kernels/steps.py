"""What the recurrent cells' loops over time share."""

from __future__ import annotations

from pellucid.kernels.base import float32s, inner

SAMPLES = 48  # taken through all steps together: sums and states of a step stay in the second-level cache beside the kernel


@inner
def time_of(step, time, back):
    """Which time the step with this number is at; of a step after the last, the last one's."""
    bounded = step if step < time else time - 1
    return time - 1 - bounded if back != 0 else bounded


@inner
def copy_states(start, stop, units, own, here, span, initial, states):
    """Initial states, one for each sample or one for all, to place ``here`` of the ``span`` places that a sample has."""
    for i in range(start, stop):
        given, out = float32s(initial, i * units if own != 0 else 0), float32s(states, (i * span + here) * units)
        for j in range(units):
            out[j] = given[j]
