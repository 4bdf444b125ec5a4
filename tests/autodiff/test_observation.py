"""Every operation that is computed is shown to the observer of its thread, and to no other."""

import threading

import numpy as np

import pellucid as pl
from pellucid import ops
from pellucid.autodiff.observation import current_observer, observing
from pellucid.layers import Dense


def test_operations_come_in_order_with_their_values_and_layers():
    layer = Dense(2, "sigmoid", name="last")
    seen = []
    with observing(seen.append):
        y = layer(ops.square(pl.tensor([[1.0, 2.0]], requires_grad=True)))
    assert [one.op.name for one in seen] == ["Square", "Linear", "Sigmoid"]
    assert [one.label for one in seen] == ["", "last", "last"]
    assert seen[-1].output is y
    np.testing.assert_array_equal(seen[0].output.array, [[1.0, 4.0]])
    assert seen[1].inputs[0] is seen[0].output


def test_operations_without_a_gradient_are_seen_too():
    seen = []
    with observing(seen.append):
        ops.log([0.0])
    assert seen[0].output.node is None
    assert seen[0].output.array == -np.inf


def test_observers_nest_and_end_with_their_block_whatever_happens():
    outer, inner = [], []
    with observing(outer.append):
        try:
            with observing(inner.append):
                ops.exp([0.0])
                raise KeyError
        except KeyError:
            ops.log([1.0])
    ops.exp([0.0])
    assert [[one.op.name for one in seen] for seen in (outer, inner)] == [["Log"], ["Exp"]]
    assert current_observer() is None


def test_another_thread_is_not_looked_at():
    seen = []
    with observing(seen.append):
        thread = threading.Thread(target=ops.exp, args=([0.0],))
        thread.start()
        thread.join()
    assert seen == []
