"""Streams: telling an iterable of batches from data, and looking at its first batch without losing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError


def is_stream(x: Any, y: Any = None) -> bool:
    """Whether ``x`` yields batches, rather than being the data."""
    if (
        isinstance(x, np.ndarray | Mapping | str | Tensor)
        or hasattr(x, "to_numpy")
        or hasattr(x, "__array__")
        or hasattr(x, "tocsr")
    ):
        return False
    if isinstance(x, list | tuple):
        return y is None and bool(x) and all(isinstance(batch, tuple) and not _is_row(batch) for batch in x)
    return isinstance(x, Iterable)


def _is_row(values: tuple[Any, ...]) -> bool:
    """Whether these are the numbers of one sample, as in ``[(0, 0), (0, 1)]``, rather than the parts of a batch."""
    return bool(values) and isinstance(values[0], int | float | np.number)


def peek(argument: str, stream: Iterable[Any]) -> tuple[Any, Iterable[Any]]:
    """The first batch, which tells the shapes, and an iterable that still yields it."""
    iterator = iter(stream)
    told = stream.state() if iterator is stream and hasattr(stream, "state") and hasattr(stream, "load_state") else None
    try:
        first = next(iterator)
    except StopIteration:
        raise ArgumentError(f"{argument}: the iterable of batches is empty.") from None
    if iterator is not stream:
        return first, stream  # can be iterated from the start again
    return first, _Resumed(first, iterator) if told is None else _Telling(first, iterator, told)


class _Resumed:
    """An iterator with the item that was taken from it put back in front."""

    def __init__(self, first: Any, rest: Iterable[Any]) -> None:
        self._items: list[Any] = [first]
        self._rest = iter(rest)

    def __iter__(self) -> _Resumed:
        return self

    def __next__(self) -> Any:
        return self._items.pop() if self._items else next(self._rest)


class _Telling(_Resumed):
    """The same of an iterator that can tell its state and take it up again."""

    def __init__(self, first: Any, rest: Any, before: Any) -> None:
        super().__init__(first, rest)
        self._stream = rest
        self._before = before

    def state(self) -> Any:
        return self._before if self._items else self._stream.state()

    def load_state(self, state: Any) -> None:
        self._items.clear()
        self._stream.load_state(state)


def refuse_with_stream(owner: str, **arguments: Any) -> None:
    """Refuse what a stream's batches bring themselves.

    Raises:
        ArgumentError: one of ``arguments`` was given.
    """
    for name, value in arguments.items():
        if value is not None and not (isinstance(value, int | float) and value == 0):
            raise ArgumentError(f"{owner}: {name} must be left out where x is an iterable of batches, which brings its own.")
