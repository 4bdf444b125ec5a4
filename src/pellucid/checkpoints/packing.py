"""Packing: nested states as JSON and named arrays, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.errors import ArgumentError, FileFormatError

Array = npt.NDArray[Any]

_ARRAY = "$array"


def pack(state: Any, prefix: str) -> tuple[Any, dict[str, Array]]:
    """``state`` as JSON can hold it, and the arrays in it by name.

    Args:
        state: dictionaries with names as keys, lists, tuples (which come back as lists), text, numbers, None, NumPy arrays.
        prefix: with which the arrays' names begin.

    Raises:
        ArgumentError: there is something else in it; says where.

    >>> pack({"wait": 3, "best": [np.float32(0.5), np.zeros(2)]}, "callback:")
    ({'wait': 3, 'best': [0.5, {'$array': 'callback:0'}]}, {'callback:0': array([0., 0.])})
    """
    arrays: dict[str, Array] = {}

    def plain(value: Any, place: str) -> Any:
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
            name = f"{prefix}{len(arrays)}"
            arrays[name] = value
            return {_ARRAY: name}
        if isinstance(value, np.generic) and value.dtype.kind in "fiub":
            return value.item()
        if value is None or isinstance(value, str | bool | int | float):
            return value
        if isinstance(value, list | tuple):
            return [plain(inner, f"{place}[{i}]") for i, inner in enumerate(value)]
        if isinstance(value, Mapping) and all(isinstance(key, str) and key != _ARRAY for key in value):
            return {key: plain(inner, f"{place}[{key!r}]") for key, inner in value.items()}
        raise ArgumentError(
            f"{place}: a checkpoint holds numbers, text, None, NumPy arrays of numbers, and lists and dictionaries (with text as "
            f"keys) of them. Received {type(value).__name__}."
        )

    return plain(state, "state"), arrays


def unpack(plain: Any, arrays: Mapping[str, Array]) -> Any:
    """The inverse of `pack`.

    Raises:
        FileFormatError: an array is missing.
    """
    if isinstance(plain, list):
        return [unpack(inner, arrays) for inner in plain]
    if not isinstance(plain, dict):
        return plain
    if set(plain) == {_ARRAY}:
        name = plain[_ARRAY]
        if not isinstance(name, str) or name not in arrays:
            raise FileFormatError(f"the array {name!r:.80} of the state is missing.")
        return arrays[name]
    return {key: unpack(inner, arrays) for key, inner in plain.items()}
