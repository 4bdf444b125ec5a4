"""Jobs for a team, put together by hand from the kernels of ``engine_kernels``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.engine.team import Team
from tests.support import engine_kernels
from tests.support.engine_kernels import LINE


def address_of(name: str) -> int:
    """Of a kernel of ``engine_kernels``."""
    return engine_kernels.address_of(f"engine_kernels.{name}")


class Counters:
    """One counter a rank."""

    def __init__(self, ranks: int) -> None:
        self.words = np.zeros(LINE * ranks, np.int64)

    @property
    def address(self) -> int:
        return int(self.words.ctypes.data)

    @property
    def values(self) -> list[int]:
        return [int(n) for n in self.words[::LINE]]


class Job:
    """Kernels with their arguments; ``barriers`` are the entries before which one stands."""

    def __init__(self, calls: Sequence[tuple[Any, ...]], barriers: Sequence[int] = ()) -> None:
        self._kernels = np.array([address_of(name) for name, *_ in calls], np.int64)
        self._blocks = np.zeros((len(calls), 8), np.int64)
        for block, (_, *arguments) in zip(self._blocks, calls, strict=True):
            block[: len(arguments)] = arguments
        self._addresses = self._blocks.ctypes.data + np.arange(len(calls), dtype=np.int64) * self._blocks.strides[0]
        self._barriers = np.array([i in barriers for i in range(len(calls))], np.int64)
        arrays = (self._kernels, self._addresses, self._barriers)
        self._words = np.array([*(a.ctypes.data for a in arrays), len(calls)], np.int64)

    @property
    def address(self) -> int:
        return int(self._words.ctypes.data)

    def run(self, team: Team, steps: int, ranks: int) -> tuple[int, int, int]:
        return team.run(self.address, steps, ranks)


def counting(counters: Counters) -> Job:
    """Every rank counts; after a barrier all must agree; and another barrier ends the step."""
    return Job([("count", counters.address), ("agree", counters.address)], barriers=[1])


def run_some() -> None:
    """What a child process does that was forked or spawned."""
    from pellucid.engine.team import team

    for ranks in (1, 2, 3):
        counters = Counters(ranks)
        assert counting(counters).run(team(ranks), 5, ranks)[0] == 1
        assert counters.values == [5] * ranks
