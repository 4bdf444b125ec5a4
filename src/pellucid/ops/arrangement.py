"""Tensors taken apart, repeated and turned round: arrangements that are made of others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from pellucid.autodiff import Tensor, as_tensor
from pellucid.autodiff.spec import OpenAxis
from pellucid.errors import ArgumentError, ShapeError
from pellucid.ops.broadcast_to import broadcast_to
from pellucid.ops.concatenate import concatenate
from pellucid.ops.reshape import expand_dims, ravel, reshape
from pellucid.ops.shapes import as_axes, positive_axes, positive_axis, without_open
from pellucid.ops.take import take

_ALL = slice(None)


def split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Tensor]:
    """Parts of ``x`` along ``axis``: so many equal ones, or cut before these places.

    Raises:
        ArgumentError: there is no such axis.
        ShapeError: the axis is not a multiple of the number of parts.

    >>> import pellucid as pl
    >>> [part.numpy().tolist() for part in pl.ops.split([1.0, 2.0, 3.0, 4.0], 2)]
    [[1.0, 2.0], [3.0, 4.0]]
    >>> [part.numpy().tolist() for part in pl.ops.split([1.0, 2.0, 3.0, 4.0], [1, 3])]
    [[1.0], [2.0, 3.0], [4.0]]
    """
    x = as_tensor(x)
    place = positive_axis(axis, x.ndim)
    n = _known(x, place, "split")
    if isinstance(indices_or_sections, int | np.integer):
        if indices_or_sections < 1 or n % indices_or_sections:
            raise ShapeError(f"split: {n} along axis {axis} cannot be cut into {indices_or_sections} equal parts.")
        seams = [n // indices_or_sections * i for i in range(1, indices_or_sections)]
    else:
        seams = list(indices_or_sections)
    return [x[(*(_ALL,) * place, slice(a, b))] for a, b in pairwise([None, *seams, None])]


def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[Tensor]:
    """The slices of ``x`` along ``axis``, which goes: what `stack` undoes.

    Raises:
        ArgumentError: there is no such axis, or it has another length than ``num``.

    >>> import pellucid as pl
    >>> [part.numpy().tolist() for part in pl.ops.unstack([[1.0, 2.0], [3.0, 4.0]], axis=1)]
    [[1.0, 3.0], [2.0, 4.0]]
    """
    x = as_tensor(x)
    place = positive_axis(axis, x.ndim)
    n = _known(x, place, "unstack")
    if num is not None and num != n:
        raise ArgumentError(f"unstack: num must be the length of axis {axis}, {n}. Received {num}.")
    return [x[(*(_ALL,) * place, i)] for i in range(n)]


def tile(x: Any, repeats: int | Sequence[int]) -> Tensor:
    """``x`` laid side by side, ``repeats`` times along each axis; fewer numbers are for the last axes.

    >>> import pellucid as pl
    >>> pl.ops.tile([[1.0, 2.0]], (2, 2)).numpy()
    array([[1., 2., 1., 2.],
           [1., 2., 1., 2.]], dtype=float32)
    """
    tiled = as_tensor(x)
    counts = _counts("tile", [repeats] if isinstance(repeats, int | np.integer) else list(repeats))
    counts = [1] * (tiled.ndim - len(counts)) + counts
    for _ in range(len(counts) - tiled.ndim):
        tiled = expand_dims(tiled, 0)
    for axis, count in enumerate(counts):
        if count != 1:
            tiled = _copied(tiled, axis, count, beside=True)
    return tiled


def repeat(x: Any, repeats: int | Sequence[int], axis: int | None = None) -> Tensor:
    """Each element along ``axis`` so many times in a row, or each its own number of times; None flattens ``x`` first.

    Raises:
        ArgumentError: a number is negative, there is another count of numbers than of elements, or no such axis.

    >>> import pellucid as pl
    >>> pl.ops.repeat([1.0, 2.0], 2).numpy(), pl.ops.repeat([1.0, 2.0], [1, 3]).numpy()
    (array([1., 1., 2., 2.], dtype=float32), array([1., 2., 2., 2.], dtype=float32))
    """
    x, axis = (ravel(x), 0) if axis is None else (as_tensor(x), axis)
    place = positive_axis(axis, x.ndim)
    if isinstance(repeats, int | np.integer):
        return _copied(x, place, _counts("repeat", [repeats])[0], beside=False)
    counts, n = _counts("repeat", list(repeats)), _known(x, place, "repeat")
    if len(counts) not in (1, n):
        raise ArgumentError(f"repeat: repeats must be one number, or one for each of {n} elements. Received {len(counts)}.")
    return take(x, np.repeat(np.arange(n), counts), axis=place)


def flip(x: Any, axis: int | Sequence[int] | None = None) -> Tensor:
    """``x`` turned round along an axis, several, or all for None.

    >>> import pellucid as pl
    >>> pl.ops.flip([[1.0, 2.0], [3.0, 4.0]], axis=1).numpy()
    array([[2., 1.],
           [4., 3.]], dtype=float32)
    """
    x = as_tensor(x)
    axes = positive_axes(as_axes(axis), x.ndim)
    turned: Tensor = x[tuple(slice(None, None, -1) if i in axes else _ALL for i in range(x.ndim))]
    return turned


def roll(x: Any, shift: int, axis: int) -> Tensor:
    """``x`` moved along ``axis``; what goes over the end comes in at the beginning.

    >>> import pellucid as pl
    >>> pl.ops.roll([1.0, 2.0, 3.0], 1, axis=0).numpy()
    array([3., 1., 2.], dtype=float32)
    """
    x = as_tensor(x)
    place = positive_axis(axis, x.ndim)
    n = _known(x, place, "roll")
    seam = -shift % n if n else 0
    return concatenate(split(x, [seam], place)[::-1], place) if seam else x


def _copied(x: Tensor, axis: int, count: int, *, beside: bool) -> Tensor:
    """The axis ``count`` times as long: the whole beside itself, or each element."""
    shape = x.shape
    wide = expand_dims(x, axis if beside else axis + 1)
    where = axis if beside else axis + 1
    spread = broadcast_to(wide, without_open((*wide.shape[:where], count, *wide.shape[where + 1 :])))
    return reshape(spread, without_open((*shape[:axis], shape[axis] * count, *shape[axis + 1 :])))


def _known(x: Tensor, axis: int, name: str) -> int:
    n = x.shape[axis]
    if isinstance(n, OpenAxis):
        raise ShapeError(f"{name}: axis {axis} is open, so its length is not known here. Received {x.spec}.")
    return int(n)


def _counts(name: str, values: list[Any]) -> list[int]:
    if not all(isinstance(n, int | np.integer) and n >= 0 for n in values):
        raise ArgumentError(f"{name}: repeats must be integers >= 0. Received {values}.")
    return [int(n) for n in values]
