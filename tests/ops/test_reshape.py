"""Reshapes: which shapes fit, and that no element moves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid import ops
from pellucid.autodiff import Spec, Tensor
from pellucid.errors import ArgumentError, ShapeError

SHAPES = [(24,), (2, 12), (3, 8), (4, 3, 2), (1, 24, 1), (2, 1, 3, 4)]


@settings(max_examples=50, deadline=None)
@given(before=st.sampled_from(SHAPES), after=st.sampled_from(SHAPES), left=st.none() | st.integers(0, 3))
def test_against_numpy(before: tuple[int, ...], after: tuple[int, ...], left: int | None) -> None:
    x = np.arange(24.0).reshape(before)
    wanted = tuple(-1 if i == left else n for i, n in enumerate(after))
    y = ops.reshape(x, wanted)
    np.testing.assert_array_equal(y.numpy(), x.reshape(after))
    assert np.shares_memory(y.numpy(), x)
    assert ops.reshape(Tensor(Spec.of(x)), wanted).shape == after


@pytest.mark.parametrize("axis", [0, 1, -1, (0, 2), (-1, 0), (1, 2, 3)])
def test_expand_dims_and_squeeze_are_numpys(axis: Any) -> None:
    x = np.ones((2, 3))
    y = ops.expand_dims(x, axis)
    assert y.shape == np.expand_dims(x, axis).shape
    assert ops.squeeze(y, axis).shape == (2, 3)
    assert ops.squeeze(y).shape == (2, 3)


def test_flatten() -> None:
    x = np.ones((4, 3, 2))
    assert ops.flatten(x).shape == (4, 6)
    assert ops.flatten(x, 0).shape == (24,)
    assert ops.flatten(np.ones(4)).shape == (4, 1)
    assert ops.flatten(np.ones((0, 3, 2))).shape == (0, 6)


def test_refusals() -> None:
    with pytest.raises(ShapeError, match=r"float64\[2, 3\] has 6 elements, which do not fill the shape \(4, -1\)"):
        ops.reshape(np.ones((2, 3)), (4, -1))
    with pytest.raises(ShapeError, match="do not fill"):
        ops.reshape(np.ones((2, 3)), (0, -1))
    with pytest.raises(ArgumentError, match="-1 once"):
        ops.reshape(np.ones((2, 3)), (-1, -1))
    with pytest.raises(ArgumentError, match="-1 once"):
        ops.reshape(np.ones((2, 3)), (-2, -3))
    with pytest.raises(ArgumentError, match="must be integers"):
        ops.reshape(np.ones((2, 3)), (2, 3.0))
    with pytest.raises(ShapeError, match="only an axis of length 1"):
        ops.squeeze(np.ones((2, 1)), 0)
    with pytest.raises(ArgumentError, match="axis must be from"):
        ops.expand_dims(np.ones(2), 2)
    with pytest.raises(ShapeError, match=r"None, 3\] has None elements"):
        ops.reshape(Tensor(Spec((None, 3))), (4, 4))
