"""S0.2: one-hot and integer targets give the same loss and the same gradient."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

import pellucid as pl
from pellucid import losses
from pellucid.utils import to_categorical

rng = np.random.default_rng(0)
X, W, B = rng.normal(size=(6, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)
LABELS = np.array([2, 0, 1, 1, 0, 2])


def loss_and_gradients(loss: losses.Loss, targets: np.ndarray, *, softmax: bool) -> tuple[float, np.ndarray, np.ndarray]:
    w, b = pl.tensor(W, requires_grad=True), pl.tensor(B, requires_grad=True)
    z = pl.tensor(X) @ w + b
    value = loss(targets, pl.ops.softmax(z) if softmax else z)
    value.backward()
    assert w.grad is not None
    assert b.grad is not None
    return value.item(), w.grad, b.grad


@pytest.mark.parametrize("from_logits", [False, True])
def test_s0_2_one_hot_and_integer_targets_agree(from_logits: bool) -> None:
    one_hot = loss_and_gradients(
        losses.CategoricalCrossentropy(from_logits), to_categorical(LABELS, 3, "float64"), softmax=not from_logits
    )
    sparse = loss_and_gradients(losses.SparseCategoricalCrossentropy(from_logits), LABELS, softmax=not from_logits)
    assert one_hot[0] == pytest.approx(sparse[0], rel=1e-14)
    np.testing.assert_allclose(one_hot[1], sparse[1], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(one_hot[2], sparse[2], rtol=1e-12, atol=1e-15)

    # Both are right: dL/dW = x^T (p - t) / n.
    p = special.softmax(X @ W + B, axis=1)
    difference = (p - np.eye(3)[LABELS]) / 6
    assert sparse[0] == pytest.approx(-np.log(p[np.arange(6), LABELS]).mean(), rel=1e-12)
    np.testing.assert_allclose(sparse[1], X.T @ difference, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(sparse[2], difference.sum(axis=0), rtol=1e-10, atol=1e-14)


def test_s0_2_mean_squared_error_by_hand() -> None:
    """(0.1^2 + 0.05^2 + 0.4^2) / 3 and its derivative 2/3 (y - t)."""
    y = pl.tensor(np.array([[0.1, 0.05, 0.6]]), requires_grad=True)
    loss = losses.MeanSquaredError()([[0.0, 0.0, 1.0]], y)
    loss.backward()
    assert loss.item() == pytest.approx((0.01 + 0.0025 + 0.16) / 3, rel=1e-12)
    np.testing.assert_allclose(y.grad, [[0.2 / 3, 0.1 / 3, -0.8 / 3]], rtol=1e-12)
