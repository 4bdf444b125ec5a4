"""Checks of arguments at the door: each names its owner, the argument, the rule and what was received."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeGuard

import numpy as np

from pellucid.errors import ArgumentError, UnknownArgumentError, nearest

_LONGEST_NAME = 200


def real(
    owner: str,
    name: str,
    value: Any,
    *,
    at_least: float | None = None,
    above: float | None = None,
    at_most: float | None = None,
    below: float | None = None,
) -> float:
    """``value`` as a finite float within the bounds.

    >>> real("Dropout", "rate", 1.5, at_least=0, below=1)
    Traceback (most recent call last):
    pellucid.errors.ArgumentError: Dropout: rate must be a number >= 0 and < 1. Received 1.5.
    """
    bounds = {">=": at_least, ">": above, "<=": at_most, "<": below}
    rule = " and ".join(f"{sign} {bound:g}" for sign, bound in bounds.items() if bound is not None)
    right = (
        isinstance(value, int | float | np.integer | np.floating)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and (at_least is None or value >= at_least)
        and (above is None or value > above)
        and (at_most is None or value <= at_most)
        and (below is None or value < below)
    )
    if not right:
        kind = f"a number {rule}" if rule else "a finite number"
        raise ArgumentError(f"{owner}: {name} must be {kind}. Received {value!r}.")
    return float(value)


def is_integer(value: Any, at_least: int | None = None) -> TypeGuard[int]:
    """Whether ``value`` is an integer, Python's or NumPy's, and no truth value.

    >>> is_integer(np.int64(3), at_least=1), is_integer(True), is_integer(3.0)
    (True, False, False)
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return whole and bool(at_least is None or value >= at_least)


def integer(owner: str, name: str, value: Any, *, at_least: int | None = None) -> int:
    """``value`` as an int; a float is refused even where it is whole, because it is most often a slip.

    >>> integer("Dense", "units", 0, at_least=1)
    Traceback (most recent call last):
    pellucid.errors.ArgumentError: Dense: units must be an integer >= 1. Received 0.
    """
    if not is_integer(value, at_least):
        rule = "an integer" if at_least is None else f"an integer >= {at_least}"
        raise ArgumentError(f"{owner}: {name} must be {rule}. Received {value!r}.")
    return int(value)


def flag(owner: str, name: str, value: Any) -> bool:
    """``value`` as a bool; other truth values are refused.

    >>> flag("SGD", "nesterov", "no")
    Traceback (most recent call last):
    pellucid.errors.ArgumentError: SGD: nesterov must be True or False. Received 'no'.
    """
    if not isinstance(value, bool | np.bool):
        raise ArgumentError(f"{owner}: {name} must be True or False. Received {value!r}.")
    return bool(value)


def layer_name(owner: str, value: Any) -> str:
    """``value`` as the name of a layer, which stands in messages, summaries and files, with slashes between such names.

    >>> layer_name("Dense", "block/1")
    Traceback (most recent call last):
    pellucid.errors.ArgumentError: Dense: name must be printable text of 1 to 200 characters without '/'. Received 'block/1'.
    """
    if not (isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME and value.isprintable() and "/" not in value):
        raise ArgumentError(
            f"{owner}: name must be printable text of 1 to {_LONGEST_NAME} characters without '/'. Received {value!r:.80}."
        )
    return value


def sample_shape(owner: str, name: str, shape: Any) -> tuple[int | None, ...]:
    """The shape of one sample, without the batch axis; None stands for an open axis.

    >>> sample_shape("Input", "shape", 784)
    Traceback (most recent call last):
    pellucid.errors.ArgumentError: Input: shape must be a tuple, such as (784,). Received 784.
    """
    if isinstance(shape, str) or not isinstance(shape, Sequence):
        raise ArgumentError(f"{owner}: {name} must be a tuple, such as (784,). Received {shape!r}.")
    if not all(n is None or is_integer(n, at_least=1) for n in shape):
        raise ArgumentError(f"{owner}: every axis of {name} must be a positive integer or None. Received {tuple(shape)}.")
    return tuple(None if n is None else int(n) for n in shape)


def refuse_unknown(cls: type, given: Iterable[str]) -> None:
    """Refuse arguments that no ``__init__`` of the class and its bases takes, naming the nearest.

    >>> from pellucid.layers import Dense
    >>> refuse_unknown(Dense, ["activaton"])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pellucid.errors.UnknownArgumentError: Dense: there is no argument 'activaton'. Did you mean 'activation'? There are: ...
    """
    known = _names(cls)
    for name in given:
        if name not in known:
            near = nearest(name, known)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise UnknownArgumentError(f"{cls.__name__}: there is no argument {name!r}.{hint} There are: {', '.join(known)}.")


@cache
def _names(cls: type) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for base in cls.__mro__[:-1]:
        if "__init__" in vars(base):
            parameters = list(inspect.signature(vars(base)["__init__"]).parameters.values())[1:]
            names.update((p.name, None) for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY))
            if not any(p.kind == p.VAR_KEYWORD for p in parameters):
                break
    return tuple(names)
