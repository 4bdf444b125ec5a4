"""Cases of the recurrent cells over time: short, and through twenty steps; masks, both directions, shared initial states."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pellucid import ops
from pellucid.autodiff import Op
from pellucid.ops.fused_activation import FusedActivation
from tests.support.op_case import Array, Case

Draw = Callable[[np.random.Generator], tuple[Array, ...]]

GATES: dict[type[Op], tuple[int, int]] = {ops.SimpleRnn: (1, 1), ops.Lstm: (4, 2), ops.Gru: (3, 1)}
"""Sums that a cell makes of its inputs, and states that it has."""


def scan_inputs(
    op: Op, batch: int, time: int, units: int, features: int = 3, *, masked: bool = False, shared: bool = False
) -> Callable[[np.random.Generator], tuple[Array, ...]]:
    """Inputs of a cell over time; the mask hides about a third of the steps, all of them of the second sample."""
    gates, states = GATES[type(op)]
    bias = (2, 3 * units) if isinstance(op, ops.Gru) and op.reset_after else (gates * units,)

    def draw(rng: np.random.Generator) -> tuple[Array, ...]:
        mask = rng.uniform(size=(batch, time)) > 0.33
        mask[1:2] = False
        return (
            rng.normal(size=(batch, time, features)),
            *(rng.normal(size=(1 if shared else batch, units)) for _ in range(states)),
            rng.normal(size=(features, gates * units)) / np.sqrt(features),
            rng.normal(size=(units, gates * units)) / np.sqrt(units),
            rng.normal(size=bias) / 2,
            mask if masked else np.zeros((0, 0), np.bool_),
        )

    return draw


def _cases(**settings: Op) -> list[Case]:
    cases = []
    for label, op in settings.items():
        cases += [
            Case(op, scan_inputs(op, 3, 4, 2), label),
            Case(op, scan_inputs(op, 3, 5, 2, masked=True), f"{label}-masked"),
            Case(op, scan_inputs(op, 2, 20, 3), f"{label}-20-steps"),
            Case(op, scan_inputs(op, 2, 20, 2, masked=True), f"{label}-20-steps-masked"),
            Case(op, scan_inputs(op, 2, 1, 2, shared=True), f"{label}-one-step-shared-state"),
        ]
    return cases


SCAN_CASES: dict[type[Op], list[Case]] = {
    ops.SimpleRnn: _cases(
        tanh=ops.SimpleRnn(),
        sigmoid=ops.SimpleRnn(activation=FusedActivation.SIGMOID),
        linear=ops.SimpleRnn(activation=FusedActivation.LINEAR),
        backwards=ops.SimpleRnn(go_backwards=True),
        last=ops.SimpleRnn(sequences=False),
    ),
    ops.Lstm: _cases(
        states=ops.Lstm(),
        cells=ops.Lstm(with_cells=True),
        backwards=ops.Lstm(go_backwards=True),
        backwards_cells=ops.Lstm(go_backwards=True, with_cells=True),
        last=ops.Lstm(sequences=False),
        last_cells_backwards=ops.Lstm(go_backwards=True, sequences=False, with_cells=True),
    ),
    ops.Gru: _cases(
        reset_after=ops.Gru(),
        reset_before=ops.Gru(reset_after=False),
        backwards=ops.Gru(go_backwards=True),
        backwards_reset_before=ops.Gru(go_backwards=True, reset_after=False),
        last=ops.Gru(sequences=False),
        last_reset_before=ops.Gru(sequences=False, reset_after=False),
    ),
}
