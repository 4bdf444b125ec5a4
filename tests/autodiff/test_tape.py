"""The walk backwards: every use of a value counts once, whatever the graph's form."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import pellucid as pl
from pellucid.autodiff import Spec, Tensor, tensor
from pellucid.errors import ArgumentError, ShapeError, TraceError
from tests.support.gradients import check_gradients


def leaf(value: object) -> Tensor:
    return tensor(np.asarray(value, np.float64), requires_grad=True)


def test_fan_out_sums_the_uses() -> None:
    """d(x^2 + 3x + x)/dx = 2x + 4, at 5: 14."""
    x = leaf(5.0)
    (x * x + 3 * x + x).backward()
    assert x.grad == 14.0


def test_diamond_passes_each_result_once() -> None:
    """a = 2x, b = a^2, c = 3a, y = bc = 24 x^3: y' = 72 x^2, at 2: 288. ``a`` waits for both of its uses."""
    x = leaf(2.0)
    a = 2 * x
    (a**2 * (3 * a)).backward()
    assert x.grad == 288.0
    assert a.grad == 144.0


def test_doubling_many_times_does_not_double_the_work() -> None:
    """2^60 paths from y to x, but 60 results: each is visited once."""
    x = leaf(1.0)
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad == 2.0**60


def test_one_input_twice() -> None:
    x = leaf([1.0, 2.0])
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_chain_of_ten_thousand_operations() -> None:
    """No recursion anywhere: not in the walk, and not when the chain is let go of."""
    x = leaf(1.0)
    y = x
    for _ in range(10_000):
        y = y + 1
    y.backward()
    assert x.grad == 1.0
    gone = weakref.ref(y)
    del y
    gc.collect()
    assert gone() is None


def test_gradients_of_leaves_add_up_over_calls() -> None:
    x = leaf(3.0)
    (x * x).backward()
    (2 * x).backward()
    assert x.grad == 8.0
    x.grad = None
    (2 * x).backward()
    assert x.grad == 2.0


def test_backward_twice_through_the_same_results() -> None:
    x = leaf(3.0)
    y = x * x
    z = y * 2
    z.backward()
    z.backward()
    assert x.grad == 24.0
    assert y.grad == 2.0  # of the last walk: only leaves accumulate


def test_a_leaf_and_a_result_may_be_the_root() -> None:
    x = leaf(3.0)
    x.backward()
    x.backward(np.float64(4.0))
    assert x.grad == 5.0


def test_seed_of_the_outputs_shape() -> None:
    x = leaf([1.0, 2.0, 3.0])
    y = x * x
    y.backward([1.0, 10.0, 100.0])
    np.testing.assert_array_equal(x.grad, [2.0, 40.0, 600.0])


def test_seed_is_copied() -> None:
    seed = np.ones(2)
    x = leaf([1.0, 2.0])
    y = x + 0
    y.backward(seed)
    seed[:] = 7
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])
    np.testing.assert_array_equal(y.grad, [1.0, 1.0])


def test_gradients_of_two_leaves_are_two_arrays() -> None:
    """Add passes one array on to both: a change to one leaf's gradient must not reach the other's."""
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    (x + y).sum().backward()
    assert x.grad is not None
    x.grad[:] = 0
    np.testing.assert_array_equal(y.grad, [1.0, 1.0])


def test_only_what_requires_a_gradient_gets_one() -> None:
    x, constant = leaf([1.0, 2.0]), tensor(np.array([3.0, 4.0]))
    (x * constant).sum().backward()
    assert constant.grad is None
    assert not (constant * 2).requires_grad
    assert (constant * 2).node is None  # and no history is kept


def test_integers_and_comparisons_end_the_gradient() -> None:
    x = leaf([1.0, -2.0])
    y = x * (x > 0)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [1.0, 0.0])


def test_stop_gradient_ends_it() -> None:
    x = leaf(3.0)
    y = pl.ops.stop_gradient(x)
    assert not y.requires_grad
    (x * y).backward()
    assert x.grad == 3.0


def test_broadcast_inputs_get_gradients_of_their_shape() -> None:
    column, row, number = leaf(np.ones((3, 1))), leaf(np.ones(4)), leaf(2.0)
    (column * row * number).sum().backward()
    np.testing.assert_array_equal(column.grad, np.full((3, 1), 8.0))
    np.testing.assert_array_equal(row.grad, np.full(4, 6.0))
    assert number.grad == 12.0


def test_composition_against_central_differences() -> None:
    def function(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
        z = x @ w + b
        y = pl.ops.exp(z) / (1 + pl.ops.exp(z))
        return (y[:, 1:] * y[:, :-1]).mean(axis=0) + y.max(axis=1).sum()

    rng = np.random.default_rng(1)
    check_gradients(function, rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=4))


# --- refusals -------------------------------------------------------------------------------------------------------------


def test_backward_of_many_numbers_needs_a_seed() -> None:
    with pytest.raises(ArgumentError, match=r"shape \(2,\) needs the gradient"):
        leaf([1.0, 2.0]).backward()


def test_seed_of_another_shape() -> None:
    with pytest.raises(ShapeError, match=r"gradient of shape \(3,\) for a tensor of shape \(2,\)"):
        (leaf([1.0, 2.0]) * 1).backward(np.ones(3))


def test_nothing_requires_a_gradient() -> None:
    with pytest.raises(ArgumentError, match="requires_grad=True"):
        (tensor(2.0) * 3).backward()


def test_symbolic_root() -> None:
    with pytest.raises(TraceError, match="symbolic"):
        Tensor(Spec((None, 3)), requires_grad=True).backward()


def test_gradient_check_fails_on_a_wrong_derivative_and_says_where() -> None:
    class Wrong(pl.Op):
        def infer(self, x: Spec) -> Spec:
            return x

        def forward(self, xp, x):  # type: ignore[no-untyped-def]
            return x**2

        def backward(self, xp, grad, x):  # type: ignore[no-untyped-def]
            return grad * xp.where(xp.arange(x.size) == 2, 2.001 * x, 2 * x)

    with pytest.raises(AssertionError, match=r"input 0: relative error .* at \(2,\)"):
        check_gradients(Wrong(), np.array([1.0, 2.0, 3.0]))
    with pytest.raises(AssertionError, match="input 0: relative error"):
        check_gradients(Wrong(), np.r_[0.0, 0.0, 1000.0, np.zeros(300)])
