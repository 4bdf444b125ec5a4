"""A plan computes what the tape computes: values, gradients, updates, states and sums; in every mode."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import ops
from pellucid.autodiff import Op, current_context, tensor
from pellucid.engine.gather import Gather
from pellucid.engine.memory import Memory
from pellucid.engine.plan import Plan
from pellucid.engine.program import EntryFailed, Program
from pellucid.errors import KernelError
from tests.support.plans import Descent, Planned, assert_planned_equals_eager, parameter, weights

rng = np.random.default_rng(5)
X = rng.standard_normal((4, 6)).astype("f")
MODES = ["compiled", "reference", "stepped"]


@pytest.fixture(params=MODES)
def mode(request, monkeypatch) -> str:
    monkeypatch.setenv("PELLUCID_KERNELS", request.param)
    return str(request.param)


# --- gradients ------------------------------------------------------------------------------------------------------

w_, b_ = weights()
FUNCTIONS = {
    "a product": lambda x: ops.sum(ops.linear(x, w_, b_, "tanh")),
    "twice the same layer": lambda x: ops.sum(ops.linear(ops.linear(x, w_, b_, "relu"), w_, b_, "sigmoid")),
    "a product with itself": lambda x: ops.sum(ops.linear(w_, w_, b_, "tanh")) + ops.sum(x),
    "fan-out": lambda x: (lambda h: ops.sum(h * h + ops.tanh(h) - h))(ops.linear(x, w_, b_)),
    "a square by x * x": lambda x: ops.sum(w_ * w_),
    "a parameter three times in a product": lambda x: ops.sum(w_ * w_ * w_ * x[0]),
    "a parameter under another shape": lambda x: ops.sum(ops.reshape(w_, (36,))[:24] * ops.reshape(x, (24,))),
    "a parameter in two shapes": lambda x: ops.sum(ops.linear(x, w_, b_)) + ops.mean(ops.square(ops.reshape(w_, (4, 9)))),
    "the other way round": lambda x: ops.mean(ops.square(ops.reshape(w_, (4, 9)))) + ops.sum(ops.linear(x, w_, b_)),
    "a product with a reshaped weight": lambda x: ops.sum(ops.linear(ops.reshape(x, (2, 12)), ops.reshape(w_, (12, 3)), b_[:3])),
    "a reshape of a reshape": lambda x: ops.sum(ops.square(ops.reshape(ops.reshape(ops.linear(x, w_, b_), (24,)), (2, 12)))),
    "two uses of a reshape": lambda x: (lambda h: ops.sum(ops.tanh(h) * h))(ops.reshape(ops.linear(x, w_, b_, "relu"), (24,))),
    "a reshape and what it was made of": lambda x: (
        lambda h: ops.sum(ops.square(h)) + ops.sum(ops.square(ops.reshape(h, (24,))))
    )(ops.linear(x, w_, b_, "tanh")),
    "a loss that is a reshape": lambda x: ops.reshape(ops.mean(ops.linear(x, w_, b_), axis=(0, 1), keepdims=True), ()),
    "a loss that is a reshape of another loss's part": lambda x: (lambda s: ops.reshape(s, ()) + 0 * ops.sum(s))(
        ops.sum(w_ * 2, keepdims=True)
    ),
    "constants": lambda x: ops.sum(ops.linear(x, w_, b_) * np.arange(6, dtype="f") + np.float32(2.5)),
    "a constant with strides": lambda x: ops.sum(ops.linear(x, w_, b_) * np.arange(24, dtype="f").reshape(6, 4).T),
    "nothing of x": lambda x: ops.sum(w_ * b_),
    "a stopped gradient": lambda x: ops.sum(ops.stop_gradient(ops.linear(x, w_, b_)) * ops.linear(x, w_, b_)),
    "a parameter read again below its own product": lambda x: ops.sum(
        ops.linear(ops.linear(x, b_ * ops.stop_gradient(w_), b_, "tanh"), w_, b_)
    ),
    "branches that end apart": lambda x: ops.sum(
        ops.concatenate([ops.linear(x, w_, b_), ops.relu(ops.linear(x, w_, b_))], axis=1)
    ),
    "comparisons": lambda x: ops.sum(ops.where(x > 0, ops.linear(x, w_, b_), b_)),
    "one number": lambda x: b_[0] * 1.0,
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_value_and_gradients_are_those_of_the_tape(function, mode):
    assert_planned_equals_eager(function, [X], [w_, b_], threads=3)


def test_a_frozen_parameter_stays(mode):
    w, b = weights()
    w.trainable = False
    before = w.array.copy()
    planned = Planned(lambda x: ops.sum(ops.linear(x, w, b)), [X], [w, b]).run()
    assert (w.array == before).all()
    assert not any("weight_gradient" in t for t in planned.titles)
    np.testing.assert_allclose(b.array, weights()[1].array - 4, rtol=1e-6)


def test_an_input_that_nothing_reads(mode):
    planned = Planned(lambda x, unused: ops.square(x), [X, np.ones((4, 2), "f")]).run()
    np.testing.assert_array_equal(planned.value, X * X)
    assert planned.plan.inputs[1].array.shape == (4, 2)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "bool", "uint8"])
def test_values_of_every_dtype(dtype, mode):
    x = (10 * np.abs(X)).astype(dtype)
    planned = Planned(lambda x: ops.reshape(x, (24,))[::-1], [x]).run()
    assert planned.value.dtype == dtype
    np.testing.assert_array_equal(planned.value, x.reshape(24)[::-1])


def test_outputs_that_are_reshapes(mode):
    np.testing.assert_array_equal(Planned(lambda x: ops.reshape(ops.square(x), (24,)), [X]).run().value, (X * X).reshape(24))
    np.testing.assert_array_equal(Planned(lambda x: ops.reshape(x, (2, 12)), [X]).run().value, X.reshape(2, 12))


def test_an_output_that_is_the_input(mode):
    np.testing.assert_array_equal(Planned(lambda x: x, [X]).run().value, X)


def test_infinities_arise_without_warnings(mode):
    np.testing.assert_array_equal(Planned(ops.log, [np.zeros((2, 2), "f")]).run().value, np.full((2, 2), -np.inf))


def test_a_plan_computes_the_same_again_and_again(mode):
    """The constant gradient of the loss with respect to itself survives twins that work in place."""
    w, b = parameter(np.full((6, 1), 0.1), "w"), parameter([0.0], "b")
    planned = Planned(lambda x: ops.linear(x, w, b, "sigmoid"), [X[:1]], [w, b])
    old, results = w.array.copy(), []
    for _ in range(3):
        w.assign(old)
        b.assign([0.0])
        planned.run()
        results.append(w.array.copy())
    y = 1 / (1 + np.exp(-0.1 * X[0].sum()))
    for found in results:
        np.testing.assert_allclose(found[:, 0], 0.1 - y * (1 - y) * X[0], rtol=0, atol=1e-6)


# --- updates, states, sums ------------------------------------------------------------------------------------------


def dense_loss(w, b, w2, b2):
    return lambda x: ops.mean(ops.square(ops.linear(ops.linear(x, w, b, "relu"), w2, b2)))


@pytest.mark.parametrize("batch", [1, 2, 7])
def test_folded_descent_is_descent_to_rounding(batch, monkeypatch):
    x = np.random.default_rng(1).standard_normal((batch, 6)).astype("f")
    results = []
    for folds in (True, False):
        four = [*weights(), *weights()]
        planned = Planned(dense_loss(*four), [x], four, rule=Descent(folds), rate=0.1).run(5)
        assert any(t.endswith("weight_gradient_sgd") for t in planned.titles) == folds
        results.append([p.array.copy() for p in four])
    for folded, plain in zip(*results, strict=True):
        np.testing.assert_allclose(folded, plain, rtol=0, atol=2e-6)


def test_nothing_is_folded_where_a_parameter_has_two_uses():
    w, b = weights()
    planned = Planned(lambda x: ops.sum(ops.linear(ops.linear(x, w, b), w, b)), [X], [w, b], rule=Descent(True))
    assert not any("_sgd" in t for t in planned.titles)


@pytest.mark.parametrize("order", [1, -1])
def test_nothing_is_folded_where_a_reshape_has_a_part_in_the_gradient(order):
    w, b = weights()
    before = w.array.copy()
    parts = [lambda x: ops.sum(ops.linear(x, w, b)), lambda x: ops.sum(5.0 * ops.reshape(w, (36,)))][::order]
    Planned(lambda x: parts[0](x) + parts[1](x), [X], [w, b], rule=Descent(True)).run()
    np.testing.assert_allclose(before - w.array, 5 + np.repeat(X.sum(axis=0)[:, None], 6, axis=1), rtol=1e-5)


class Momentum(Descent):
    """v <- v / 2 - rate g + t, p <- p + v: state, rate and the step's number all have a part."""

    def rule(self, xp, p, g, state, rate, t):
        v = state["v"] / 2 - rate * g + t
        return p + v, {"v": v}


