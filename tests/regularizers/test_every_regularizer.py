"""Penalties, worked by hand, with their derivatives and configurations."""

from __future__ import annotations

import json

import numpy as np
import pytest

import pellucid as pl
from pellucid import regularizers
from pellucid.errors import ArgumentError, ShapeError
from tests.support.gradients import check_gradients

# For w = [[1, -2], [3, 0.5]]: sums of |w| and of w^2.
# Rows: the cosine is (1 * 3 - 2 * 0.5) / sqrt(5 * 9.25), and there is one pair.
EXPECTED = {
    regularizers.L1: 0.3 * 6.5,
    regularizers.L2: 0.3 * 14.25,
    regularizers.L1L2: 0.3 * 6.5,
    regularizers.OrthogonalRegularizer: 0.3 * 2 / 46.25**0.5,
}
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


def test_l1_and_l2_together() -> None:
    assert regularizers.L1L2(0.1, 0.2)(pl.tensor(W)).item() == pytest.approx(0.65 + 2.85, rel=1e-12)
    assert regularizers.L1L2()(pl.tensor(W)).item() == 0


def test_orthogonal_columns_and_rows_of_zeros() -> None:
    """Columns: |1 * -2 + 3 * 0.5| / sqrt(10 * 4.25)."""
    columns = regularizers.OrthogonalRegularizer(1.0, mode="columns")
    assert columns(pl.tensor(W)).item() == pytest.approx(0.5 / 42.5**0.5, rel=1e-12)
    assert regularizers.OrthogonalRegularizer(1.0)(pl.tensor([[0.0, 0.0], [1.0, 2.0]])).item() == 0
    assert regularizers.OrthogonalRegularizer(1.0)(pl.tensor([[1.0, 2.0]])).item() == 0
    with pytest.raises(ShapeError, match="must be a matrix"):
        columns(pl.tensor([1.0, 2.0]))
    with pytest.raises(ArgumentError, match="mode must be 'rows' or 'columns'"):
        regularizers.OrthogonalRegularizer(mode="rank")


@pytest.mark.parametrize("cls", EXPECTED)
def test_a_penalized_step_is_the_eager_one(cls: type[regularizers.Regularizer]) -> None:
    def trained(eagerly: bool) -> list[np.ndarray]:
        pl.utils.set_random_seed(3)
        model = pl.Sequential([pl.layers.Dense(3, kernel_regularizer=cls(0.2), bias_regularizer="l1", input_dim=4)])
        if cls is regularizers.OrthogonalRegularizer:
            model = pl.Sequential([pl.layers.Dense(3, kernel_regularizer=cls(0.2), input_dim=4)])
        model.compile(pl.optimizers.SGD(0.05), "mse", run_eagerly=eagerly)
        x = np.random.default_rng(0).normal(size=(12, 4)).astype("f")
        model.fit(x, x[:, :3] ** 2, batch_size=4, epochs=3, verbose=0)
        return model.get_weights()

    for ours, eager in zip(trained(False), trained(True), strict=True):
        np.testing.assert_allclose(ours, eager, rtol=1e-4, atol=1e-6)


def test_names() -> None:
    assert regularizers.get(None) is None
    assert isinstance(regularizers.get("l2"), regularizers.L2)
    with pytest.raises(ArgumentError, match="regularizer: 'l3' is not known"):
        regularizers.get("l3")


@pytest.mark.parametrize("value", [-0.1, float("inf"), "much"])
def test_refuses_a_strength(value: object) -> None:
    with pytest.raises(ArgumentError, match="L2: l2 must be a number >= 0"):
        regularizers.L2(value)  # type: ignore[arg-type]
