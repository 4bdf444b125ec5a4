"""Indexing, held against NumPy's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, basic_indices, integer_array_indices

from pellucid.autodiff import Spec, Tensor, tensor
from pellucid.errors import ArgumentError, IndexRangeError, ShapeError
from tests.support.gradients import check_gradients


def hold_against_numpy(shape: tuple[int, ...], key: Any) -> None:
    """Value, traced shape, and gradient: each element receives 1 for every time that it was picked."""
    a = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    x = tensor(a, requires_grad=True)
    expected = np.asarray(a[key])
    y = x[key]
    np.testing.assert_array_equal(y.numpy(), expected)
    assert y.shape == expected.shape
    assert Tensor(Spec.of(a))[key].spec == y.spec
    y.backward(np.ones(expected.shape))
    times = np.bincount(expected.ravel().astype(int), minlength=a.size).reshape(shape)
    np.testing.assert_array_equal(x.grad, times)


@settings(max_examples=200, deadline=None)
@given(data=st.data(), shape=array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5))
def test_integers_slices_ellipsis_and_new_axes(data: st.DataObject, shape: tuple[int, ...]) -> None:
    hold_against_numpy(shape, data.draw(basic_indices(shape, allow_newaxis=True, allow_ellipsis=True)))


@settings(max_examples=100, deadline=None)
@given(data=st.data(), shape=array_shapes(min_dims=1, max_dims=3, max_side=4))
def test_arrays_of_integers(data: st.DataObject, shape: tuple[int, ...]) -> None:
    hold_against_numpy(shape, data.draw(integer_array_indices(shape)))


ROWS, ONE = np.array([2, 0, -1]), np.array(1)
MIXED: list[Any] = [
    (slice(None), ROWS),
    (ROWS, slice(None), ROWS),
    (ROWS, slice(1, None), None, ROWS),
    (slice(None), ROWS, ROWS[:, None]),
    (0, slice(None), ROWS),
    (slice(None), 1, ROWS),
    (None, ROWS, ..., 0),
    (..., ROWS),
    (ROWS, 1, 2),
    ([0, 2], ...),
    ([], ...),
    (ONE, 0),
    (np.int64(1), np.int32(-1)),
    np.arange(27).reshape(3, 3, 3) % 2 == 0,
    (np.array([True, False, True]), slice(None)),
    (slice(None), np.eye(3, dtype=bool)),
    (np.array([True, False, True]), 0, ROWS[:2]),
    (..., np.zeros(3, bool)),
]


@pytest.mark.parametrize("key", MIXED, ids=repr)
def test_mixtures(key: Any) -> None:
    hold_against_numpy((3, 3, 3), key)


def test_tensors_as_index() -> None:
    x = tensor([10.0, 20.0, 30.0])
    assert x[tensor([2, 0])].numpy().tolist() == [30.0, 10.0]
    assert x[tensor(1)].item() == 20.0
    assert x[x > 15].numpy().tolist() == [20.0, 30.0]
    assert Tensor(Spec((None, 4)))[Tensor(Spec((7,), "int64"))].shape == (7, 4)


def test_an_element_that_is_picked_twice_receives_both_gradients() -> None:
    x = tensor([1.0, 2.0, 3.0], requires_grad=True)
    x[np.array([0, 0, 2])].backward(np.array([1.0, 10.0, 100.0]))
    np.testing.assert_array_equal(x.grad, [11.0, 0.0, 100.0])


def test_derivative_through_a_chain_of_indices() -> None:
    check_gradients(lambda x: x[:, ROWS][1:, ::-1][0, x.numpy()[0] > -9] ** 2, np.random.default_rng(2).normal(size=(4, 3)))


@pytest.mark.parametrize(
    ("key", "error", "message"),
    [
        (5, IndexRangeError, "index 5 is out of range for axis 0 of length 2"),
        ((0, -4), IndexRangeError, "index -4 is out of range for axis 1 of length 3"),
        ((0, 0, 0), ArgumentError, "3 entries is too long"),
        ((..., ...), ArgumentError, "only one"),
        (1.5, ArgumentError, "Received 1.5"),
        ("a", ArgumentError, "Cannot make a tensor of str"),
        (True, ArgumentError, "Received True"),
        (np.array([True, False, True]), ShapeError, r"shape of what it masks, \(2,\)"),
        ((np.array([0, 1]), np.array([0, 1, 2])), ShapeError, "do not broadcast"),
    ],
)
def test_refusals(key: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        tensor(np.ones((2, 3)))[key]


def test_an_integer_in_an_array_beyond_the_end() -> None:
    with pytest.raises(IndexError):
        tensor([1.0, 2.0])[np.array([0, 2])]
