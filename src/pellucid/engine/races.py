"""The proof that a placed schedule has no race: byte by byte, phase by phase, for every pair of ranks.

The scheduler reasons about buffers and shares, the memory about lifetimes; this looks at nothing but addresses, so it finds
the mistakes of both.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from pellucid.engine.entry import Entry
from pellucid.engine.schedule import Schedule
from pellucid.kernels.call import Access, Share


@dataclass(frozen=True)
class Race:
    """Two ranks touch the same bytes in one phase, and at least one of them writes."""

    first: Entry
    second: Entry
    phase: int

    def __str__(self) -> str:
        return f"phase {self.phase}: {self.first.title} ({self.first.label}) and {self.second.title} ({self.second.label})"


@dataclass(frozen=True, slots=True)
class _Touch:
    start: int
    stop: int
    writing: bool
    rank: int
    entry: Entry
    access: Access


def races(schedule: Schedule, ranks: int) -> list[Race]:
    """All races of a schedule whose buffers are placed, on this many ranks; there should be none."""
    by_phase: dict[int, list[_Touch]] = defaultdict(list)
    for entry, phase in zip(schedule.entries, schedule.phases, strict=True):
        for access in entry.accesses:
            for rank in range(ranks):
                start, stop = bytes_touched(access, rank, ranks)
                if start < stop:
                    by_phase[phase].append(_Touch(start, stop, access.writing, rank, entry, access))
    return [race for phase, touches in by_phase.items() for race in _overlaps(touches, phase)]


def _overlaps(touches: list[_Touch], phase: int) -> list[Race]:
    found = []
    open_touches: list[_Touch] = []
    for touch in sorted(touches, key=lambda t: t.start):
        open_touches = [t for t in open_touches if t.stop > touch.start]
        found += [
            Race(other.entry, touch.entry, phase)
            for other in open_touches
            if other.rank != touch.rank and (other.writing or touch.writing) and not _are_parts(other, touch)
        ]
        open_touches.append(touch)
    return found


def _are_parts(one: _Touch, other: _Touch) -> bool:
    """Whether two ranks share a buffer out in one call, each a part of its own."""
    return one.access is other.access and one.access.share is Share.PARTS


def bytes_touched(access: Access, rank: int, ranks: int) -> tuple[int, int]:
    """First and last+1 address that this rank touches."""
    buffer = access.buffer
    start = buffer.address
    if access.share in (Share.ALL, Share.PARTS):
        return start, start + buffer.nbytes
    if access.share is Share.ONE:
        return (start, start + buffer.nbytes) if rank == 0 else (start, start)
    row = buffer.nbytes // buffer.rows if buffer.rows else 0
    return start + buffer.rows * rank // ranks * row, start + buffer.rows * (rank + 1) // ranks * row
