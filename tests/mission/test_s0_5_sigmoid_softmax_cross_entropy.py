"""S0.5: sigmoid forward and backward, softmax, cross-entropy with 1e-7; softmax stable at large inputs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

import pellucid as pl
from pellucid import losses, ops

SCORES = np.array([19, 15.5, 10.4, 3.33, 20.8])  # the diary's test array


def test_s0_5_sigmoid_forward_and_backward() -> None:
    """sigmoid(0) = 1/2 with slope 1/4; sigmoid(ln 3) = 3/4 with slope 3/16."""
    x = np.array([0.0, np.log(3), -np.log(3)])
    sigmoid = ops.Sigmoid()
    y = sigmoid.forward(np, x)
    np.testing.assert_allclose(y, [0.5, 0.75, 0.25], rtol=1e-15)
    np.testing.assert_allclose(sigmoid.backward(np, np.array([1.0, 16.0, 16.0]), y), [0.25, 3, 3], rtol=1e-14)


def test_s0_5_sigmoid_never_overflows() -> None:
    x = pl.tensor(np.array([-1e4, -800.0, 800.0, 1e4]), requires_grad=True)
    y = ops.sigmoid(x)
    np.testing.assert_array_equal(y.numpy(), [0, 0, 1, 1])
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [0, 0, 0, 0])


def test_s0_5_softmax_on_the_diarys_array() -> None:
    p = ops.softmax(SCORES).numpy()
    np.testing.assert_allclose(p, special.softmax(SCORES), rtol=1e-12)
    np.testing.assert_allclose(p, np.exp(SCORES) / np.exp(SCORES).sum(), rtol=1e-12)
    assert p.argmax() == 4


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_s0_5_softmax_is_stable_at_large_inputs(dtype: str) -> None:
    for scores in ([1000.0, 1000.0], [-1e30, -1e30], [1e30, 1e30]):
        np.testing.assert_array_equal(ops.softmax(np.array(scores, dtype)).numpy(), [0.5, 0.5])
    np.testing.assert_allclose(ops.softmax((SCORES + 5000).astype(dtype)).numpy(), special.softmax(SCORES), rtol=1e-3)
    np.testing.assert_array_equal(ops.softmax(np.array([1e30, 0.0], dtype)).numpy(), [1, 0])


def test_s0_5_softmax_gradient_is_the_jacobian() -> None:
    """dp_i/dz_j = p_i (delta_ij - p_j)."""
    p = special.softmax(SCORES)
    for i in range(5):
        z = pl.tensor(SCORES, requires_grad=True)
        ops.softmax(z).backward(np.eye(5)[i])
        np.testing.assert_allclose(z.grad, p[i] * (np.eye(5)[i] - p), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("p", [1e-3, 0.05, 0.6, 0.9999])
def test_s0_5_cross_entropy_agrees_with_the_diarys_formula(p: float) -> None:
    """-log(p + 1e-7) differs from -log p by less than 1e-7 / p."""
    target, probabilities = np.array([[1.0, 0.0]]), np.array([[p, 1 - p]])
    diary = -np.sum(target * np.log(probabilities + 1e-7))
    assert losses.CategoricalCrossentropy()(target, probabilities).item() == pytest.approx(diary, abs=1e-7 / p)


def test_s0_5_cross_entropy_of_an_impossible_class_is_finite() -> None:
    """1e-7 is what both hold against log 0: -log 1e-7 = 16.118."""
    loss = losses.CategoricalCrossentropy()(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])).item()
    assert loss == pytest.approx(-np.log(0 + 1e-7), rel=1e-12)
    assert loss == pytest.approx(16.118, abs=1e-3)
