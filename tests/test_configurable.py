from __future__ import annotations

import copy
from typing import Any

import pytest

import pellucid as pl
from pellucid.configurable import Configurable, Registry, serialize
from pellucid.errors import ArgumentError


class Shape(Configurable):
    def __init__(self, size: float = 1.0) -> None:
        self.size = size


class Circle(Shape):
    pass


class Group(Shape):
    def __init__(self, members: tuple[Shape, ...] = ()) -> None:
        self.members = members


def shapes() -> Registry[Shape]:
    return Registry[Shape]("shape", Shape, {Circle: ["disc"]})


def test_objects_within_objects_become_their_configurations() -> None:
    assert serialize(Group((Circle(2.0),))) == {
        "class_name": "Group",
        "config": {"members": [{"class_name": "Circle", "config": {"size": 2.0}}]},
    }


def test_names_without_case_and_underscores() -> None:
    registry = shapes()
    assert all(registry.find(name) is Circle for name in ["circle", "Circle", "DISC", "_disc"])
    assert registry.classes() == [Circle]


def test_a_users_class_becomes_known() -> None:
    registry = shapes()

    @registry.register()
    class Square(Shape):
        pass

    assert registry.get({"class_name": "Square", "config": {"size": 3}}).size == 3
    with pytest.raises(ArgumentError, match="Did you mean 'square'"):
        registry.get("squire")


def test_a_name_cannot_be_taken() -> None:
    registry = shapes()

    class Disc(Shape):
        pass

    with pytest.raises(ArgumentError, match=r"the name 'disc' belongs to .*Circle already"):
        registry.register()(Disc)
    assert registry.find("disc") is Circle


@pytest.mark.parametrize("identifier", [3, None, {"config": {}}, int, [Circle]])
def test_what_is_nothing_of_the_kind(identifier: object) -> None:
    with pytest.raises(ArgumentError, match="shape: pass a name, an instance of Shape"):
        shapes().get(identifier)


def test_what_a_subclass_leaves_to_its_base_is_kept() -> None:
    """Else a loaded model would train on with the defaults."""

    class Steady(pl.optimizers.Adam):
        def __init__(self, learning_rate: float = 0.01, **settings: Any) -> None:
            super().__init__(learning_rate, **settings)

    class Gentle(pl.losses.Huber):
        def __init__(self, factor: float = 1.0, **settings: Any) -> None:
            super().__init__(**settings)
            self.factor = factor

    optimizer = Steady(beta_1=0.5, clipnorm=2.0)
    again = Steady.from_config(optimizer.get_config())
    assert (again.beta_1, again.clipnorm, again.learning_rate) == (0.5, 2.0, 0.01)
    loss = Gentle.from_config(Gentle(2.0, delta=3.0).get_config())
    assert (loss.factor, loss.delta) == (2.0, 3.0)
    assert copy.deepcopy(optimizer).get_config() == optimizer.get_config()
