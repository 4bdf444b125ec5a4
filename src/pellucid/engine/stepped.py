"""Stepped mode, the debugger of the engine: PELLUCID_KERNELS=stepped.

The same program, call by call on one thread, each rank in turn and in changing order; guard bytes around every buffer; every
result held against the reference in float64. Slow, and loud: the first deviation ends the run and says where.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.engine.entry import Entry, PythonCall, Reference
from pellucid.engine.memory import ALIGNMENT, Memory, aligned, aligned_empty, resolve_aliases
from pellucid.engine.program import EntryFailed, Gate, Program
from pellucid.engine.races import races
from pellucid.engine.schedule import Schedule
from pellucid.engine.watch import watched
from pellucid.errors import KernelError
from pellucid.kernels import driver
from pellucid.kernels.call import Buffer, Call
from pellucid.kernels.status import OK

Array = npt.NDArray[Any]

_GUARD = 0xA5
_RELATIVE = 1e-4  # of the largest value: float32 sums of some thousand terms against float64
_NOISE = 16  # another order of the same sum errs otherwise; as in a gradient that is 0 but for rounding


class GuardedMemory(Memory):
    """A block of its own for each buffer, between guard bytes; filled with NaN, to show what is read before it is written."""

    def __init__(self) -> None:
        super().__init__()
        self._blocks: list[tuple[Buffer, Array]] = []

    def place(self, schedule: Schedule, kept: Iterable[Buffer]) -> int:
        total = 0
        bases = {id(a.buffer.base): a.buffer.base for entry in schedule.entries for a in entry.accesses}
        for buffer in bases.values():
            if buffer.array is not None:
                continue
            block = aligned_empty(aligned(buffer.nbytes) + 2 * ALIGNMENT)
            block[...] = _GUARD
            buffer.array = block[ALIGNMENT : ALIGNMENT + buffer.nbytes].view(buffer.dtype).reshape(buffer.shape)
            if buffer.dtype.kind == "f":
                buffer.array[...] = np.nan
            self._blocks.append((buffer, block))
            total += block.nbytes
        resolve_aliases(schedule)
        return total

    def check(self, entry: Entry) -> None:
        """Raise where a guard byte was overwritten."""
        for buffer, block in self._blocks:
            if (block[:ALIGNMENT] != _GUARD).any() or (block[ALIGNMENT + buffer.nbytes :] != _GUARD).any():
                raise KernelError(f"{entry.title} ({entry.label}) wrote outside of {buffer}.")


class Stepped(Program):
    """A program run call by call and checked."""

    def __init__(self, schedule: Schedule, ranks: int, memory: Memory, gate: Gate | None = None) -> None:
        super().__init__(schedule, ranks, gate)
        self._memory = memory
        self._turn = 0
        self._filled: set[int] = set()
        found = races(schedule, max(ranks, 2))
        if found:
            raise KernelError("The schedule has a race: " + "; ".join(map(str, found[:5])))

    @np.errstate(all="ignore")
    def run(self, steps: int = 1) -> int:
        for step in range(steps):
            expected: dict[int, list[_Expected | None]] = {}
            idle = self.gate is not None and self.gate.idle() > 0
            for index, entry in enumerate(self.schedule.entries):
                if entry.gated and idle:
                    continue
                if isinstance(entry.call, PythonCall):
                    entry.call.function()
                else:
                    self._run_checked(index, entry, expected, step)
        return steps

    def _run_checked(self, index: int, entry: Entry, expected: dict[int, list[_Expected | None]], step: int) -> None:
        reference = entry.reference
        if reference is not None and id(reference) not in expected and not _prepares(entry, reference, self._filled):
            expected[id(reference)] = _expected(reference)
        before = {} if reference is None else _values(reference)
        self._turn += 1
        order = list(range(self.ranks))
        if self._turn % 2:
            order.reverse()  # ranks keep no order inside a phase, so none may matter
        for rank in order:
            with watched(entry, rank, self.ranks):
                status = driver.call_alone(self._kernels[index], self._block_addresses[index], rank, self.ranks)
            if status != OK:
                raise EntryFailed(entry, int(status), step)
        if isinstance(self._memory, GuardedMemory):
            self._memory.check(entry)
        if reference is not None and id(reference) in expected:
            _compare(entry, reference, expected[id(reference)], before)


def _prepares(entry: Entry, reference: Reference, filled: set[int]) -> bool:
    """Whether a call only fills scratch memory of its group from one buffer, as where a kernel is laid out in another way.

    It may run long before the group's other inputs are there. ``filled``: what such calls have filled, to be added to.
    """
    results = {id(target) for target in reference.targets}
    if len({id(a.buffer) for a in entry.accesses if a.reading and not a.writing}) > 1:
        return False
    written = [a for a in entry.accesses if a.writing]
    if any(id(a.buffer) in results or (a.reading and id(a.buffer) not in filled) for a in written):
        return False
    filled.update(id(a.buffer) for a in written)
    return True


def _values(reference: Reference) -> dict[int, Array]:
    """What is there before: what a call adds to."""
    return {
        i: np.array(target.array, np.float64)
        for i, (target, add) in enumerate(zip(reference.targets, reference.accumulate, strict=True))
        if target is not None and add
    }


@dataclass(frozen=True)
class _Expected:
    values: Array
    noise: float
    """How far the same equation comes out elsewhere in the buffers' own precision: much, where large terms cancel."""


def _expected(reference: Reference) -> list[_Expected | None]:
    return [
        None if exact is None else _Expected(np.asarray(exact, np.float64), _largest(np.asarray(plain, np.float64) - exact))
        for exact, plain in zip(reference.compute(np.float64), reference.compute(None), strict=True)
    ]


def _largest(values: Array) -> float:
    return float(np.max(np.abs(values[np.isfinite(values)]), initial=0.0))


def _compare(entry: Entry, reference: Reference, expected: list[_Expected | None], before: dict[int, Array]) -> None:
    assert isinstance(entry.call, Call)
    written = {id(a.buffer) for a in entry.accesses if a.writing}
    for i, target in enumerate(reference.targets):
        due = expected[i]
        if target is None or id(target) not in written or due is None:
            continue
        want = due.values + before.get(i, 0.0)
        got = np.asarray(target.array, np.float64)
        both_strange = ~np.isfinite(want) & ~np.isfinite(got)
        error = np.where(both_strange, 0.0, np.abs(got - want))
        allowed = _RELATIVE * max(_largest(want), 1e-6) + _NOISE * due.noise
        if not (error <= allowed).all():
            place = np.unravel_index(int(np.argmax(np.where(np.isnan(error), np.inf, error))), error.shape)
            raise KernelError(
                f"{entry.title} ({entry.label}) gave {got[place]!r} in {target} at {tuple(map(int, place))}, where its "
                f"reference gives {want[place]!r}."
            )
