"""Reductions, held against NumPy and SciPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special

from pellucid import ops
from pellucid.autodiff import Spec, Tensor, tensor
from pellucid.errors import ArgumentError, ShapeError
from tests.support.gradients import check_gradients

PAIRS: dict[str, tuple[Callable[..., Tensor], Callable[..., Any]]] = {
    "sum": (ops.sum, np.sum),
    "mean": (ops.mean, np.mean),
    "max": (ops.max, np.max),
    "min": (ops.min, np.min),
    "var": (ops.var, np.var),
    "std": (ops.std, np.std),
    "logsumexp": (ops.logsumexp, scipy.special.logsumexp),
}
SINGLE_AXIS: dict[str, tuple[Callable[..., Tensor], Callable[..., Any]]] = {
    "argmax": (ops.argmax, np.argmax),
    "argmin": (ops.argmin, np.argmin),
}


@pytest.mark.parametrize("name", [*PAIRS, *SINGLE_AXIS])
@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 2), (-1, 0), (0, 1, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_against_numpy_and_scipy(name: str, axis: Any, keepdims: bool) -> None:
    if name in SINGLE_AXIS and isinstance(axis, tuple):
        axis = axis[0]
    ours, theirs = {**PAIRS, **SINGLE_AXIS}[name]
    x = np.random.default_rng(4).normal(size=(2, 3, 4))
    found, expected = ours(x, axis, keepdims), np.asarray(theirs(x, axis=axis, keepdims=keepdims))
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12)
    assert found.shape == expected.shape


@pytest.mark.parametrize("name", ["var", "std"])
@pytest.mark.parametrize("axis", [None, 0, -1])
def test_derivative_of_what_is_composed(name: str, axis: int | None) -> None:
    check_gradients(lambda x: PAIRS[name][0](x, axis), np.random.default_rng(4).normal(size=(5, 4)))


def test_mean_of_comparisons_is_a_share() -> None:
    assert ops.mean(tensor([1.0, 2.0, 3.0, 4.0]) > 1.5).item() == 0.75


def test_sum_of_booleans_and_small_integers_counts_beyond_them() -> None:
    assert ops.sum(np.ones(300, np.bool_)).item() == 300
    assert ops.sum(np.full(3, 200, np.uint8)).item() == 600
    assert ops.sum(np.full(3, 100, np.int8)).dtype == np.int64


def test_elements_that_tie_share_the_gradient() -> None:
    x = tensor([[2.0, 2.0, 1.0], [0.0, 3.0, 3.0]], requires_grad=True)
    ops.max(x, axis=1).backward(np.array([1.0, 10.0]))
    np.testing.assert_array_equal(x.grad, [[0.5, 0.5, 0.0], [0.0, 5.0, 5.0]])


def test_nan_is_not_lost() -> None:
    x = np.array([1.0, np.nan, 2.0])
    for op in PAIRS:
        assert np.isnan(PAIRS[op][0](x).item())


def test_logsumexp_neither_overflows_nor_vanishes() -> None:
    assert ops.logsumexp(tensor(np.array([1e5, 1e5]))).item() == pytest.approx(1e5 + np.log(2), rel=1e-15)
    assert ops.logsumexp(tensor(np.array([-1e5, -1e5]))).item() == pytest.approx(-1e5 + np.log(2), rel=1e-15)
    assert ops.logsumexp(np.array([-np.inf, -np.inf])).item() == -np.inf
    assert ops.logsumexp(np.array([np.inf, 0.0])).item() == np.inf


def test_logsumexp_derivative_where_all_is_impossible_is_no_nan() -> None:
    x = tensor(np.array([[-np.inf, -np.inf], [-np.inf, 1.0]]), requires_grad=True)
    ops.logsumexp(x, axis=1).sum().backward()
    np.testing.assert_array_equal(x.grad, [[0.0, 0.0], [0.0, 1.0]])


@pytest.mark.parametrize("name", [*PAIRS, *SINGLE_AXIS])
def test_axes_that_do_not_exist(name: str) -> None:
    ours = {**PAIRS, **SINGLE_AXIS}[name][0]
    with pytest.raises(ArgumentError, match=r"axis must be from -2 to 1\. Received 2"):
        ours(np.ones((2, 3)), 2)
    with pytest.raises(ArgumentError, match="there are no axes"):
        ours(np.ones(()), 0)


def test_axes_that_are_no_axes() -> None:
    with pytest.raises(ArgumentError, match="each axis once"):
        ops.sum(np.ones((2, 3)), (0, -2))
    with pytest.raises(ArgumentError, match="integer, a tuple of integers or None"):
        ops.sum(np.ones((2, 3)), "rows")
    with pytest.raises(ArgumentError, match="integer, a tuple of integers or None"):
        ops.sum(np.ones((2, 3)), 1.0)


@pytest.mark.parametrize("name", ["mean", "max", "min", "logsumexp", "argmax"])
def test_of_no_elements(name: str) -> None:
    ours = {**PAIRS, **SINGLE_AXIS}[name][0]
    for x in (tensor(np.ones((0, 3))), Tensor(Spec((0, 3)))):
        with pytest.raises(ShapeError, match="no elements"):
            ours(x, 0)
        assert ours(x, 1).shape == (0,)
    assert ops.sum(np.ones((0, 3)), 0).numpy().tolist() == [0.0, 0.0, 0.0]
