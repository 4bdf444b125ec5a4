"""Rows of sequences: a recurrent cell over all times in one kernel."""

from __future__ import annotations

from functools import partial

from benchmarks.fused.row import Array, Row, Sizes, by_python, normal
from pellucid import ops

_TIME, _UNITS = 20, 64


def rows() -> list[Row]:
    return [
        by_python("SimpleRnn, all times in one kernel", ops.simple_rnn, lambda s: _cell(s, 1, states=1)),
        by_python("Gru, all times in one kernel", ops.gru, lambda s: _cell(s, 3, states=1)),
        by_python("Gru, the reset before the product", partial(ops.gru, reset_after=False), lambda s: _cell(s, 3, states=1)),
        by_python("Lstm, all times in one kernel", ops.lstm, lambda s: _cell(s, 4, states=2)),
    ]


def _cell(sizes: Sizes, gates: int, states: int) -> list[Array]:
    """Inputs; the states before the first time; both kernels."""
    batch, width = max(sizes.batch // 4, 1), gates * _UNITS
    before = [normal(batch, _UNITS, seed=6 + i) for i in range(states)]
    return [normal(batch, _TIME, _UNITS), *before, normal(_UNITS, width, seed=4) / 8, normal(_UNITS, width, seed=5) / 8]
