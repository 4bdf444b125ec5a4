"""A campaign of fuzzing in a process of its own: what it may take is bounded."""

from __future__ import annotations

import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from tests.fuzz.loaders import LOADERS, refused_or_read

SECONDS = 2.0  # processor time that a file may take; more is a hang
MEMORY = 1 << 30  # bytes beyond what the process has when it begins


class Hang(BaseException):
    pass


def _hang(*_: Any) -> None:
    raise Hang


def _limit_memory() -> None:
    with open("/proc/self/statm", encoding="ascii") as file:
        pages = int(file.read().split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def fuzz(name: str, files: int, seed: int, kept: str) -> None:
    """Load mutated files; print what became of them, keep those that were not refused by our own error."""
    loader, chance = LOADERS[name], random.Random(f"{name}{seed}")
    refused = failed = 0
    longest, begun = 0.0, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pellucid-fuzz-") as folder:
        samples = loader.samples(Path(folder))
        path = Path(folder) / f"mutant.{loader.ending}"
        for sample in samples:  # as they are they must be taken
            path.write_bytes(sample)
            assert not refused_or_read(loader, path)
        _limit_memory()
        signal.signal(signal.SIGVTALRM, _hang)
        for number in range(files):
            path.write_bytes(loader.mutated(chance, chance.choice(samples)))
            started = time.process_time()
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
            try:
                refused += refused_or_read(loader, path)
            except BaseException as error:
                failed += 1
                if failed <= 20:
                    copy = Path(kept) / f"{name}-{seed}-{number}.{loader.ending}"
                    copy.write_bytes(path.read_bytes())
                    where = traceback.extract_tb(error.__traceback__)[-1]
                    print(f"{copy}: {type(error).__name__}: {str(error)[:200]} at {where.filename}:{where.lineno}", flush=True)
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            longest = max(longest, time.process_time() - started)
    print(
        f"{name}: {files:,} files: {refused:,} refused, {files - refused - failed:,} taken, {failed} failed otherwise; the "
        f"longest took {longest:.2f} s of processor time ({time.monotonic() - begun:.0f} s)",
        flush=True,
    )
    sys.exit(1 if failed else 0)
