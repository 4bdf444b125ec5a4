"""Reshape, Permute, RepeatVector, Flatten by hand, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid import layers
from pellucid.errors import ArgumentError, ShapeError

X = np.arange(12, dtype=np.float32).reshape(2, 2, 3)


def test_as_numpy_arranges() -> None:
    np.testing.assert_array_equal(layers.Reshape((6,))(X).numpy(), X.reshape(2, 6))
    np.testing.assert_array_equal(layers.Reshape((-1, 1))(X).numpy(), X.reshape(2, 6, 1))
    np.testing.assert_array_equal(layers.Permute((2, 1))(X).numpy(), X.transpose(0, 2, 1))
    np.testing.assert_array_equal(layers.RepeatVector(3)(X[:, 0]).numpy(), X[:, :1].repeat(3, axis=1))
    np.testing.assert_array_equal(layers.Flatten("channels_first")(X).numpy(), X.transpose(0, 2, 1).reshape(2, 6))


def test_reshape_refuses() -> None:
    with pytest.raises(ShapeError, match=r'Reshape "mine".*\(2, 3\) has 6 elements, which do not fill the shape \(4,\)'):
        layers.Reshape((4,), name="mine")(X)
    with pytest.raises(ShapeError, match="do not fill"):
        layers.Reshape((4, -1))(pl.Input((2, 3)))
    for shape in ((-1, -1), (0, 6), (-2, 3), 6, (2.0, 3)):
        with pytest.raises(ArgumentError, match=r"Reshape: .*target_shape"):
            layers.Reshape(shape)  # type: ignore[arg-type]


def test_permute_refuses() -> None:
    with pytest.raises(ShapeError, match=r"orders 3 axes beside the batch. Received shape \(2, 2, 3\)"):
        layers.Permute((1, 2, 3))(X)
    for dims in ((0, 1), (2, 2), (1, 3), 1):
        with pytest.raises(ArgumentError, match="Permute: dims must be"):
            layers.Permute(dims)  # type: ignore[arg-type]


def test_repeat_vector_refuses() -> None:
    with pytest.raises(ShapeError, match=r"must be \(batch, features\)\. Received shape \(2, 2, 3\)"):
        layers.RepeatVector(2)(X)
    with pytest.raises(ArgumentError, match="n must be an integer >= 1"):
        layers.RepeatVector(0)
