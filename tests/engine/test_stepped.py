"""Stepped mode finds what a kernel does wrong: outside its buffer, in others' rows, in its numbers."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import ops
from pellucid.autodiff import Op
from pellucid.engine.memory import Memory
from pellucid.engine.program import EntryFailed
from pellucid.engine.schedule import Schedule
from pellucid.engine.stepped import Stepped
from pellucid.errors import KernelError
from pellucid.kernels.call import Buffer, Call, Share, reads, updates, writes
from tests.support import engine_kernels
from tests.support.plans import Descent, Planned, parameter

X = np.random.default_rng(0).standard_normal((6, 4)).astype("f")


@pytest.fixture(autouse=True)
def stepped(monkeypatch):
    monkeypatch.setenv("PELLUCID_KERNELS", "stepped")
    engine_kernels.load_by_name(monkeypatch)


class Double(Op):
    """2 x, with a twin of our choice forward and backward."""

    def __init__(self, forward: str = "double", backward: str = "double", declared: Share = Share.ROWS) -> None:
        self.kernels = forward, backward
        self.declared = declared

    def infer(self, x):
        return x

    def forward(self, xp, x):
        return 2 * x

    def backward(self, xp, grad):
        return 2 * grad

    def bind_forward(self, x, *, y):
        return [Call(f"engine_kernels.{self.kernels[0]}", x.rows, x.row_size, reads(x, self.declared), writes(y))]

    def bind_backward(self, grad, *, into, accumulate):
        (dx,) = into
        assert not any(accumulate)
        name = f"engine_kernels.{self.kernels[1]}"
        return [Call(name, dx.rows, dx.row_size, reads(grad, Share.ROWS), writes(dx))]


def run(op: Op, ranks: int = 3) -> Planned:
    w = parameter(np.ones((6, 4)), "w")
    return Planned(lambda x: ops.sum(op(op(x * w))), [X], [w], threads=ranks).run(2)


@pytest.mark.parametrize("ranks", [1, 2, 3, 8])
def test_a_sound_kernel_passes(ranks):
    planned = run(Double(), ranks)
    assert isinstance(planned.plan.program, Stepped)
    np.testing.assert_allclose(planned.value, 4 * (X * (1 - 4 * X)).sum(), rtol=1e-4)


@pytest.mark.parametrize("ranks", [1, 3])
def test_a_write_behind_the_end_of_a_buffer(ranks):
    with pytest.raises(KernelError, match=r"double_one_too_many.* wrote outside of double"):
        run(Double("double_one_too_many"), ranks)


def test_right_values_in_rows_that_belong_to_other_ranks():
    with pytest.raises(KernelError, match=r"double_all_rows.*: rank \d of 3 wrote element \d+ of double.* outside of the share"):
        run(Double("double_all_rows"))
    run(Double("double_all_rows"), ranks=1)  # alone, it is right


def test_a_read_from_rows_that_belong_to_other_ranks():
    with pytest.raises(KernelError, match="where its reference gives"):
        run(Double("double_from_first_row"))


def test_a_wrong_value():
    with pytest.raises(KernelError, match=r"engine_kernels.triple .* gave .* where its reference gives"):
        run(Double("triple"))


def test_a_wrong_derivative():
    with pytest.raises(KernelError, match=r"engine_kernels.triple .* gave .* where its reference gives"):
        run(Double(backward="triple"))


def test_a_wrong_update():
    class Wrong(Descent):
        def bind(self, p, g, state, rate, clock):
            return [Call("arrays.add_into", p.rows, p.row_size, reads(g, Share.ROWS), updates(p))]

    w = parameter(np.ones((6, 4)), "w")
    with pytest.raises(KernelError, match=r"Wrong w .* where its reference gives"):
        Planned(lambda x: ops.sum(x * w), [X], [w], rule=Wrong()).run()


@pytest.mark.parametrize("which", ["weight", "bias"])
def test_a_wrong_folded_product(which):
    """The product that subtracts from the weights itself is held against p - rate * g."""
    w, b = parameter(np.ones((4, 2)), "w"), parameter(np.ones(2), "b")
    planned = Planned(lambda x: ops.sum(ops.linear(x, w, b, "tanh")), [X], [w, b], rule=Descent(True), rate=0.1)
    planned.run(3)
    place = planned.titles.index(f"linear.{which}_gradient_sgd")
    call = planned.plan.schedule.entries[place].call
    twice = np.array([0.2])
    planned.plan.program.set_call(place, Call(call.kernel, *call.arguments[:-1], reads(Buffer.around(twice, "rate"))))
    with pytest.raises(KernelError, match=rf"linear\.{which}_gradient_sgd .* where its reference gives"):
        planned.run()


@pytest.mark.parametrize("seed", range(5))
def test_a_gradient_that_is_zero_but_for_rounding_is_no_deviation(seed):
    """A bias before batch statistics are taken off: each order of summation leaves a rest of its own."""
    rng = np.random.default_rng(seed)
    w, b = parameter(rng.standard_normal((4, 3)), "w"), parameter(np.ones(3), "b")
    c = rng.standard_normal((6, 3)).astype("f")

    def function(x):
        h = ops.linear(x, w, b)
        return ops.sum(c * ops.tanh(h - ops.mean(h, axis=0, keepdims=True)))

    Planned(function, [X], [w, b], threads=2).run()


def test_a_value_that_is_read_before_it_is_written_is_not_a_number():
    planned = Planned(lambda x: Double()(x), [X])
    array = planned.plan.outputs[0].array
    assert np.isnan(array).all()


def test_a_bad_status_names_its_entry():
    class Fails(Double):
        def bind_forward(self, x, *, y):
            counters = np.zeros(64, np.int64)
            self.keep = counters
            return [Call("engine_kernels.fail", counters.ctypes.data, 1, 2, 7, reads(x, Share.ROWS), writes(y))]

        def forward(self, xp, x):
            return np.full_like(x, np.nan)  # what the buffer holds: this twin writes nothing

    planned = Planned(Fails(), [X], threads=2)
    with pytest.raises(EntryFailed, match="status 7 in step 1"):
        planned.run(3)


def test_a_schedule_with_a_race_is_refused():
    planned = Planned(lambda x: ops.softmax(ops.linear(x, np.ones((4, 4), "f"), np.ones(4, "f"))), [X], threads=2)
    made = planned.plan.schedule
    two = [e for e in made.entries if e.is_native][:2]
    broken = [
        Double().bind_forward(planned.plan.inputs[0], y=planned.plan.outputs[0])[0],
        Call("engine_kernels.double", 6, 4, reads(planned.plan.outputs[0], Share.ALL), writes(planned.plan.inputs[0])),
    ]
    entries = tuple(type(e)(c, e.stage, f"planted {i}", "") for i, (e, c) in enumerate(zip(two, broken, strict=True)))
    with pytest.raises(KernelError, match=r"has a race: .*planted"):
        Stepped(Schedule(entries, (0, 0)), 2, Memory())


def test_what_is_hidden_comes_back():
    """Parameters and inputs are poisoned while a rank runs that may not read all of them, and whole again afterwards."""
    w, b = parameter(np.full((4, 3), 0.5), "w"), parameter(np.ones(3), "b")
    planned = Planned(lambda x: ops.sum(ops.linear(x, w, b, "relu")), [X], [w, b], rule=Descent(True), rate=0.0, threads=3).run(3)
    np.testing.assert_array_equal(w.array, 0.5)
    np.testing.assert_array_equal(b.array, 1)
    np.testing.assert_array_equal(planned.plan.inputs[0].array, X)
