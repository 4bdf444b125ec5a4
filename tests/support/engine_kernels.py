"""Kernels for tests of the engine: they count, check, fail and take time. Loaded by the name ``engine_kernels.FUNCTION``."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from pellucid.kernels import library
from pellucid.kernels.base import OK, find, float32s, int64s, kernel, share, unpack
from pellucid.kernels.objects import link

LINE = 8  # int64s from one rank's counter to the next


def load_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let programs find these kernels."""
    real = library.load

    monkeypatch.setattr(library, "load", lambda name: address_of(name) if name.startswith("engine_kernels.") else real(name))


@cache
def address_of(name: str) -> int:
    """Where a kernel of this file is, compiled anew in each process: only the library's own are kept."""
    with library._lock:
        return link({}, find(name).compile())


@kernel
def count(arguments: Any, rank: Any, ranks: Any) -> Any:
    """counters[rank] += 1."""
    (counters,) = unpack(arguments, 1)
    int64s(counters, LINE * rank)[0] += 1
    return OK


@kernel
def agree(arguments: Any, rank: Any, ranks: Any) -> Any:
    """Status 9 where a rank's counter is not this rank's: it has not come so far, or is ahead."""
    (counters,) = unpack(arguments, 1)
    mine = int64s(counters, LINE * rank)[0]
    for other in range(ranks):
        if int64s(counters, LINE * other)[0] != mine:
            return 9
    return OK


@kernel
def fail(arguments: Any, rank: Any, ranks: Any) -> Any:
    """counters[rank] += 1; a status where it has come to ``at`` on a rank whose bit is set in ``which``."""
    counters, which, at, status = unpack(arguments, 4)
    mine = int64s(counters, LINE * rank)
    mine[0] += 1
    if mine[0] == at and (which >> rank) & 1:
        return status
    return OK


@kernel
def ring(arguments: Any, rank: Any, ranks: Any) -> Any:
    """counters[rank] += 1; set the alarm where it has come to ``at`` on this rank."""
    counters, alarm, at, who = unpack(arguments, 4)
    mine = int64s(counters, LINE * rank)
    mine[0] += 1
    if mine[0] == at and rank == who:
        int64s(alarm, 0)[0] = 1
    return OK


@kernel
def work(arguments: Any, rank: Any, ranks: Any) -> Any:
    """Go over memory ``times`` times."""
    times, rows, row_size, x = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    v = float32s(x, low * row_size)
    for _ in range(times):
        for i in range((high - low) * row_size):
            v[i] = v[i] * 0.5 + 1.0
    return OK


@kernel
def double(arguments: Any, rank: Any, ranks: Any) -> Any:
    """y = 2 x, by rows."""
    rows, row_size, x, y = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    a, b = float32s(x, low * row_size), float32s(y, low * row_size)
    for i in range((high - low) * row_size):
        b[i] = 2 * a[i]
    return OK


@kernel
def double_one_too_many(arguments: Any, rank: Any, ranks: Any) -> Any:
    """y = 2 x, and 0 in the place after the last of y."""
    rows, row_size, x, y = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    a, b = float32s(x, low * row_size), float32s(y, low * row_size)
    for i in range((high - low) * row_size):
        b[i] = 2 * a[i]
    if rank == ranks - 1:
        b[(high - low) * row_size] = 0
    return OK


@kernel
def double_all_rows(arguments: Any, rank: Any, ranks: Any) -> Any:
    """y = 2 x, every rank all of it: the right values by a race."""
    rows, row_size, x, y = unpack(arguments, 4)
    a, b = float32s(x, 0), float32s(y, 0)
    for i in range(rows * row_size):
        b[i] = 2 * a[i]
    return OK


@kernel
def double_from_first_row(arguments: Any, rank: Any, ranks: Any) -> Any:
    """y = 2 x, but by what stands in x's first row, which is another rank's."""
    rows, row_size, x, y = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    a, b = float32s(x, 0), float32s(y, low * row_size)
    for i in range((high - low) * row_size):
        b[i] = 2 * a[i % row_size]
    return OK


@kernel
def triple(arguments: Any, rank: Any, ranks: Any) -> Any:
    """y = 3 x, by rows."""
    rows, row_size, x, y = unpack(arguments, 4)
    low, high = share(rows, rank, ranks)
    a, b = float32s(x, low * row_size), float32s(y, low * row_size)
    for i in range((high - low) * row_size):
        b[i] = 3 * a[i]
    return OK
