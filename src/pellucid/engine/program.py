"""Program: the scheduled entries with addresses, and how they are run, measured and printed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.engine.entry import Entry, PythonCall
from pellucid.engine.schedule import Schedule
from pellucid.engine.team import team
from pellucid.errors import KernelError
from pellucid.kernels import library
from pellucid.kernels.call import Call
from pellucid.kernels.status import OK

Int64s = npt.NDArray[np.int64]

_ARGUMENTS = 32  # int64s in an argument block; a multiple of 8 keeps each on cache lines of its own


@dataclass(slots=True)
class _Segment:
    """Neighbouring native entries: one job for the team."""

    start: int
    stop: int
    job: Int64s
    address: int


@dataclass(frozen=True, slots=True)
class Gate:
    """At which steps the gated entries run: at the last of each ``period``, as the clock counts them."""

    period: int
    clock: Int64s

    def idle(self) -> int:
        """Steps until the next one at which they run."""
        return self.period - 1 - int(self.clock[0]) % self.period


class EntryFailed(KernelError):
    """A kernel's status ended the program. ``step`` counts from the beginning of the ``run`` that failed."""

    def __init__(self, entry: Entry, status: int, step: int) -> None:
        super().__init__(f"{entry.title} ({entry.label or 'no layer'}) ended with status {status} in step {step} of its run.")
        self.entry = entry
        self.status = status
        self.step = step