def test_state_rate_and_the_number_of_the_step(mode):
    """By hand: the loss is the sum of w, so g = 1; v = -0.5 + 1, then 0.25 - 0.5 + 2, then 0.875 - 0.25 + 3."""
    w = parameter([1.0, 2.0], "w")
    planned = Planned(lambda: ops.sum(w), [], [w], rule=Momentum(), rate=0.5, state=lambda p: {"v": np.zeros(2, "f")})
    planned.run(2)
    planned.rate[0] = 0.25
    planned.run()
    np.testing.assert_allclose(planned.states["w"]["v"], [3.625, 3.625])
    np.testing.assert_allclose(w.array, 0.5 + 1.75 + 3.625 + np.array([1.0, 2.0]))


def test_states_are_written_when_the_step_ends(mode):
    """running <- 0.9 running + 0.1 x's mean, and the step's value is of what it was before."""
    running = parameter([0.0, 10.0], "running", trainable=False)

    def function(x):
        context = current_context()
        assert context is not None
        context.updates.append((running, running * 0.5 + ops.mean(x, axis=0) * 0.5))
        return ops.sum(running)

    planned = Planned(function, [np.array([[1, 2], [3, 4]], "f")]).run()
    assert planned.value == 10
    np.testing.assert_allclose(running.array, [1.0, 6.5])
    assert planned.run().value == 7.5
    np.testing.assert_allclose(running.array, [1.5, 4.75])


