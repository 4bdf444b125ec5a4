from __future__ import annotations

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.optimizers import SGD


def test_two_steps_by_hand() -> None:
    """f(x) = x^2 from 1, rate 0.1, momentum 0.5: v = -0.2, x = 0.8; v = -0.1 - 0.16 = -0.26, x = 0.54."""
    ball, optimizer = {"x": np.array([1.0])}, SGD(0.1, momentum=0.5)
    for _ in range(2):
        optimizer.update(ball, {"x": 2 * ball["x"]})
    assert ball["x"][0] == pytest.approx(0.54)


def test_nesterov_by_hand() -> None:
    """The same with a look ahead: v = -0.2, x = 1 - 0.1 - 0.2 = 0.7; v = -0.1 - 0.14 = -0.24, x = 0.7 - 0.12 - 0.14 = 0.44."""
    ball, optimizer = {"x": np.array([1.0])}, SGD(0.1, momentum=0.5, nesterov=True)
    for _ in range(2):
        optimizer.update(ball, {"x": 2 * ball["x"]})
    assert ball["x"][0] == pytest.approx(0.44)


@pytest.mark.parametrize("momentum", [-0.1, 1.1, float("nan"), "0.9"])
def test_refuses_a_momentum(momentum: object) -> None:
    with pytest.raises(ArgumentError, match="SGD: momentum must be a number >= 0 and <= 1"):
        SGD(momentum=momentum)  # type: ignore[arg-type]


def test_refuses_a_flag_that_is_none() -> None:
    with pytest.raises(ArgumentError, match="nesterov must be True or False"):
        SGD(nesterov="no")  # type: ignore[arg-type]
