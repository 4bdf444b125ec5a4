"""Files of subclasses of functional and sequential models: the class comes back, or the file is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError, FileFormatError

X, Y = np.array([[1.0], [2.0]]), np.array([[3.0], [5.0]])


class Multiplied(pl.Model):
    """The loss, some times over."""

    def __init__(self, inputs: Any = None, outputs: Any = None, factor: float = 2.0, **settings: Any) -> None:
        super().__init__(inputs, outputs, **settings)
        self.factor = factor

    def compute_loss(self, *arguments: Any, **named: Any) -> pl.Tensor:
        return super().compute_loss(*arguments, **named) * self.factor


class Doubled(pl.Sequential):
    def compute_loss(self, *arguments: Any, **named: Any) -> pl.Tensor:
        return super().compute_loss(*arguments, **named) * 2


class Unregistered(Multiplied):
    """As its base, but unknown to `load_model`."""


class Line(pl.Model):
    """Builds itself, and leaves everything else to its base."""

    def __init__(self) -> None:
        x = pl.Input((1,))
        super().__init__(x, pl.layers.Dense(1, kernel_initializer="ones")(x))


class Steep(Line):
    def compute_loss(self, *arguments: Any, **named: Any) -> pl.Tensor:
        return super().compute_loss(*arguments, **named) * 2


pl.layers.register()(Multiplied)
pl.layers.register()(Doubled)


def graph(cls: type[pl.Model], **settings: Any) -> pl.Model:
    x = pl.Input((1,))
    return cls(x, pl.layers.Dense(1, kernel_initializer="ones")(x), **settings)


def compiled(model: pl.Model) -> pl.Model:
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize(
    ("make", "loss"),  # of predictions 1 and 2 for targets 3 and 5: (4 + 9) / 2, and so often
    [
        (lambda: graph(Multiplied), 13.0),
        (lambda: graph(Multiplied, factor=3.0, name="thrice"), 19.5),
        (lambda: Doubled([pl.Input((1,)), pl.layers.Dense(1, kernel_initializer="ones")]), 13.0),
    ],
)
def test_a_registered_subclass_comes_back(make: Any, loss: float, tmp_path: Path) -> None:
    model = compiled(make())
    model.save(tmp_path / "m")
    again = pl.load_model(tmp_path / "m")
    assert (type(again), again.name) == (type(model), model.name)
    assert model.evaluate(X, Y, verbose=0) == again.evaluate(X, Y, verbose=0) == loss
    assert type(type(model).from_config(model.get_config())) is type(model)


def test_a_nested_one_comes_back(tmp_path: Path) -> None:
    x = pl.Input((1,))
    pl.Model(x, graph(Multiplied, factor=5.0)(x)).save(tmp_path / "m")
    inner = pl.load_model(tmp_path / "m").layers[-1]
    assert (type(inner), inner.factor) == (Multiplied, 5.0)


def test_one_that_is_not_registered_is_refused(tmp_path: Path) -> None:
    graph(Unregistered).save(tmp_path / "m")
    with pytest.raises(FileFormatError, match=r"'Unregistered'.*@pellucid.layers.register\(\)"):
        pl.load_model(tmp_path / "m")


def test_one_that_only_builds_itself_needs_no_class(tmp_path: Path) -> None:
    Line().save(tmp_path / "m")
    again = pl.load_model(tmp_path / "m")
    assert type(again) is pl.Model
    np.testing.assert_array_equal(again.predict(X), X)


def test_one_whose_arguments_a_file_cannot_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"must take \(inputs, outputs, ..., \*\*settings\).*get_config and from_config"):
        Steep().save(tmp_path / "m")
    assert list(tmp_path.iterdir()) == []
