"""The schedule: an order for a program's entries, with barriers only where a value crosses shares.

Inside a *phase*, ranks run free of each other. Two accesses to one buffer, at least one of them writing, are a
*conflict*; they keep their order. Without a barrier between them that order holds only if both touch the same elements on
the same rank, that is, if their splits are equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pellucid.engine.entry import Entry
from pellucid.kernels.call import Access

_MUCH_MEMORY = 16 << 20  # bytes


@dataclass(frozen=True)
class Schedule:
    """Entries in the order in which they run, each with the number of its phase (from 0)."""

    entries: tuple[Entry, ...]
    phases: tuple[int, ...]

    @property
    def barriers(self) -> int:
        """Barriers in one step, the one that ends it included."""
        return self.phases[-1] + 1 if self.phases else 0


def schedule(entries: Sequence[Entry]) -> Schedule:
    """Take, phase by phase, every entry whose conflicts allow it.

    An entry that must wait for a barrier does not hold up those behind it. So the chain of input gradients, each a row's own
    affair, runs to its end before any weight gradient, which reads all rows. A call of Python is a phase of its own.
    """
    before = _conflicts(entries)
    phase_of: dict[int, int] = {}
    ordered: list[int] = []
    waiting = list(range(len(entries)))
    phase = 0
    while waiting:
        first = waiting[0]
        if not entries[first].is_native:
            phase_of[first] = phase
            ordered.append(first)
            waiting = waiting[1:]
            phase += 1
            continue
        rest = []
        passed_python = False
        for index in waiting:
            passed_python = passed_python or not entries[index].is_native
            fits = not passed_python and all(
                other in phase_of and (without_barrier or phase_of[other] < phase) for other, without_barrier in before[index]
            )
            if fits:
                phase_of[index] = phase
                ordered.append(index)
            else:
                rest.append(index)
        waiting = rest
        phase += 1
    in_order = tuple(entries[i] for i in ordered)
    return Schedule(in_order, _parted(in_order, [phase_of[i] for i in ordered]))


def _parted(entries: Sequence[Entry], phases: Sequence[int]) -> tuple[int, ...]:
    """The phases, with a barrier more wherever entries between two have touched much memory: only then can it serve others.

    Such a part takes a millisecond and more, a barrier some microseconds.
    """
    parted: list[int] = []
    touched: set[int] = set()
    total, part = 0, -1
    for entry, phase, last in zip(entries, phases, [None, *phases], strict=False):
        own = {id(base): base.nbytes for a in entry.accesses if (base := a.buffer.base).array is None}
        new = sum(nbytes for buffer, nbytes in own.items() if buffer not in touched)
        if phase != last or total + new > _MUCH_MEMORY:
            part += 1
            touched, total, new = set(), 0, sum(own.values())
        touched.update(own)
        total += new
        parted.append(part)
    return tuple(parted)


def _conflicts(entries: Sequence[Entry]) -> list[list[tuple[int, bool]]]:
    """For each entry, those before it that it conflicts with, and whether the order holds without a barrier."""
    touched: dict[int, list[tuple[int, Access]]] = defaultdict(list)
    result: list[list[tuple[int, bool]]] = []
    for index, entry in enumerate(entries):
        found: dict[int, bool] = {}
        for access in entry.accesses:
            for other, earlier in touched[id(access.buffer.base)]:
                if access.writing or earlier.writing:
                    found[other] = found.get(other, True) and access.split == earlier.split
        for access in entry.accesses:
            touched[id(access.buffer.base)].append((index, access))
        result.append(list(found.items()))
    return result
