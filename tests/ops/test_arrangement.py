"""Joining, turning, stretching, picking and marking, held against NumPy."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest

from pellucid import ops
from pellucid.autodiff import Spec, Tensor, tensor
from pellucid.errors import ArgumentError, ShapeError
from tests.support.gradients import check_gradients

X = np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_concatenate_and_stack(axis: int) -> None:
    np.testing.assert_array_equal(ops.concatenate([X, -X, X], axis).numpy(), np.concatenate([X, -X, X], axis))
    np.testing.assert_array_equal(ops.stack([X, -X], axis).numpy(), np.stack([X, -X], axis))
    check_gradients(lambda a, b: ops.stack([a, b, a], axis) ** 2, X, -X)
    check_gradients(lambda a, b: ops.concatenate([a, b, a], axis) ** 2, X, -X)


def test_joining_refuses() -> None:
    with pytest.raises(ShapeError, match=r"all axes but axis 0.*\(2, 3\), \(2, 4\)"):
        ops.concatenate([np.ones((2, 3)), np.ones((2, 4))])
    with pytest.raises(ShapeError, match="all axes but"):
        ops.concatenate([np.ones((2, 3)), np.ones(3)])
    with pytest.raises(ShapeError, match=r"Use pellucid\.ops\.stack"):
        ops.concatenate([1.0, 2.0])
    with pytest.raises(ArgumentError, match="at least one tensor"):
        ops.concatenate([])
    with pytest.raises(ShapeError, match=r"equal. Received \(2,\), \(3,\)"):
        ops.stack([np.ones(2), np.ones(3)])
    with pytest.raises(ArgumentError, match=r"axis must be from -1 to 0\. Received 1"):
        ops.concatenate([np.ones(2)], axis=1)


@pytest.mark.parametrize("axes", [None, *permutations(range(3)), (-1, 0, 1)])
def test_transpose(axes: Any) -> None:
    np.testing.assert_array_equal(ops.transpose(X, axes).numpy(), np.transpose(X, axes))


def test_transpose_refuses() -> None:
    with pytest.raises(ArgumentError, match=r"each axis.*once. Received axes \(0, 1\)"):
        ops.transpose(X, (0, 1))
    with pytest.raises(ArgumentError, match="once"):
        ops.transpose(X, (0, 1, 1))


@pytest.mark.parametrize("pair", [(0, 2), (-1, 1), (1, 1)])
def test_swapaxes(pair: tuple[int, int]) -> None:
    np.testing.assert_array_equal(ops.swapaxes(X, *pair).numpy(), np.swapaxes(X, *pair))


def test_broadcast_to() -> None:
    np.testing.assert_array_equal(ops.broadcast_to(X[:, :1], (5, 2, 3, 4)).numpy(), np.broadcast_to(X[:, :1], (5, 2, 3, 4)))
    for shape in [(2, 3), (2, 3, 5), (-1, 2, 3, 4)]:
        with pytest.raises(ShapeError):
            ops.broadcast_to(X, shape)


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("indices", [1, [1, 0], [[1, 0, 1]], [-1], np.zeros(0, np.int64)])
def test_take(axis: int | None, indices: Any) -> None:
    y = ops.take(X, indices, axis)
    np.testing.assert_array_equal(y.numpy(), np.take(X, indices, axis))
    traced = ops.take(Tensor(Spec.of(X)), indices, axis)
    assert traced.shape == y.shape


def test_take_adds_up_what_is_taken_twice_and_refuses_floats() -> None:
    x = tensor([1.0, 2.0], requires_grad=True)
    ops.take(x, [1, 1, 0]).backward(np.array([1.0, 10.0, 100.0]))
    np.testing.assert_array_equal(x.grad, [100.0, 11.0])
    with pytest.raises(ArgumentError, match="indices must be integers"):
        ops.take(x, [1.0])
    with pytest.raises(IndexError):
        ops.take(x, [2])


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_one_hot(axis: int) -> None:
    numbers = np.array([[0, 2, 1], [2, 2, 0]])
    expected = np.moveaxis(np.eye(3, dtype=np.float32)[numbers], -1, axis)
    found = ops.one_hot(numbers, 3, axis)
    np.testing.assert_array_equal(found.numpy(), expected)
    assert found.dtype == np.float32


def test_one_hot_of_other_numbers() -> None:
    assert ops.one_hot([3, -1, 0], 3).numpy().sum(axis=1).tolist() == [0.0, 0.0, 1.0]
    assert ops.one_hot(2, 3, dtype="int64").numpy().tolist() == [0, 0, 1]
    with pytest.raises(ArgumentError, match="must be integers"):
        ops.one_hot([0.0], 3)
    with pytest.raises(ArgumentError, match="at least 1"):
        ops.one_hot([0], 0)
