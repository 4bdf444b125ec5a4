"""S3.1: SGD, Momentum, AdaGrad, RMSprop and Adam with ``update(params, grads)``, as from-scratch courses write them.

The lecture's valley is f(x, y) = x^2 / 20 + y^2, begun at (-7, 2).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

import pellucid as pl
from pellucid.optimizers import SGD, Adagrad, Adam, Momentum, Optimizer, RMSprop

STEPS = 30
Equation = Callable[[int, float, float, dict[str, float]], float]
"""Step number from 1, parameter, gradient, and what the optimizer remembers of it -> the parameter after the step."""


def sgd(t: int, p: float, g: float, memory: dict[str, float]) -> float:
    return p - 0.95 * g


def momentum(t: int, p: float, g: float, memory: dict[str, float]) -> float:
    memory["v"] = 0.9 * memory.get("v", 0.0) - 0.1 * g
    return p + memory["v"]


def adagrad(t: int, p: float, g: float, memory: dict[str, float]) -> float:
    memory["h"] = memory.get("h", 0.0) + g * g
    return p - 1.5 * g / (math.sqrt(memory["h"]) + 1e-7)


def rmsprop(t: int, p: float, g: float, memory: dict[str, float]) -> float:
    memory["h"] = 0.99 * memory.get("h", 0.0) + 0.01 * g * g
    return p - 0.05 * g / (math.sqrt(memory["h"]) + 1e-7)


def adam(t: int, p: float, g: float, memory: dict[str, float]) -> float:
    memory["m"] = 0.9 * memory.get("m", 0.0) + 0.1 * g
    memory["v"] = 0.999 * memory.get("v", 0.0) + 0.001 * g * g
    rate = 0.3 * math.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return p - rate * memory["m"] / (math.sqrt(memory["v"]) + 1e-7)


PUBLISHED: list[tuple[Optimizer, Equation]] = [
    (SGD(0.95), sgd),
    (Momentum(0.1), momentum),
    (Adagrad(1.5, initial_accumulator_value=0.0, epsilon_outside=True), adagrad),
    (RMSprop(0.05, rho=0.99, epsilon_outside=True), rmsprop),
    (Adam(0.3, epsilon_hat=True), adam),
]


@pytest.mark.parametrize(("optimizer", "equation"), PUBLISHED, ids=lambda case: getattr(case, "__name__", ""))
def test_s3_1_the_path_down_the_lectures_valley(optimizer: Optimizer, equation: Equation) -> None:
    optimizer = type(optimizer).from_config(optimizer.get_config())
    params = {"x": np.array([-7.0]), "y": np.array([2.0])}
    expected = {"x": -7.0, "y": 2.0}
    memories: dict[str, dict[str, float]] = {"x": {}, "y": {}}
    for t in range(1, STEPS + 1):
        grads = {"x": params["x"] / 10, "y": 2 * params["y"]}
        slopes = {"x": expected["x"] / 10, "y": 2 * expected["y"]}
        optimizer.update(params, grads)
        expected = {key: equation(t, expected[key], slopes[key], memories[key]) for key in expected}
        for key in params:
            assert params[key][0] == pytest.approx(expected[key], rel=1e-9, abs=1e-12), f"step {t}, {key}"
    assert params["x"][0] ** 2 / 20 + params["y"][0] ** 2 < 7**2 / 20 + 2**2, "it has come down"


@pytest.mark.parametrize(("optimizer", "equation"), PUBLISHED, ids=lambda case: getattr(case, "__name__", ""))
def test_s3_1_a_compiled_model_goes_the_same_way(optimizer: Optimizer, equation: Equation) -> None:
    """y = w x with x = 1 and the loss (w - 1)^2, whose gradient is 2 (w - 1): 30 steps in compiled float32."""
    model = pl.Sequential([pl.layers.Dense(1, use_bias=False, kernel_initializer="zeros", input_dim=1)])
    model.compile(type(optimizer).from_config({**optimizer.get_config(), "learning_rate": optimizer.learning_rate}), "mse")
    ones = np.ones((STEPS, 1), "f")
    w, memory = 0.0, {}
    for t in range(1, STEPS + 1):
        w = equation(t, w, 2 * (w - 1), memory)
    model.fit(ones, ones, batch_size=1, verbose=0)
    assert model.get_weights()[0].item() == pytest.approx(w, rel=1e-4, abs=1e-5)
