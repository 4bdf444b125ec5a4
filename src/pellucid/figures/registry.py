"""The figures by name."""

from __future__ import annotations

from typing import Any

from pellucid.errors import unknown_name
from pellucid.figures import cost
from pellucid.figures.picture import Picture

PICTURES: dict[str, Picture[Any]] = {module.PICTURE.name: module.PICTURE for module in (cost,)}


def get(name: str) -> Picture[Any]:
    """The figure of this name.

    Raises:
        ArgumentError: there is none; suggests the nearest.

    >>> get("cost").title.en
    'The cost of a weight'
    """
    if name not in PICTURES:
        raise unknown_name("figure", name, PICTURES)
    return PICTURES[name]
