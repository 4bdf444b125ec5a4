"""outline: a network without memory for its weights, to be looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pellucid.layers.room import without_values
from pellucid.models import Model

M = TypeVar("M", bound=Model)


def outline(make: Callable[[], M]) -> M:
    """The network that ``make`` returns, without memory for its weights: shapes, counts and summary of a net of any size.

    Its weights read as zeros and cannot be written.

    >>> from pellucid.networks import vgg16
    >>> outline(vgg16).count_params()
    138357544
    """
    with without_values():
        return make()
