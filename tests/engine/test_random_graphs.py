"""A plan of any composition of operations computes what the tape computes, in float32, in float64, and step by step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid import ops
from pellucid.engine.program import Program
from pellucid.engine.races import races
from tests.support.plans import Planned, assert_near, assert_planned_equals_eager, eager, weights

X = np.random.default_rng(5).standard_normal((4, 6)).astype("f")


def _build(instructions, x, w, b):
    """A value made of x, w and b by these instructions: (what, of which earlier value, and which other)."""
    pool = [x, w[:4]]
    unary: dict[str, Any] = {
        "square": ops.square,
        "relu": ops.relu,
        "sigmoid": ops.sigmoid,
        "negative": ops.negative,
        "there and back": lambda v: ops.reshape(ops.reshape(v, (24,)), (4, 6)),
        "turn": lambda v: ops.reshape(ops.transpose(v), (4, 6)),
    }
    binary = {"add": ops.add, "subtract": ops.subtract, "multiply": ops.multiply, "maximum": ops.maximum}
    for what, one, other in instructions:
        first, second = pool[one % len(pool)], pool[other % len(pool)]
        if what in unary:
            new = unary[what](first)
        elif what in binary:
            new = binary[what](first, second)
        elif what == "shape":  # an operation under another shape
            new = ops.reshape(ops.tanh(ops.reshape(first, (2, 12))), (4, 6))
        else:
            new = ops.linear(first, w, b, what.split()[1])
        pool.append(ops.tanh(new) if what in ("square", "add", "multiply") else new)
    return ops.mean(ops.square(pool[-1])) + ops.sum(ops.tanh(pool[len(pool) // 2]))


INSTRUCTIONS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "square",
                "relu",
                "sigmoid",
                "negative",
                "there and back",
                "turn",
                "add",
                "subtract",
                "multiply",
                "maximum",
                "shape",
                "linear linear",
                "linear relu",
                "linear tanh",
            ]
        ),
        st.integers(0, 20),
        st.integers(0, 20),
    ),
    min_size=1,
    max_size=9,
)


@settings(max_examples=100, deadline=None)
@given(instructions=INSTRUCTIONS)
def test_random_compositions_in_float32(instructions):
    _assert_in_float32(instructions, ranks=1)


@settings(max_examples=10, deadline=None)
@given(instructions=INSTRUCTIONS)
def test_random_compositions_on_three_ranks(instructions):
    _assert_in_float32(instructions, ranks=3)


def _assert_in_float32(instructions, ranks):
    """Within what float32 can hold: some ten operations, each of a relative error near 1e-7."""
    w, b = weights()

    def function(x):
        return _build(instructions, x, w, b)

    value, gradients = eager(function, [X], [w, b])
    before = [w.array.copy(), b.array.copy()]
    planned = Planned(function, [X], [w, b])
    planned.plan.program = Program(planned.plan.schedule, ranks)
    planned.run()
    assert not races(planned.plan.schedule, 3)
    assert_near(planned.value, value, 1e-5, at_least=1.0)
    for p, old, gradient in zip([w, b], before, gradients, strict=True):
        assert_near(old - p.array, np.zeros_like(old) if gradient is None else gradient, 1e-5, at_least=1.0)


@settings(max_examples=100, deadline=None)
@given(instructions=INSTRUCTIONS)
def test_random_compositions_in_float64(instructions):
    """Through Python alone: no kernel serves float64."""
    w, b = weights("float64")
    planned = assert_planned_equals_eager(lambda x: _build(instructions, x, w, b), [X.astype("float64")], [w, b], tolerance=1e-13)
    assert planned.value.dtype == np.float64


@settings(max_examples=100, deadline=None)
@given(instructions=INSTRUCTIONS)
def test_random_compositions_step_by_step(instructions):
    """Three ranks in turn, with guard bytes, hidden shares and references."""
    w, b = weights()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PELLUCID_KERNELS", "stepped")
        assert_planned_equals_eager(lambda x: _build(instructions, x, w, b), [X], [w, b], threads=3)
