"""Rows of sequences: a recurrent cell over all times in one kernel, attention, masks."""

from __future__ import annotations

from functools import partial

from benchmarks.fused.row import Array, Row, Sizes, by_python, labels, normal
from pellucid import ops
from pellucid.autodiff import Tensor

_TIME, _UNITS = 20, 64


def rows() -> list[Row]:
    return [
        *_attention(),
        *_masks(),
        by_python("SimpleRnn, all times in one kernel", ops.simple_rnn, lambda s: _cell(s, 1, states=1)),
        by_python("Gru, all times in one kernel", ops.gru, lambda s: _cell(s, 3, states=1)),
        by_python("Gru, the reset before the product", partial(ops.gru, reset_after=False), lambda s: _cell(s, 3, states=1)),
        by_python("Lstm, all times in one kernel", ops.lstm, lambda s: _cell(s, 4, states=2)),
    ]


def _attention() -> list[Row]:
    def attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return ops.scaled_dot_product_attention(q, k, v, heads=4, is_causal=True)

    def places(sizes: Sizes) -> list[Array]:
        return [normal(max(sizes.batch // 4, 1), _TIME, _UNITS), normal(_TIME + 2, _UNITS)]

    return [
        by_python(
            "ScaledDotProductAttention, heads read in place",
            attention,
            lambda s: [normal(max(s.batch // 4, 1), _TIME, _UNITS, seed=i) for i in range(3)],
        ),
        by_python("Positions added", ops.positions, places),
    ]


def _masks() -> list[Row]:
    """What a mask is made of and used for; most of it small."""

    def ids(sizes: Sizes) -> list[Array]:
        return [labels(3, sizes.batch, _TIME)]

    def mean(values: Tensor, ids: Tensor) -> Tensor:
        return ops.masked_mean(values, ids != 0)

    def both(ids: Tensor) -> Tensor:
        return ops.cast(ops.logical_and(ids != 0, ids != 1), "float32")

    def floats(x: Tensor) -> Tensor:
        return ops.cast(x != 0.0, "float32")

    return [
        by_python("MaskedMean", mean, lambda s: [normal(s.batch, _TIME)], ids),
        by_python("masks of ids: not equal, and, as floats", both, inputs=ids),
        by_python("mask of floats: not equal", floats, inputs=lambda s: [normal(s.batch, _TIME)]),
    ]


def _cell(sizes: Sizes, gates: int, states: int) -> list[Array]:
    """Inputs; the states before the first time; both kernels."""
    batch, width = max(sizes.batch // 4, 1), gates * _UNITS
    before = [normal(batch, _UNITS, seed=6 + i) for i in range(states)]
    return [normal(batch, _TIME, _UNITS), *before, normal(_UNITS, width, seed=4) / 8, normal(_UNITS, width, seed=5) / 8]
