"""Constraints, worked by hand, as twins, and in training; each comes back from its configuration."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import constraints
from pellucid.constraints import Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm
from pellucid.errors import ArgumentError
from pellucid.kernels.call import Buffer
from tests.support.calls import run_calls

# Columns of norms 5, 0 and 1.
W = np.array([[3.0, 0.0, -0.6], [4.0, 0.0, 0.8]])
WORKED: dict[str, tuple[Constraint, Any]] = {
    "max_norm": (MaxNorm(2.0), [[1.2, 0, -0.6], [1.6, 0, 0.8]]),
    "max_norm of rows": (MaxNorm(1.5, axis=1), W * [[1.5 / 9.36**0.5], [1.5 / 16.64**0.5]]),
    "max_norm of all": (MaxNorm(1.0, axis=[0, 1]), W / 26**0.5),
    "unit_norm": (UnitNorm(), [[0.6, 0, -0.6], [0.8, 0, 0.8]]),
    "non_neg": (NonNeg(), [[3, 0, 0], [4, 0, 0.8]]),
    "min_max_norm": (MinMaxNorm(2.0, 3.0), [[1.8, 0, -1.2], [2.4, 0, 1.6]]),
    "min_max_norm, half the way": (MinMaxNorm(2.0, 3.0, rate=0.5), [[2.4, 0, -0.9], [3.2, 0, 1.2]]),
}
every = pytest.mark.parametrize(("constraint", "expected"), WORKED.values(), ids=WORKED)


def test_each_is_tested() -> None:
    assert {type(c) for c, _ in WORKED.values()} == set(constraints.registry.classes())


@every
def test_worked_by_hand(constraint: Constraint, expected: Any) -> None:
    np.testing.assert_allclose(constraint(pl.tensor(W)).numpy(), expected, rtol=1e-6, atol=1e-12)


@every
def test_comes_back_from_its_configuration(constraint: Constraint, expected: Any) -> None:
    again = constraints.get(json.loads(json.dumps(constraints.serialize(constraint))))
    assert type(again) is type(constraint)
    np.testing.assert_allclose(again(pl.tensor(W)).numpy(), expected, rtol=1e-6, atol=1e-12)


SHAPES: list[tuple[int, ...]] = [(5, 7), (5,), (1, 1), (2, 3, 4), (0, 3), (3, 0)]
TWINS = [(c, s) for c in (NonNeg(), MaxNorm(0.5), UnitNorm(), MinMaxNorm(0.5, 0.7, 0.5)) for s in SHAPES]
TWINS += [(MaxNorm(0.5, axis=[0, 1]), s) for s in SHAPES if len(s) > 1]


@pytest.mark.parametrize("ranks", [1, 3, 7])
@pytest.mark.parametrize(("constraint", "shape"), TWINS, ids=str)
def test_twin(constraint: Constraint, shape: tuple[int, ...], ranks: int) -> None:
    w = np.random.default_rng(0).normal(size=shape).astype("float32")
    exact = constraint(pl.tensor(w.astype("float64"))).numpy()
    calls = constraint.bind(Buffer.around(w))
    assert calls is not None
    for buffer in {id(a.buffer): a.buffer for c in calls for a in c.accesses}.values():
        if buffer.array is None:
            buffer.array = np.full(buffer.shape, np.nan, buffer.dtype)
    run_calls(calls, ranks)
    np.testing.assert_allclose(w, exact, rtol=2e-6, atol=1e-12)


def test_no_twin_where_units_are_rows() -> None:
    assert MaxNorm(axis=1).bind(Buffer((4, 3), "float32")) is None


@every
def test_no_twin_for_float64(constraint: Constraint, expected: Any) -> None:
    assert constraint.bind(Buffer((4, 3), "float64")) is None


@every
@pytest.mark.parametrize("eagerly", [False, True])
def test_held_after_each_update(constraint: Constraint, expected: Any, eagerly: bool) -> None:
    """What is held to a constraint stays where it is under it, but for the ten-millionth in the denominator."""
    pl.utils.set_random_seed(0)
    model = pl.Sequential([pl.layers.Dense(3, kernel_constraint=constraint, input_dim=4)])
    model.compile(pl.optimizers.SGD(0.5), "mse", run_eagerly=eagerly)
    x = np.random.default_rng(0).normal(size=(12, 4)).astype("f")
    model.fit(x, 3 * x[:, :3], batch_size=4, verbose=0)
    kernel = model.get_weights()[0]
    if getattr(constraint, "rate", 1.0) == 1.0:
        np.testing.assert_allclose(constraint(pl.tensor(kernel)).numpy(), kernel, rtol=1e-5, atol=1e-7)


def test_a_function_is_a_constraint() -> None:
    model = pl.Sequential([pl.layers.Dense(2, kernel_constraint=lambda w: pl.ops.clip(w, -0.1, 0.1), input_dim=2)])
    model.compile(pl.optimizers.SGD(1.0), "mse")
    x = np.eye(2, dtype="f")
    model.fit(x, 5 * x, verbose=0)
    assert np.abs(model.get_weights()[0]).max() == np.float32(0.1)


def test_names() -> None:
    assert constraints.get(None) is None
    assert isinstance(constraints.get("non_neg"), NonNeg)
    assert isinstance(pl.layers.Dense(1, bias_constraint="max_norm").bias_constraint, MaxNorm)
    with pytest.raises(ArgumentError, match="constraint: 'max_nrom' is not known"):
        constraints.get("max_nrom")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MaxNorm(-1), "max_value must be a number >= 0"),
        (lambda: MaxNorm(axis=0.5), "axis must be an integer"),
        (lambda: MaxNorm(axis=[]), "axis must name at least one axis"),
        (lambda: MinMaxNorm(2, 1), "min_value must not exceed max_value"),
        (lambda: MinMaxNorm(rate=0), "rate must be a number > 0 and <= 1"),
        (lambda: UnitNorm(axis=2)(pl.tensor(W)), r"axis=2 does not fit a parameter of shape \(2, 3\)"),
    ],
)
def test_refuses(make: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make()