class Program:
    """The arrays that the driver runs: kernels' addresses, argument blocks, barriers; and Python calls between them."""

    def __init__(self, schedule: Schedule, ranks: int, gate: Gate | None = None) -> None:
        self.schedule = schedule
        self.ranks = ranks
        self.gate = gate
        self.times: list[float] | None = None
        count = len(schedule.entries)
        self._kernels = np.zeros(count, np.int64)
        # The same program with nothing in the place of gated entries, for steps that end without an update.
        self._idle_kernels = self._kernels if gate is None else _nothing(schedule)
        self._blocks = np.zeros((count, _ARGUMENTS), np.int64)
        self._block_addresses = self._blocks.ctypes.data + np.arange(count, dtype=np.int64) * self._blocks.strides[0]
        self._barriers = np.zeros(count, np.int64)
        for index, entry in enumerate(schedule.entries):
            if isinstance(entry.call, Call):
                self.set_call(index, entry.call)
            self._barriers[index] = index > 0 and schedule.phases[index] != schedule.phases[index - 1]
        self.renew_python_calls()

    def set_call(self, index: int, call: Call) -> None:
        """Write an entry's kernel and argument block (again, with other data)."""
        block = call.block()
        if len(block) > _ARGUMENTS:
            raise ValueError(f"{call.kernel}: {len(block)} arguments, of at most {_ARGUMENTS}")
        self._kernels[index] = library.load(call.kernel)
        if not self.schedule.entries[index].gated:
            self._idle_kernels[index] = self._kernels[index]
        self._blocks[index, : len(block)] = block

    def argument(self, index: int, number: int) -> Int64s:
        """An argument of an entry's call, to be written between two runs."""
        return self._blocks[index, number : number + 1]

    def renew_python_calls(self) -> None:
        """Take up calls of Python that were put in the place of others."""
        self._parts = self._segments(self._kernels)
        only = self._parts[0] if len(self._parts) == 1 else None
        self._whole = only if isinstance(only, _Segment) and self.gate is None else None  # the program as one job
        self._idle_parts = self._segments(self._idle_kernels, idle=True) if self.gate is not None else []

    def _segments(self, kernels: Int64s, idle: bool = False) -> list[_Segment | PythonCall]:
        parts: list[_Segment | PythonCall] = []
        start = 0
        entries = self.schedule.entries
        for index in range(len(entries) + 1):
            call = entries[index].call if index < len(entries) else None
            if isinstance(call, Call):
                continue
            if index > start:
                parts.append(self._segment(start, index, kernels))
            if call is not None and not (idle and entries[index].gated):
                parts.append(call)
            start = index + 1
        return parts

    def _segment(self, start: int, stop: int, kernels: Int64s) -> _Segment:
        job = np.array(
            [
                kernels.ctypes.data + 8 * start,
                self._block_addresses.ctypes.data + 8 * start,
                self._barriers.ctypes.data + 8 * start,
                stop - start,
            ],
            np.int64,
        )
        return _Segment(start, stop, job, int(job.ctypes.data))

    @property
    def is_native(self) -> bool:
        """Whether a run of many steps is one job, with no Python between."""
        return len(self._parts) == 1 and isinstance(self._parts[0], _Segment)

    def run(self, steps: int = 1) -> int:
        """Run all entries, ``steps`` times, or fewer where a signal came (see `alarm`); how many times.

        Raises:
            EntryFailed: a kernel returned a status other than OK; the rest of that step was not run.
        """
        if self._whole is not None:
            return self._run(self._whole, steps, 0)
        if self.gate is None:
            return self._run_parts(self._parts, steps, 0)
        done = 0
        while done < steps:
            idle = min(self.gate.idle(), steps - done)
            asked = idle or 1
            ran = self._run_parts(self._idle_parts if idle else self._parts, asked, done)
            done += ran
            if ran < asked:
                break
        return done

    def _run_parts(self, parts: Sequence[_Segment | PythonCall], steps: int, before: int) -> int:
        if len(parts) == 1 and isinstance(parts[0], _Segment):  # no Python between: many steps are one job
            return self._run(parts[0], steps, before)
        with np.errstate(all="ignore"):  # as the eager operations do
            for step in range(steps):
                for part in parts:
                    if isinstance(part, PythonCall):
                        part.function()
                    else:
                        self._run(part, 1, before + step)
        return steps

    def _run(self, segment: _Segment, steps: int, before: int) -> int:
        status, entry, done = team(self.ranks).run(segment.address, steps, self.ranks)
        if status != OK:
            raise EntryFailed(self.schedule.entries[segment.start + entry], status, before + done)
        return done

    @np.errstate(all="ignore")
    def profile(self, repeats: int, rewind: Callable[[], None]) -> list[float]:
        """Seconds of each entry, the median of several steps run entry by entry by all ranks."""
        alone = [self._segment(i, i + 1, self._kernels) for i in range(len(self.schedule.entries))]
        samples = np.zeros((repeats, len(alone)))
        for repeat in range(repeats):
            rewind()
            for index, (entry, segment) in enumerate(zip(self.schedule.entries, alone, strict=True)):
                start = time.perf_counter()
                if isinstance(entry.call, PythonCall):
                    entry.call.function()
                else:
                    self._run(segment, 1, repeat)
                samples[repeat, index] = time.perf_counter() - start
        rewind()
        self.times = [float(t) for t in np.median(samples, axis=0)]
        return self.times

    def __str__(self) -> str:
        counts = [
            _counted(len(self.schedule.entries), "entry", "entries"),
            _counted(self.schedule.barriers, "phase", "phases"),
            _counted(self.ranks, "rank", "ranks"),
        ]
        lines = [", ".join(counts)]
        for index, (entry, phase) in enumerate(zip(self.schedule.entries, self.schedule.phases, strict=True)):
            if index and phase != self.schedule.phases[index - 1]:
                lines.append("  " + "-" * 20 + " barrier")
            lines.append(f"  {index:3d} {_describe(entry)}{_time(self.times, index)}")
        return "\n".join(lines)


def _nothing(schedule: Schedule) -> Int64s:
    """The address of a kernel that does nothing, once for each entry; 0 where there are no kernels at all."""
    address = library.load("arrays.nothing") if any(e.is_native for e in schedule.entries) else 0
    return np.full(len(schedule.entries), address, np.int64)


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _describe(entry: Entry) -> str:
    kind = "" if entry.is_native else "  [python]"
    label = f" <{entry.label}>" if entry.label else ""
    return f"{entry.stage.value:22s} {entry.title:32s}{label:28s} {_touched(entry.accesses)}{kind}"


def _touched(accesses: Sequence[Any]) -> str:
    def names(pick: list[Any]) -> str:
        return ", ".join(f"{a.buffer.name}{list(a.buffer.shape)}" for a in pick)

    return f"{names([a for a in accesses if a.reading and not a.writing])} -> {names([a for a in accesses if a.writing])}"


def _time(times: list[float] | None, index: int) -> str:
    return f"  {times[index] * 1e6:8.1f} us" if times else ""
