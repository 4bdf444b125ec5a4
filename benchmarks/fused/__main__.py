"""Measures every row: ``python -m benchmarks.fused ROUNDS THREADS [PART OF A NAME]``; prints figures as JSON.

All rows run in this one process. In each round both sides of a row are measured, the other one first each time.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.fused.elementwise import streams
from benchmarks.fused.path import Path
from benchmarks.fused.row import USUAL, Row
from benchmarks.fused.rows import all_rows
from pellucid.engine.team import set_num_threads

_SECONDS = 0.02  # of each measurement
_PAUSE = 0.06  # until threads that spin while they wait have gone to sleep


@dataclass
class Timed:
    """A path that is measured again and again."""

    path: Path
    times: int = 0
    seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.path.run(1)
        started = time.perf_counter()
        self.path.run(2)
        self.times = max(2, round(_SECONDS / max((time.perf_counter() - started) / 2, 1e-7)))

    def measure(self) -> None:
        """Note the time of one run, out of many."""
        time.sleep(_PAUSE)
        self.path.run(1)
        started = time.perf_counter()
        self.path.run(self.times)
        self.seconds.append((time.perf_counter() - started) / self.times)

    @property
    def bytes_a_second(self) -> float:
        """Of the latest measurement."""
        return self.path.traffic / self.seconds[-1]


def measure(row: Row, rounds: int, ceilings: Sequence[Timed]) -> dict[str, object]:
    """One line of the table."""
    fused, plain = Timed(row.fused(USUAL)), Timed(row.plain(USUAL))
    for number in range(rounds):
        for side in (fused, plain) if number % 2 else (plain, fused):
            side.measure()
    times_faster = [a / b for a, b in zip(plain.seconds, fused.seconds, strict=True)]
    return {
        "path": row.path,
        "without": row.without,
        "fused": statistics.median(fused.seconds),
        "plain": statistics.median(plain.seconds),
        "ratio": statistics.median(times_faster),
        "least": min(times_faster),
        "most": max(times_faster),
        "share": _share_of_memory(row, rounds, ceilings),
    }


def _share_of_memory(row: Row, rounds: int, ceilings: Sequence[Timed]) -> float | None:
    """Bytes a second on long arrays, as a share of what the faster of two plain streams reaches in the same rounds."""
    if row.streamed is None:
        return None
    path = Timed(row.streamed(USUAL))
    shares = []
    for _ in range(rounds):
        for side in (path, *ceilings):
            side.measure()
        shares.append(path.bytes_a_second / max(c.bytes_a_second for c in ceilings))
    return statistics.median(shares)


def main(rounds: int, threads: int, part: str = "") -> None:
    set_num_threads(threads)
    answer: dict[str, list[dict[str, object]]] = {}
    ceilings = [Timed(stream) for stream in streams(USUAL)]
    for heading, rows in all_rows().items():
        chosen = [row for row in rows if part in row.path]
        answer[heading] = []
        for row in chosen:
            print(f"fused: {row.path}", file=sys.stderr, flush=True)
            answer[heading].append(measure(row, rounds, ceilings))
    print(json.dumps(answer))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
