"""Batch normalization at inference: gone into the product before it, and the same to rounding."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import pellucid as pl
from pellucid import layers
from pellucid.networks import resnet18

MAKES: dict[str, Callable[[], list[layers.Layer]]] = {
    "conv2d": lambda: [layers.Conv2D(4, 3), layers.BatchNormalization()],
    "conv2d, no bias, relu": lambda: [layers.Conv2D(4, 3, use_bias=False), layers.BatchNormalization(), layers.ReLU()],
    "grouped, strided, tanh": lambda: [
        layers.Conv2D(6, 2, 2, groups=3),
        layers.BatchNormalization(scale=False),
        layers.Activation("tanh"),
    ],
    "depthwise": lambda: [layers.DepthwiseConv2D(2), layers.BatchNormalization(center=False)],
    "dense, sigmoid": lambda: [
        layers.GlobalMaxPooling2D(),
        layers.Dense(5),
        layers.BatchNormalization(),
        layers.Activation("sigmoid"),
    ],
    "line": lambda: [layers.Reshape((30, 3)), layers.Conv1D(4, 3), layers.BatchNormalization(), layers.ReLU()],
    "two in a row": lambda: [
        layers.Conv2D(4, 2),
        layers.BatchNormalization(),
        layers.Conv2D(3, 2, use_bias=False),
        layers.BatchNormalization(),
    ],
}
X = np.random.default_rng(0).normal(size=(40, 5, 6, 3)).astype(np.float32)


def model_of(middle: list[layers.Layer], dtype: str = "float32") -> pl.Model:
    """With moving statistics, gamma and beta as after some training."""
    pl.utils.set_random_seed(2)
    model = pl.Sequential([pl.Input((5, 6, 3)), *middle, layers.Flatten(), layers.Dense(2)])
    rng = np.random.default_rng(1)
    for weight in model.weights:
        if weight.name.endswith(("gamma", "moving_variance")):
            weight.assign(rng.uniform(0.5, 2.0, weight.shape).astype(dtype))
        elif weight.name.endswith(("beta", "moving_mean", "bias")):
            weight.assign(rng.normal(size=weight.shape).astype(dtype))
    return model


def plan_text(model: pl.Model) -> str:
    """The program of the last prediction."""
    assert model._trainer is not None
    return str(list(model._trainer._plans.values())[-1].plan)


def normalized_images(text: str) -> int:
    """How often activations of 40 samples are normalized."""
    return sum("normalize" in line and "-> normalize[40" in line for line in text.splitlines())


@pytest.mark.parametrize("name", MAKES)
def test_the_same_to_rounding_in_one_product(name: str) -> None:
    model = model_of(MAKES[name]())
    np.testing.assert_allclose(model.predict(X, verbose=0), model(X).numpy(), rtol=1e-4, atol=1e-5)
    text = plan_text(model)
    assert normalized_images(text) == 0
    assert " + batch_normalization" in text
    assert "activation." not in text  # it is in the product


def test_the_last_of_a_model_too() -> None:
    model = pl.Sequential([pl.Input((3,)), layers.Dense(4), layers.BatchNormalization()])
    x = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    np.testing.assert_allclose(model.predict(x, verbose=0), model(x).numpy(), rtol=1e-5, atol=1e-6)


def test_evaluation_as_well() -> None:
    model = model_of(MAKES["conv2d, no bias, relu"]())
    y = np.random.default_rng(3).normal(size=(40, 2)).astype(np.float32)
    model.compile("sgd", "mse", metrics=["mae"])
    expected = float(((model(X).numpy() - y) ** 2).mean())
    np.testing.assert_allclose(model.evaluate(X, y, verbose=0)[0], expected, rtol=1e-5)


def test_weights_that_change_afterwards_count() -> None:
    """The program is kept; what it folds is folded anew in each step."""
    model = model_of(MAKES["conv2d"]())
    model.compile(pl.optimizers.SGD(0.1), "mse")
    first = model.predict(X, verbose=0)
    model.fit(X, np.zeros((40, 2)), epochs=1, verbose=0)
    second = model.predict(X, verbose=0)
    assert not np.allclose(first, second)
    np.testing.assert_allclose(second, model(X).numpy(), rtol=1e-4, atol=1e-5)


def test_training_is_as_it_was() -> None:
    model = model_of(MAKES["conv2d"]())
    model.compile("sgd", "mse")
    text = str(model.plan(X, np.zeros((40, 2), np.float32), batch_size=40))
    assert "batch_normalization.moments" in text
    assert " + batch_normalization" not in text


def test_what_is_used_elsewhere_stays() -> None:
    x = pl.Input((5, 6, 3))
    y = layers.Conv2D(4, 3)(x)
    model = pl.Model(x, layers.Add()([y, layers.BatchNormalization()(y)]))
    np.testing.assert_allclose(model.predict(X, verbose=0), model(X).numpy(), rtol=1e-5, atol=1e-6)
    assert normalized_images(plan_text(model)) == 1


def test_after_an_activation_it_stays() -> None:
    model = model_of([layers.Conv2D(4, 3, activation="relu"), layers.BatchNormalization()])
    np.testing.assert_allclose(model.predict(X, verbose=0), model(X).numpy(), rtol=1e-4, atol=1e-5)
    assert normalized_images(plan_text(model)) == 1


def test_a_kernel_of_more_numbers_than_the_output_is_left_alone() -> None:
    """One sample: 90 x 50 numbers of a kernel to fold, or 50 of the output to normalize."""
    model = model_of([layers.Flatten(), layers.Dense(50), layers.BatchNormalization()])
    np.testing.assert_allclose(model.predict(X[:1], verbose=0), model(X[:1]).numpy(), rtol=1e-4, atol=1e-5)
    assert " + batch_normalization" not in plan_text(model)


def test_a_whole_residual_net() -> None:
    """Its 20 convolutions take in their normalizations; the ReLU after a sum stays."""
    model = resnet18((8, 8, 3), width=2)
    x = np.random.default_rng(0).uniform(size=(200, 8, 8, 3)).astype(np.float32)
    np.testing.assert_allclose(model.predict(x, batch_size=200, verbose=0), model(x).numpy(), rtol=1e-4, atol=1e-5)
    text = plan_text(model)
    assert sum("convolution" in line and "normalization" in line and " + " in line for line in text.splitlines()) >= 20
    assert "-> normalize[200" not in text