def test_sums_and_the_clock(mode):
    w = parameter([3.0], "w")
    planned = Planned(lambda: ops.sum(w), [], [w], rate=1.0).run(3)
    assert planned.total == [2.0 * (3 + 2 + 1)]  # the loss counts twice; the gradient is 1
    assert planned.clock.tolist() == [3, 9]


# --- memory ---------------------------------------------------------------------------------------------------------


def test_plans_of_several_batch_sizes_share_memory_and_parameters(mode):
    w, b = weights()
    memory = Memory()
    x = np.random.default_rng(2).standard_normal((10, 6)).astype("f")
    plans = {n: Planned(lambda x: ops.linear(x, w, b, "tanh"), [x[:n]], memory=memory) for n in (4, 10, 1, 7)}
    for n in (1, 10, 7, 4, 10, 1):
        plans[n].fill(x[:n])
        np.testing.assert_allclose(plans[n].run().value, np.tanh(x[:n] @ w.array + b.array), rtol=0, atol=2e-6)
    b.assign(np.zeros(6))
    plans[4].fill(x[:4])
    np.testing.assert_allclose(plans[4].run().value, np.tanh(x[:4] @ w.array), rtol=0, atol=2e-6)


def test_a_plan_that_nobody_holds_is_gone():
    w, b = weights()
    planned = Planned(lambda x: ops.sum(ops.exp(ops.linear(x, w, b))), [X], [w, b])
    planned.run()
    planned.plan.profile(2)
    block = weakref.ref(planned.plan.outputs[0].array.base)
    plan = weakref.ref(planned.plan.program)
    del planned
    gc.collect()
    assert plan() is None
    assert block() is None


