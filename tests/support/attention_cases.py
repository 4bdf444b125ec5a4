"""Cases of attention: heads, causal or not, all kinds of masks, queries from which every key is hidden, dropout."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pellucid import ops
from pellucid.autodiff import Op
from tests.support.op_case import Array, Case

Sizes = tuple[int, int, int, int, int]


def attention_inputs(sizes: Sizes, heads: int = 1, masks: str = "") -> Callable[[np.random.Generator], tuple[Array, ...]]:
    """Inputs for (batch, queries, keys, size, values); ``masks`` names those that there are: "q", "k", "p" (of each sample its
    own pairs), "s" (pairs for all samples), "r" (one row of pairs a sample). About a third is hidden, of the second sample
    all keys.
    """

    def draw(rng: np.random.Generator) -> tuple[Array, ...]:
        batch, queries, keys, size, values = sizes

        def hiding(*shape: int) -> Array:
            found = rng.uniform(size=shape) > 0.33
            found[1:2] = False
            return found

        pairs = {"p": (batch, queries, keys), "s": (1, queries, keys), "r": (batch, 1, keys)}
        kind = next((kind for kind in masks if kind in pairs), None)
        return (
            rng.normal(size=(batch, queries, heads * size)),
            rng.normal(size=(batch, keys, heads * size)),
            rng.normal(size=(batch, keys, heads * values)),
            hiding(batch, queries) if "q" in masks else np.zeros((0, 0), np.bool_),
            hiding(batch, keys) if "k" in masks else np.zeros((0, 0), np.bool_),
            np.zeros((0, 0, 0), np.bool_) if kind is None else hiding(*pairs[kind]),
            np.array([3, 10], np.int64),
        )

    return draw


def _case(op: ops.ScaledDotProductAttention, label: str, sizes: Sizes = (2, 3, 4, 2, 3), masks: str = "") -> Case:
    return Case(op, attention_inputs(sizes, op.heads, masks), label)


def _places(*shapes: tuple[int, ...]) -> Callable[[np.random.Generator], tuple[Array, ...]]:
    return lambda rng: tuple(rng.normal(size=s) for s in shapes)


ATTENTION_CASES: dict[type[Op], list[Case]] = {
    ops.MaskedMean: [
        Case(ops.MaskedMean(), lambda rng: (rng.normal(size=(3, 4)), rng.normal(size=(3, 4)), rng.uniform(size=(3, 4)) > 0.4)),
        Case(
            ops.MaskedMean(),
            lambda rng: (rng.normal(size=(3, 4, 2)), rng.normal(size=(3, 1, 1)), rng.uniform(size=(3, 4)) > 0.4),
            "a weight a sample",
        ),
        Case(ops.MaskedMean(), lambda rng: (rng.normal(size=(3, 4)), np.ones((1, 1)), np.zeros((3, 4), np.bool_)), "of nothing"),
    ],
    ops.Positions: [
        Case(ops.Positions(), _places((2, 3, 4), (3, 4)), "added"),
        Case(ops.Positions(), _places((2, 3, 4), (5, 4)), "of a longer table"),
        Case(ops.Positions(add=False), _places((2, 3, 4), (5, 4)), "alone"),
    ],
    ops.ScaledDotProductAttention: [
        _case(ops.ScaledDotProductAttention(), "one head"),
        _case(ops.ScaledDotProductAttention(3, 0.5), "heads"),
        _case(ops.ScaledDotProductAttention(2, causal=True), "causal"),
        _case(ops.ScaledDotProductAttention(1, causal=True), "causal, more queries", (2, 5, 3, 2, 2)),
        *(_case(ops.ScaledDotProductAttention(2), f"masks {masks}", masks=masks) for masks in ("q", "k", "p", "s", "r", "qkp")),
        _case(ops.ScaledDotProductAttention(2, causal=True), "causal, masks", masks="qkp"),
        _case(ops.ScaledDotProductAttention(2, 0.5, True, 0.4, 12), "dropout", masks="k"),
        _case(ops.ScaledDotProductAttention(), "one of each", (1, 1, 1, 1, 1)),
    ],
}
