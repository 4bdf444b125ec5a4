"""Ftrl and Lamb where they differ from the others: weights that stay 0, lengths of whole parameters; within a model."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError


def test_lamb_moves_a_parameter_by_a_share_of_its_length() -> None:
    """At the first step u is the sign of the gradient, so p - 0.1 * |p| / sqrt(2) * sign(g)."""
    params = {"W": np.array([3.0, -4.0]), "b": np.zeros(2)}
    pl.optimizers.Lamb(0.1, epsilon=1e-300).update(params, {"W": np.array([1e-3, 1e3]), "b": np.array([5.0, -5.0])})
    np.testing.assert_allclose(params["W"], np.array([3, -4]) - 0.5 / np.sqrt(2), rtol=1e-12)
    np.testing.assert_allclose(params["b"], [-0.1, 0.1], rtol=1e-12)  # of no length: Adam's step


def test_ftrl_leaves_weights_at_zero_that_do_not_matter() -> None:
    """Of twenty features two matter; the others end at exactly 0."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 20)).astype("float32")
    y = (x[:, 3] - 2 * x[:, 7] > 0).astype("float32")[:, None]
    model = pl.Sequential([pl.Input((20,)), pl.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(pl.optimizers.Ftrl(0.5, l1_regularization_strength=6.0), pl.losses.BinaryCrossentropy(from_logits=True))
    model.fit(x, y, batch_size=20, epochs=4, verbose=0)
    assert np.flatnonzero(model.layers[0].kernel.array).tolist() == [3, 7]


@pytest.mark.parametrize("name", ["ftrl", "lamb"])
def test_the_program_and_the_eager_step_agree(name: str) -> None:
    x, y = np.random.default_rng(1).normal(size=(12, 3)), np.ones((12, 1))
    ends = []
    for eagerly in (False, True):
        pl.utils.set_random_seed(0)
        model = pl.Sequential([pl.Input((3,)), pl.layers.Dense(4, "tanh"), pl.layers.Dense(1)])
        model.compile(name, "mse", run_eagerly=eagerly)
        model.fit(x, y, batch_size=4, epochs=3, verbose=0)
        ends.append(np.concatenate([w.ravel() for w in model.get_weights()]))
    np.testing.assert_allclose(*ends, rtol=1e-4, atol=1e-6)


def test_before_any_gradient_nothing_is_known() -> None:
    params = {"W": np.array([3.0])}
    pl.optimizers.Ftrl(0.1, initial_accumulator_value=0.0).update(params, {"W": np.zeros(1)})
    assert params["W"] == 3


def test_arguments_out_of_range() -> None:
    with pytest.raises(ArgumentError, match=r"learning_rate_power must be a number <= 0\. Received 0\.5"):
        pl.optimizers.Ftrl(learning_rate_power=0.5)
    with pytest.raises(ArgumentError, match="beta_1"):
        pl.optimizers.Lamb(beta_1=1.0)


@pytest.mark.parametrize(
    "optimizer",
    [
        pl.optimizers.Ftrl(0.3, -0.7, 0.2, 0.05, 0.1, 0.02, beta=0.5),
        pl.optimizers.Ftrl(0.3, initial_accumulator_value=0.0),
        pl.optimizers.Lamb(0.1, 0.8, 0.9),
    ],
    ids=["ftrl", "ftrl from nothing", "lamb"],
)
def test_the_kernel_is_the_rule(optimizer: pl.optimizers.Optimizer) -> None:
    """In float32 by the kernel, in float64 by the rule in NumPy, over some steps and with a row without any gradient."""
    rng = np.random.default_rng(2)
    first, gradients = rng.normal(size=(5, 7)), rng.normal(size=(4, 5, 7)) * [[[1], [1], [0], [1], [10]]]
    ends = []
    for dtype in (np.float32, np.float64):
        params, own = {"W": first.astype(dtype)}, pl.optimizers.get(pl.optimizers.serialize(optimizer))
        for g in gradients:
            own.update(params, {"W": g.astype(dtype)})
        ends.append(params["W"])
    np.testing.assert_allclose(*ends, rtol=1e-4, atol=1e-6)