def test_parameters_alone_outlive_their_plan():
    w, b = weights()
    planned = Planned(lambda x: ops.sum(ops.linear(x, w, b)), [X], [w, b]).run()
    after = w.array
    values = after.copy()
    del planned
    gc.collect()
    assert w.array is after
    np.testing.assert_array_equal(w.array, values)


# --- calls of Python ------------------------------------------------------------------------------------------------


class Cube(Op):
    """x^3, written by a user: no twin."""

    def infer(self, x):
        return x

    def forward(self, xp, x):
        return x**3

    def backward(self, xp, grad, x):
        return grad * 3 * x**2


def test_an_op_without_a_twin_between_two_with_one(mode):
    w, b = weights()

    def function(x):
        return ops.sum(ops.linear(Cube()(ops.linear(x, w, b, "tanh")), w, b, "tanh"))

    planned = assert_planned_equals_eager(function, [X], [w, b], threads=2)
    assert "[python]" in str(planned.plan)
    many = Planned(function, [X], [w, b], rate=0.01).run(4)
    assert many.clock.tolist() == [4, 12]


class Explode(Op):
    """x, until it is told to raise."""

    armed = False

    def infer(self, x):
        return x

    def forward(self, xp, x):
        if Explode.armed:
            raise ZeroDivisionError("told to")
        return x * 1

    def backward(self, xp, grad):
        return grad


def test_an_error_inside_a_step_leaves_parameters_and_clock_as_they_were():
    w, b = weights()
    planned = Planned(lambda x: ops.sum(Explode()(ops.linear(x, w, b))), [X], [w, b], rule=Descent(True), rate=0.1)
    planned.run(2)
    before, total = w.array.copy(), planned.total.copy()
    Explode.armed = True
    try:
        with pytest.raises(ZeroDivisionError, match="told to"):
            planned.run(2)
    finally:
        Explode.armed = False
    np.testing.assert_array_equal(w.array, before)
    assert planned.clock.tolist() == [2, 6]
    assert planned.total == total
    planned.run()
    assert planned.clock.tolist() == [3, 9]


class RunsAnother(Op):
    """x plus what another plan computes."""

    other: Any = None

    def infer(self, x):
        return x

    def forward(self, xp, x):
        return x + RunsAnother.other.run().value

    def backward(self, xp, grad):
        return grad


def test_a_plan_inside_a_plan(mode):
    w, b = weights()
    RunsAnother.other = Planned(lambda x: ops.linear(x, w, b, "tanh"), [X])
    outer = Planned(lambda x: RunsAnother()(ops.linear(x, w, b, "relu")), [X]).run()
    z = X @ w.array + b.array
    np.testing.assert_allclose(outer.value, np.maximum(z, 0) + np.tanh(z), rtol=0, atol=3e-6)


@pytest.mark.parametrize("function", [ops.relu, Cube()], ids=["one job", "with a call of Python"])
def test_a_status_becomes_an_error_that_names_the_entry_and_the_step(function):
    """Batches of 4, each 3 samples further, end in a gather beyond the end of 10 samples, in step 3."""
    data = np.arange(60, dtype="f").reshape(10, 6)
    planned = Planned(function, [data[:4]], gather=Gather([data], np.arange(10), [False]))
    assert planned.plan.program.is_native == (function is ops.relu)
    with pytest.raises(EntryFailed, match=r"gather x0 .* in step 3") as caught:
        planned.run(10)
    assert isinstance(caught.value, KernelError)
    assert (caught.value.entry.title, caught.value.step) == ("gather x0", 3)
    assert planned.clock.tolist() == [3, 9]
    planned.clock[...] = 0
    np.testing.assert_array_equal(planned.run().value, function(tensor(data[:4])).array)


