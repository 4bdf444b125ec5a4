"""Penalties, worked by hand, with their derivatives and configurations."""

from __future__ import annotations

import json

import numpy as np
import pytest

import pellucid as pl
from pellucid import regularizers
from pellucid.errors import ArgumentError
from tests.support.gradients import check_gradients

# For w = [[1, -2], [3, 0.5]]: sums of |w| and of w^2.
EXPECTED = {regularizers.L1: 0.3 * 6.5, regularizers.L2: 0.3 * 14.25}
W = np.array([[1.0, -2.0], [3.0, 0.5]])


def test_each_is_tested() -> None:
    assert set(EXPECTED) == set(regularizers.registry.classes())


@pytest.mark.parametrize("cls", EXPECTED)
def test_worked_by_hand(cls: type[regularizers.Regularizer]) -> None:
    penalty = cls(0.3)(pl.tensor(W))  # type: ignore[call-arg]
    assert penalty.shape == ()
    assert penalty.item() == pytest.approx(EXPECTED[cls], rel=1e-12)


@pytest.mark.parametrize("cls", EXPECTED)
def test_derivative(cls: type[regularizers.Regularizer]) -> None:
    check_gradients(cls(0.3), W)  # type: ignore[call-arg]


def test_the_derivative_of_l2_is_twice_the_weight() -> None:
    w = pl.tensor(W, requires_grad=True)
    regularizers.L2(0.5)(w).backward()
    np.testing.assert_allclose(w.grad, W)


@pytest.mark.parametrize("cls", EXPECTED)
def test_comes_back_from_its_configuration(cls: type[regularizers.Regularizer]) -> None:
    again = regularizers.get(json.loads(json.dumps(regularizers.serialize(cls(0.3)))))  # type: ignore[call-arg]
    assert type(again) is cls
    assert again(pl.tensor(W)).item() == pytest.approx(EXPECTED[cls], rel=1e-12)


def test_names() -> None:
    assert regularizers.get(None) is None
    assert isinstance(regularizers.get("l2"), regularizers.L2)
    with pytest.raises(ArgumentError, match="regularizer: 'l3' is not known"):
        regularizers.get("l3")


@pytest.mark.parametrize("value", [-0.1, float("inf"), "much"])
def test_refuses_a_strength(value: object) -> None:
    with pytest.raises(ArgumentError, match="L2: l2 must be a number >= 0"):
        regularizers.L2(value)  # type: ignore[arg-type]
