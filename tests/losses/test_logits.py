"""A loss of probabilities steps back over the softmax or sigmoid that made them: no clipping, no lost digits."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid import activations, losses, ops

SOFTMAX = [(losses.CategoricalCrossentropy, [[0.0, 1.0, 0.0]]), (losses.SparseCategoricalCrossentropy, [1])]


@pytest.mark.parametrize(("cls", "target"), SOFTMAX, ids=["one-hot", "labels"])
def test_softmax_is_stepped_over(cls: type[losses.Loss], target: object) -> None:
    """-log softmax of (100, 0, 0) at 1 is 100; clipped probabilities would say -log 1e-7 = 16.1, with no gradient."""
    z = pl.tensor([[100.0, 0.0, 0.0]], requires_grad=True)
    loss = cls()(target, activations.softmax(z))
    assert loss.item() == pytest.approx(100.0)
    loss.backward()
    np.testing.assert_allclose(z.grad, [[1, -1, 0]], atol=1e-12)


def test_sigmoid_is_stepped_over() -> None:
    """-log sigmoid(-100) = log(1 + e^100) = 100."""
    z = pl.tensor([[-100.0]], requires_grad=True)
    loss = losses.BinaryCrossentropy()([[1.0]], activations.sigmoid(z))
    assert loss.item() == pytest.approx(100.0)
    loss.backward()
    np.testing.assert_allclose(z.grad, [[-1]], atol=1e-12)


@pytest.mark.parametrize(("cls", "target"), SOFTMAX, ids=["one-hot", "labels"])
def test_softmax_along_another_axis_is_not(cls: type[losses.Loss], target: object) -> None:
    z = pl.tensor([[0.0, 1.0, 2.0]], requires_grad=True)  # softmax over one row: all 1, and 1/3 after division by their sum
    assert cls()(target, ops.softmax(z, axis=0)).item() == pytest.approx(np.log(3), rel=1e-6)


@pytest.mark.parametrize(("cls", "target"), SOFTMAX, ids=["one-hot", "labels"])
def test_bare_probabilities_are_clipped(cls: type[losses.Loss], target: object) -> None:
    assert cls()(target, [[1.0, 0.0, 0.0]]).item() == pytest.approx(-np.log(1e-7), rel=1e-5)
    assert cls()(target, [[0.0, 2.0, 2.0]]).item() == pytest.approx(np.log(2), rel=1e-6), "divided by their sum, as in Keras"


def test_bare_binary_probabilities_are_clipped() -> None:
    assert losses.BinaryCrossentropy()([[1.0]], np.array([[0.0]])).item() == pytest.approx(-np.log(1e-7))
    assert losses.BinaryCrossentropy()([[0.0]], np.array([[1.0]])).item() == pytest.approx(-np.log(1e-7))
