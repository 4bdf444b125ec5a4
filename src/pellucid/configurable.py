"""Objects made from a name or a configuration, which can say by what configuration they were made."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, Generic, Self, TypeVar

import numpy as np

from pellucid.arguments import refuse_unknown
from pellucid.errors import ArgumentError, unknown_name

T = TypeVar("T")


class Configurable:
    """Remembers the arguments of ``__init__`` as attributes of the same names, and gives them back as JSON can hold them.

    >>> import pellucid as pl
    >>> pl.constraints.MaxNorm(3.0).get_config()
    {'max_value': 3.0, 'axis': 0}
    >>> pl.constraints.MaxNorm.from_config({"max_value": 3.0})
    MaxNorm(max_value=3.0, axis=0)
    """

    _passed_on: tuple[str, ...]

    def __new__(cls, *args: Any, **named: Any) -> Self:
        parameters = inspect.signature(cls).parameters
        if named and not any(p.kind == p.VAR_KEYWORD for p in parameters.values()):
            refuse_unknown(cls, named)
        made = super().__new__(cls)
        made._passed_on = tuple(name for name in named if name not in parameters)
        return made

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this object again."""
        parameters = inspect.signature(type(self).__init__).parameters.values()
        named = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) and p.name != "self"]
        return {name: plain(getattr(self, name)) for name in (*named, *self._passed_on_settings())}

    def _passed_on_settings(self) -> list[str]:
        """Arguments that a subclass with ``**settings`` left to its base, which keeps them as attributes, too."""
        return [name for name in self._passed_on if hasattr(self, name)]

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """An object like the one whose ``get_config`` gave ``config``."""
        return cls(**config)

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({settings})"


def serialize(value: Any) -> dict[str, Any] | None:
    """``{"class_name": ..., "config": ...}`` of an object with ``get_config``; None of None."""
    if value is None:
        return None
    if not hasattr(value, "get_config"):
        raise ArgumentError(
            f"{getattr(value, '__name__', value)!r} has no get_config, so a file cannot hold it. Write a class that has one."
        )
    return {"class_name": type(value).__name__, "config": value.get_config()}


def plain(value: Any) -> Any:
    """``value`` as JSON can hold it: objects become their configuration, NumPy's numbers Python's."""
    if hasattr(value, "get_config"):
        return serialize(value)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    return value


class Registry(Generic[T]):
    """The classes of one kind by name: what turns ``"adam"`` or a stored configuration into an object.

    Names are compared without case and underscores, so ``"HeNormal"``, ``"he_normal"`` and ``"HE_NORMAL"`` are one.

    Args:
        what: the kind, for messages.
        base: what every class of the kind derives from.
        classes: each class with the names by which it is known beside its own.
        package, names: of further classes, which are imported from the package when they are asked for.
    """

    def __init__(
        self,
        what: str,
        base: type[Any],
        classes: Mapping[type[T], Iterable[str]],
        *,
        package: str = "",
        names: Iterable[str] = (),
    ) -> None:
        self.what = what
        self.base = base
        self._classes: dict[str, type[T]] = {}
        self._package = package
        self._not_imported = {_key(name): name for name in names}
        self._spelled = [snake_case(name) for name in self._not_imported.values()]
        for cls, aliases in classes.items():
            self.register(*aliases)(cls)

    def register(self, *aliases: str) -> Callable[[type[T]], type[T]]:
        """Decorator that makes a class known by its name and by ``aliases``; how users make theirs loadable.

        Raises:
            ArgumentError: another class has the name.
        """

        def add(cls: type[T]) -> type[T]:
            for name in (snake_case(cls.__name__), *aliases):
                known = self._known(_key(name))
                if known is None:
                    self._spelled.append(name)
                elif (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):  # a notebook's cell run again
                    raise ArgumentError(f"{self.what}: the name {name!r} belongs to {known.__module__}.{known.__name__} already.")
            self._classes.update((_key(name), cls) for name in (cls.__name__, *aliases))
            return cls

        return add

    def classes(self) -> list[type[T]]:
        """Every known class once, in the order in which they were registered."""
        for key in list(self._not_imported):
            self._known(key)
        return list(dict.fromkeys(self._classes.values()))

    def _known(self, key: str) -> type[T] | None:
        """The class of this key, imported if need be."""
        if key in self._not_imported:
            self._classes[key] = getattr(import_module(self._package), self._not_imported[key])
            del self._not_imported[key]
        return self._classes.get(key)

    def find(self, name: str) -> type[T]:
        """The class of this name.

        Raises:
            ArgumentError: the name is not known; the nearest one is suggested.
        """
        known = self._known(_key(name))
        if known is None:
            raise unknown_name(self.what, name, self._spelled)
        return known

    def get(self, identifier: Any) -> T:
        """The object for a name, a class, a configuration, or the object itself.

        Raises:
            ArgumentError: the name is not known, or ``identifier`` is nothing of the kind.
        """
        if isinstance(identifier, self.base):
            instance: T = identifier
            return instance
        if isinstance(identifier, str):
            return self._make(self.find(identifier), {})
        if isinstance(identifier, type) and issubclass(identifier, self.base):
            return self._make(identifier, {})
        if isinstance(identifier, Mapping) and isinstance(identifier.get("class_name"), str):
            return self._make(self.find(identifier["class_name"]), identifier.get("config") or {})
        raise ArgumentError(
            f"{self.what}: pass a name, an instance of {self.base.__name__}, or a dictionary with 'class_name' and 'config'. "
            f"Received {identifier!r}."
        )

    def _make(self, cls: type[T], config: Mapping[str, Any]) -> T:
        make: Any = getattr(cls, "from_config", None) or (lambda config: cls(**config))
        try:
            made: T = make(dict(config))
        except TypeError as error:
            raise ArgumentError(f"{self.what}: {cls.__name__} cannot be made from {dict(config)}: {error}.") from error
        return made


def snake_case(name: str) -> str:
    """
    >>> snake_case("MeanSquaredError"), snake_case("SGD"), snake_case("ReLU"), snake_case("Conv2DTranspose")
    ('mean_squared_error', 'sgd', 're_lu', 'conv2d_transpose')
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])", "_", name).lower()


def _key(name: str) -> str:
    return name.lower().replace("_", "")
