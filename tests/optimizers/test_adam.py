from __future__ import annotations

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.optimizers import Adam


def one_step(gradient: float, **settings: float | bool) -> float:
    params = {"x": np.zeros(1)}
    Adam(learning_rate=1.0, **settings).update(params, {"x": np.array([gradient])})  # type: ignore[arg-type]
    return float(params["x"][0])


def test_the_first_step_is_as_long_as_the_rate() -> None:
    """m^ = g and v^ = g^2 at t = 1, so the step is g / (|g| + epsilon); or, by default, g / (|g| + epsilon / sqrt(0.001))."""
    assert one_step(5.0, epsilon_hat=False) == pytest.approx(-5 / (5 + 1e-7), rel=1e-12)
    assert one_step(-0.002, epsilon_hat=False) == pytest.approx(0.002 / (0.002 + 1e-7), rel=1e-12)
    assert one_step(-0.002) == pytest.approx(0.002 / (0.002 + 1e-7 / 0.001**0.5), rel=1e-12)


def test_where_epsilon_stands() -> None:
    """At t = 1 and g = epsilon: Algorithm 1 halves the step; beside the uncorrected sqrt(v) = sqrt(0.001) g epsilon weighs more.

    sqrt(0.001) / 0.1 * 0.1 e / (sqrt(0.001) e + e) = 0.0316227766 / 1.0316227766.
    """
    assert one_step(1e-4, epsilon=1e-4, epsilon_hat=False) == pytest.approx(-0.5, rel=1e-12)
    assert one_step(1e-4, epsilon=1e-4) == pytest.approx(-0.0316227766 / 1.0316227766, rel=1e-9)


def test_no_gradient_no_step() -> None:
    assert one_step(0.0) == 0.0


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [("beta_1", 1.0, ">= 0 and < 1"), ("beta_2", -0.1, ">= 0 and < 1"), ("epsilon", 0, "> 0")],
)
def test_refuses(name: str, value: float, rule: str) -> None:
    with pytest.raises(ArgumentError, match=f"Adam: {name} must be a number {rule}"):
        Adam(**{name: value})  # type: ignore[arg-type]
