"""Entries made by hand, of kernels that need not exist, and random programs of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from pellucid.engine.entry import Entry, PythonCall, Stage
from pellucid.engine.schedule import Schedule
from pellucid.kernels.call import Access, Buffer, Call, Share, reads, updates, writes


def native(title: str, *accesses: Access) -> Entry:
    return Entry(Call("fake.kernel", *accesses), Stage.FORWARD, title, "")


def python(title: str, inputs: Sequence[Buffer] = (), outputs: Sequence[Buffer] = ()) -> Entry:
    return Entry(PythonCall(lambda: None, list(inputs), list(outputs)), Stage.FORWARD, title, "")


def phases_of(schedule: Schedule) -> dict[str, int]:
    """The phase of each entry, by title."""
    return {e.title: p for e, p in zip(schedule.entries, schedule.phases, strict=True)}


_SHAPES = [(4, 6), (6, 4), (24,), (2, 12), (1, 24), (3, 8)]  # of one memory, under several first axes


@st.composite
def programs(draw: st.DrawFn) -> list[Entry]:
    """Random entries on a few buffers and aliases of them; nothing is read before all of it was written."""
    bases = [Buffer(draw(st.sampled_from(_SHAPES)), "float32", f"b{i}") for i in range(draw(st.integers(1, 4)))]
    views = [[base, *(Buffer(s, "float32", f"{base.name}{s}", alias_of=base) for s in _SHAPES)] for base in bases]
    written: set[int] = set()
    entries = []
    for number in range(draw(st.integers(1, 12))):
        touched = draw(st.lists(st.sampled_from(range(len(bases))), min_size=1, max_size=3, unique=True))
        as_python = draw(st.integers(0, 9)) == 0
        accesses: list[Access] = []
        for which in touched:
            view = draw(st.sampled_from(views[which]))
            kind = draw(st.sampled_from(["read", "write", "update"])) if which in written else "write"
            share = draw(st.sampled_from([Share.ROWS, Share.ROWS, Share.ONE, *([Share.ALL] * 2 if kind == "read" else [])]))
            accesses.append({"read": reads, "write": writes, "update": updates}[kind](view, share))
            written.add(which)
        if as_python:
            inputs, outputs = [a.buffer for a in accesses if a.reading], [a.buffer for a in accesses if a.writing]
            entries.append(python(f"e{number}", inputs, outputs))
        else:
            entries.append(native(f"e{number}", *accesses))
    return entries


@dataclass
class Simulation:
    """What every rank of every entry reads, where values are told by who wrote them: an execution without numbers."""

    ranks: int
    cells: dict[int, object]
    seen: dict[tuple[str, int], tuple[object, ...]]

    @classmethod
    def begin(cls, ranks: int) -> Simulation:
        return cls(ranks, {}, {})

    def step(self, entry: Entry, rank: int) -> None:
        values = [self.cells.get(c) for a in entry.accesses if a.reading for c in self._cells(a, rank)]
        self.seen[entry.title, rank] = tuple(values)
        token = hash((entry.title, rank, tuple(values)))
        for access in entry.accesses:
            if access.writing:
                first = access.buffer.address
                self.cells.update({cell: (token, cell - first) for cell in self._cells(access, rank)})

    def _cells(self, access: Access, rank: int) -> range:
        buffer, ranks = access.buffer, self.ranks
        low, high = 0, buffer.rows
        if access.share is Share.ROWS:
            low, high = buffer.rows * rank // ranks, buffer.rows * (rank + 1) // ranks
        elif access.share is Share.ONE and rank > 0:
            high = 0
        row = 4 * buffer.row_size
        return range(buffer.address + low * row, buffer.address + high * row, 4)


def in_order(entries: Sequence[Entry], ranks: int) -> Simulation:
    """Entry after entry, as written."""
    simulation = Simulation.begin(ranks)
    for entry in entries:
        for rank in range(ranks):
            simulation.step(entry, rank)
    return simulation


def interleaved(schedule: Schedule, ranks: int, seed: int) -> Simulation:
    """As ranks may run it: in a phase each goes through its entries at a pace of its own."""
    chance = random.Random(seed)
    simulation = Simulation.begin(ranks)
    for phase in sorted(set(schedule.phases)):
        mine = [e for e, p in zip(schedule.entries, schedule.phases, strict=True) if p == phase]
        paces = [rank for rank in range(ranks) for _ in mine]
        if chance.random() < 0.5:
            chance.shuffle(paces)
        else:  # one rank far ahead of the others
            paces.sort(key=lambda rank: (rank * 7 + seed) % ranks)
        place = [0] * ranks
        for rank in paces:
            simulation.step(mine[place[rank]], rank)
            place[rank] += 1
    return simulation
