"""The losses beside Keras': value and gradient in float32."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import pellucid as pl
from tests.support.keras_peer import import_keras
from tests.support.loss_cases import CASES, LossCase

keras = import_keras()
jax = pytest.importorskip("jax", reason="needs the extra 'parity'")

pytestmark = pytest.mark.parity

Array = npt.NDArray[Any]


def value_and_gradient(loss: pl.losses.Loss, y_true: Array, y_pred: Array, weights: Array | None) -> tuple[float, Array]:
    y = pl.tensor(y_pred, requires_grad=True)
    value = loss(y_true, y, weights)
    value.backward()
    assert y.grad is not None
    return value.item(), y.grad


def assert_beside_keras(loss: pl.losses.Loss, y_true: Array, y_pred: Array, weights: Array | None = None) -> None:
    theirs = keras.losses.deserialize(pl.losses.serialize(loss))
    expected, gradient = jax.value_and_grad(lambda y: theirs(y_true, y, weights))(jax.numpy.asarray(y_pred))
    value, ours = value_and_gradient(loss, y_true, y_pred, weights)
    assert value == pytest.approx(float(expected), rel=1e-5, abs=1e-6)
    np.testing.assert_allclose(ours, np.asarray(gradient), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("lead", [(6,), (3, 2)], ids=str)
@pytest.mark.parametrize("weighted", [False, True])
def test_value_and_gradient(case: LossCase, lead: tuple[int, ...], weighted: bool) -> None:
    y_true, y_pred = case.draw(np.random.default_rng(0), lead)
    weights = np.random.default_rng(1).uniform(0, 2, lead).astype("float32") if weighted else None
    y_true = y_true.astype("float32") if y_true.dtype.kind == "f" else y_true
    assert_beside_keras(case.loss, y_true, y_pred.astype("float32"), weights)


@pytest.mark.parametrize("case", [c for c in CASES if "logits" in str(c)], ids=str)
def test_extreme_logits(case: LossCase) -> None:
    y_true, y_pred = case.draw(np.random.default_rng(0), (8,))
    y_true = y_true.astype("float32") if y_true.dtype.kind == "f" else y_true
    assert_beside_keras(case.loss, y_true, (y_pred * 1e3).astype("float32"))


@pytest.mark.parametrize("name", ["mean_squared_error", "binary_crossentropy"])
def test_targets_of_one_axis(name: str) -> None:
    rng = np.random.default_rng(0)
    assert_beside_keras(
        pl.losses.get(name), rng.integers(0, 2, 5).astype("float32"), rng.uniform(0.1, 0.9, (5, 1)).astype("float32")
    )


def test_probabilities_that_do_not_sum_to_one() -> None:
    y_pred = np.random.default_rng(0).uniform(0.1, 2, (5, 3)).astype("float32")
    assert_beside_keras(pl.losses.CategoricalCrossentropy(), np.eye(3, dtype="float32")[[0, 1, 2, 1, 0]], y_pred)
    assert_beside_keras(pl.losses.SparseCategoricalCrossentropy(), np.array([0, 1, 2, 1, 0]), y_pred)


def test_impossible_classes_are_clipped_alike() -> None:
    y_pred = np.array([[1, 0, 0], [0, 0, 1]], np.float32)
    assert_beside_keras(pl.losses.SparseCategoricalCrossentropy(), np.array([1, 2]), y_pred)
    assert_beside_keras(pl.losses.BinaryCrossentropy(), np.array([[0, 1, 0], [1, 0, 1]], np.float32), y_pred)
