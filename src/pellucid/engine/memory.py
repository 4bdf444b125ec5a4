"""Memory: places for a program's buffers in one aligned block, by lifetime.

Ranks are not in step inside a phase, so one of them may still read a buffer while another is entries ahead. Hence lifetimes are
counted in phases: two buffers may share memory only if a barrier stands between the last use of one and the first of the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pellucid.engine.schedule import Schedule
from pellucid.kernels.call import Buffer

ALIGNMENT = 64  # a cache line, and the widest vector


@dataclass(slots=True)
class _Lifetime:
    buffer: Buffer
    first: int
    last: int
    offset: int = -1

    @property
    def nbytes(self) -> int:
        return aligned(self.buffer.nbytes)


class Memory:
    """One block that plans of several batch sizes share: only one of them runs at a time, and no value outlives a run."""

    def __init__(self) -> None:
        self._block = aligned_empty(0)

    @property
    def nbytes(self) -> int:
        return self._block.nbytes

    def place(self, schedule: Schedule, kept: Iterable[Buffer]) -> int:
        """Give every buffer of the schedule that has no array yet its place; ``kept`` live through the whole step.

        Returns the bytes needed. A block that is too small is left to the plans that use it, and a larger one begun.
        """
        lifetimes = _lifetimes(schedule, {id(b.base) for b in kept})
        total = _assign(lifetimes)
        if total > self._block.nbytes:
            self._block = aligned_empty(total)
        for lifetime in lifetimes:
            buffer = lifetime.buffer
            piece = self._block[lifetime.offset : lifetime.offset + buffer.nbytes]
            buffer.array = piece.view(buffer.dtype).reshape(buffer.shape)
        resolve_aliases(schedule)
        return total


def aligned(nbytes: int) -> int:
    """The next multiple of ``ALIGNMENT``."""
    return -(-nbytes // ALIGNMENT) * ALIGNMENT


def aligned_empty(nbytes: int) -> npt.NDArray[np.uint8]:
    """Bytes whose address is a multiple of ``ALIGNMENT``, zeroed."""
    raw = np.zeros(nbytes + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + nbytes]


def _lifetimes(schedule: Schedule, kept: set[int]) -> list[_Lifetime]:
    found: dict[int, _Lifetime] = {}
    last_phase = schedule.phases[-1] if schedule.phases else 0
    for entry, phase in zip(schedule.entries, schedule.phases, strict=True):
        for access in entry.accesses:
            base = access.buffer.base
            if base.array is not None:
                continue
            lifetime = found.setdefault(id(base), _Lifetime(base, phase, phase))
            lifetime.last = phase
    for lifetime in found.values():
        if id(lifetime.buffer) in kept:
            lifetime.first, lifetime.last = 0, last_phase
    return list(found.values())


def _assign(lifetimes: list[_Lifetime]) -> int:
    """Largest first, each at the lowest offset where nothing that lives at the same time lies."""
    placed: list[_Lifetime] = []
    total = 0
    for lifetime in sorted(lifetimes, key=lambda t: -t.nbytes):
        neighbours = sorted(
            (other for other in placed if other.first <= lifetime.last and lifetime.first <= other.last),
            key=lambda t: t.offset,
        )
        offset = 0
        for other in neighbours:
            if offset + lifetime.nbytes <= other.offset:
                break
            offset = max(offset, other.offset + other.nbytes)
        lifetime.offset = offset
        placed.append(lifetime)
        total = max(total, offset + lifetime.nbytes)
    return total


def resolve_aliases(schedule: Schedule) -> None:
    """Give buffers that share another's memory their arrays, once that one has its place."""
    for entry in schedule.entries:
        for access in entry.accesses:
            buffer = access.buffer
            if buffer.array is None and buffer.base is not buffer:
                assert buffer.base.array is not None
                buffer.array = buffer.base.array.reshape(buffer.shape)