# --- modes ----------------------------------------------------------------------------------------------------------


def test_modes_agree(monkeypatch):
    results = {}
    for mode in MODES:
        monkeypatch.setenv("PELLUCID_KERNELS", mode)
        four = [*weights(), *weights()]
        planned = Planned(dense_loss(*four), [X], four, rule=Descent(True), rate=0.1, threads=2).run(4)
        assert all("[python]" in line for line in str(planned.plan).splitlines() if "->" in line) == (mode == "reference")
        results[mode] = [*(p.array.copy() for p in four), planned.total.copy()]
    for mode in ("reference", "stepped"):
        for found, expected in zip(results[mode], results["compiled"], strict=True):
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("ranks", [2, 3, 4, 7])
def test_every_number_of_ranks_gives_the_same_to_rounding(ranks):
    generator = np.random.default_rng(3)
    x = generator.standard_normal((33, 6)).astype("f")
    results = []
    for n in (1, ranks):
        four = [*weights(), *weights()]
        planned = Planned(dense_loss(*four), [x], four, rule=Descent(True), rate=0.1)
        planned.plan.program = Program(planned.plan.schedule, n)
        planned.run(20)
        results.append([p.array.copy() for p in four])
    for found, expected in zip(*results, strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_one_number_of_ranks_gives_the_same_bit_for_bit():
    results = []
    for _ in range(2):
        four = [*weights(), *weights()]
        planned = Planned(dense_loss(*four), [X], four, rule=Descent(True), rate=0.1)
        planned.plan.program = Program(planned.plan.schedule, 3)
        planned.run(20)
        results.append([p.array.copy() for p in four])
    for first, second in zip(*results, strict=True):
        np.testing.assert_array_equal(first, second)


# --- what is printed ------------------------------------------------------------------------------------------------


def test_a_plan_prints_one_line_an_entry_and_its_barriers():
    four = [*weights(), *weights()]
    planned = Planned(dense_loss(*four), [X], four, rule=Descent(True))
    plan: Plan = planned.plan
    lines = str(plan).splitlines()
    entries, barriers = len(plan.schedule.entries), plan.schedule.barriers
    assert lines[0] == f"{entries} entries, {barriers} phases, 1 rank"
    assert sum("barrier" in line for line in lines) == barriers - 1
    assert len(lines) == 1 + entries + barriers - 1
    assert " us" not in str(plan)
    assert any("linear.forward" in line and "x0[4, 6], w[6, 6], b[6] -> " in line for line in lines)
    assert any("3 loss" in line or "2 output" in line for line in lines)


def test_after_profiling_each_entry_has_its_time_and_the_clock_stands_where_it_stood():
    four = [*weights(), *weights()]
    planned = Planned(dense_loss(*four), [X], four, rule=Descent(True))
    planned.run(2)
    times = planned.plan.profile(3)
    assert planned.clock.tolist() == [2, 6]
    assert len(times) == len(planned.plan.schedule.entries)
    assert all(t > 0 for t in times)
    lines = [line for line in str(planned.plan).splitlines()[1:] if "barrier" not in line]
    assert all(line.endswith(" us") for line in lines)


def test_a_dense_training_step_has_two_phases():
    """As the model makes it: gathered batches, softmax with cross-entropy, plain descent."""
    model = pl.models.Sequential([pl.layers.Dense(8, activation="relu"), pl.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    plan = model.plan(X, np.array([0, 1, 2, 0]), batch_size=2)
    assert plan.schedule.barriers == 2, str(plan)
    assert plan.program.is_native
