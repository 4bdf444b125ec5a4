from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid import arguments
from pellucid.errors import ArgumentError


def test_numpys_numbers_pass_as_pythons() -> None:
    assert type(arguments.real("X", "x", np.float32(0.5))) is float
    assert type(arguments.integer("X", "n", np.int64(3))) is int
    assert arguments.flag("X", "f", np.bool(True)) is True


@pytest.mark.parametrize("value", [True, "1", None, float("nan"), float("-inf"), 1j, np.ones(1)])
def test_not_a_number(value: object) -> None:
    with pytest.raises(ArgumentError, match="X: x must be a finite number"):
        arguments.real("X", "x", value)


@pytest.mark.parametrize(("value", "right"), [(0, False), (1e-9, True), (1, True), (1.1, False)])
def test_bounds(value: float, right: bool) -> None:
    if right:
        assert arguments.real("X", "x", value, above=0, at_most=1) == value
    else:
        with pytest.raises(ArgumentError, match="X: x must be a number > 0 and <= 1"):
            arguments.real("X", "x", value, above=0, at_most=1)


@pytest.mark.parametrize("value", [2.0, True, "2", None, 1])
def test_not_an_integer(value: object) -> None:
    with pytest.raises(ArgumentError, match="X: n must be an integer >= 2"):
        arguments.integer("X", "n", value, at_least=2)


@pytest.mark.parametrize("value", [1, 0, "yes", None])
def test_not_a_flag(value: object) -> None:
    with pytest.raises(ArgumentError, match="X: f must be True or False"):
        arguments.flag("X", "f", value)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: pl.layers.Dense(3, activaton="relu"), r"Dense: .*'activaton'\. Did you mean 'activation'\? There are: units"),
        (lambda: pl.Sequential(nme="a"), r"Sequential: .*'nme'\. Did you mean 'name'"),
        (lambda: pl.optimizers.Adam(lr=0.1), r"Adam: .*'lr'\. There are: learning_rate"),
        (lambda: pl.losses.BinaryCrossentropy(from_logit=True), r"Did you mean 'from_logits'"),
        (lambda: pl.initializers.get({"class_name": "Constant", "config": {"valu": 3}}), r"Did you mean 'value'"),
    ],
)
def test_an_argument_that_there_is_not(make, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        make()
    with pytest.raises((TypeError, ArgumentError)):
        make()


def test_a_class_may_take_arguments_of_its_own() -> None:
    class Noted(pl.losses.MeanSquaredError):
        def __init__(self, **notes):
            super().__init__()
            self.notes = notes

    assert Noted(colour="red").notes == {"colour": "red"}


def test_a_name_is_suggested_only_where_it_is_near() -> None:
    with pytest.raises(ArgumentError, match=r"'distance' is not known\. Known: .*mean_squared_error"):
        pl.losses.get("distance")
    with pytest.raises(ArgumentError, match="Did you mean 'mean_squared_error'"):
        pl.losses.get("mean_squared_errors")
