"""Packages of many small files whose names are imported when somebody asks for them, so that a program loads what it uses."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any


def lazily(package: str) -> None:
    """Give a package all names that its ``if TYPE_CHECKING:`` block imports from its own files, each imported at its first use.

    So one block serves type checkers, readers and Python. To be called by the package's ``__init__``, with its name.
    """
    module = sys.modules[package]
    homes = dict(_imported(Path(str(module.__file__))))
    module.__class__ = _LazyPackage
    vars(module)["_homes"] = homes


class _LazyPackage(ModuleType):
    _homes: dict[str, tuple[str, str]]  # the module of each name, and what it is called there

    def __getattr__(self, name: str) -> Any:
        home = self._homes.get(name)
        if home is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        module, original = home
        if module == self.__name__:  # a package of the package
            return import_module(f"{module}.{original}")
        value = vars(self)[name] = getattr(import_module(module), original)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        # When a module is loaded, Python makes it an attribute of its package. A function of the same name comes first.
        home = self._homes.get(name) if isinstance(value, ModuleType) else None
        if home is None:
            super().__setattr__(name, value)
        elif home[0] == value.__name__:
            super().__setattr__(name, getattr(value, home[1]))

    def __dir__(self) -> list[str]:
        """What is public, where the package says so: what its machinery imports stays out of the way of completion."""
        held = vars(self)
        return sorted({*held.get("__all__", [*held, *self._homes]), *(name for name in held if name.startswith("__"))})


def _imported(file: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each name that the block imports, with its module and what it is called there."""
    for statement in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.If) and isinstance(statement.test, ast.Name) and statement.test.id == "TYPE_CHECKING":
            for line in statement.body:
                if isinstance(line, ast.ImportFrom) and line.module:
                    yield from ((alias.asname or alias.name, (line.module, alias.name)) for alias in line.names)
