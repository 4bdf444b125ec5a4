"""Groups: settings for some of an optimizer's parameters, by patterns on their names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from pellucid.configurable import plain
from pellucid.errors import ArgumentError


class Groups:
    """Settings by pattern; a later pattern that fits counts above an earlier one.

    Args:
        owner: the optimizer's class, for messages.
        settings: by pattern (``*``, ``?`` and ``[...]``, as in `fnmatch`).
        allowed: what a group may have for itself.

    Raises:
        ArgumentError: a group has something else.

    >>> groups = Groups("SGD", {"*/bias": {"momentum": 0.0}, "head/*": {"learning_rate": 0.5}}, ["learning_rate", "momentum"])
    >>> groups.settings("head/bias"), groups.settings("body/kernel")
    ({'momentum': 0.0, 'learning_rate': 0.5}, {})
    """

    def __init__(self, owner: str, settings: Mapping[str, Mapping[str, Any]], allowed: Collection[str]) -> None:
        self._owner = owner
        self._by_pattern = {str(pattern): dict(own) for pattern, own in settings.items()}
        for pattern, own in self._by_pattern.items():
            if strange := [name for name in own if name not in allowed]:
                raise ArgumentError(
                    f"{owner}: groups[{pattern!r}] cannot have {', '.join(map(repr, strange))}. It may have "
                    f"{', '.join(sorted(allowed))}."
                )

    def settings(self, path: str) -> dict[str, Any]:
        """What the groups say of the parameter of this name."""
        found: dict[str, Any] = {}
        for pattern, own in self._by_pattern.items():
            if fnmatchcase(path, pattern):
                found |= own
        return found

    def as_given(self) -> dict[str, dict[str, Any]] | None:
        """Settings by pattern; None where there are none."""
        return self._by_pattern or None

    def to_config(self) -> dict[str, dict[str, Any]] | None:
        """``as_given``, as JSON can hold it."""
        return {pattern: plain_mapping(own) for pattern, own in self._by_pattern.items()} or None

    def put_last(self, pattern: str, **settings: Any) -> None:
        """Settings that count above all others."""
        self._by_pattern[pattern] = {**self._by_pattern.pop(pattern, {}), **settings}

    def require_used(self, paths: Iterable[str]) -> None:
        """Refuse a group that fits none of a model's parameters: most often a slip.

        Raises:
            ArgumentError: a pattern fits none.
        """
        known = list(paths)
        for pattern in self._by_pattern:
            if not any(fnmatchcase(path, pattern) for path in known):
                raise ArgumentError(
                    f"{self._owner}: the group {pattern!r} fits no parameter. There are: {', '.join(known)}. Give layers "
                    "names of their own, as automatic ones depend on what was made before."
                )


def plain_mapping(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as JSON can hold them."""
    return {name: plain(value) for name, value in settings.items()}
