"""Nested structures of tensors: one, or lists, tuples and dictionaries of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def flatten(structure: Any) -> list[Any]:
    """The leaves in order; None is an empty structure.

    >>> flatten({"a": 1, "b": [2, (3, 4)]})
    [1, 2, 3, 4]
    """
    if structure is None:
        return []
    if isinstance(structure, dict):
        return [leaf for value in structure.values() for leaf in flatten(value)]
    if isinstance(structure, list | tuple):
        return [leaf for value in structure for leaf in flatten(value)]
    return [structure]


def map_structure(function: Callable[[Any], Any], structure: Any) -> Any:
    """The same structure with ``function`` of each leaf.

    >>> map_structure(lambda n: n + 1, {"a": 1, "b": [2, 3]})
    {'a': 2, 'b': [3, 4]}
    """
    if structure is None:
        return None
    if isinstance(structure, dict):
        return {key: map_structure(function, value) for key, value in structure.items()}
    if isinstance(structure, list | tuple):
        return type(structure)(map_structure(function, value) for value in structure)
    return function(structure)


def pack_as(structure: Any, leaves: list[Any]) -> Any:
    """``leaves`` in the shape of ``structure``, the inverse of `flatten`."""
    if len(leaves) == 1 and not isinstance(structure, dict | list | tuple):
        return leaves[0]  # as nearly all models have it; a predictor of a small one takes ten microseconds in all
    remaining: Iterator[Any] = iter(leaves)
    return map_structure(lambda _: next(remaining), structure)
