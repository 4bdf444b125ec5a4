"""What the machine can do at most: its matrix products and its memory, measured in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

from benchmarks.worker import ROOT

_SIZE = 1536  # rows and columns of the product: large enough for BLAS' best, small enough to be repeated
_BYTES = 256 * 2**20  # copied at once: beyond any cache
_REPEATS = 15


@dataclass(frozen=True)
class Ceilings:
    """The fastest of several repetitions, with all threads: float32 products in FLOP/s, memory in bytes/s (read plus written)."""

    flops: float
    bandwidth: float


def measure(python: str, threads: int) -> Ceilings:
    """With NumPy's BLAS and copies, in a fresh process of this interpreter."""
    result = subprocess.run(
        [python, "-m", "benchmarks.ceilings", str(threads)], stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT
    )
    return Ceilings(**json.loads(result.stdout))


def section(ceilings: Ceilings) -> str:
    """Both in words."""
    return (
        f"Ceilings of the machine, measured in this run: float32 matrix products {ceilings.flops / 1e9:.0f} GFLOP/s, "
        f"memory {ceilings.bandwidth / 1e9:.1f} GB/s."
    )


def _flops(threads: int) -> float:
    import numpy as np
    from threadpoolctl import threadpool_limits

    a, b, c = (np.ones((_SIZE, _SIZE), np.float32) for _ in range(3))
    with threadpool_limits(threads):
        best = min(_timed(lambda: np.matmul(a, b, out=c)) for _ in range(_REPEATS))
    return 2 * _SIZE**3 / best


def _bandwidth(threads: int) -> float:
    import numpy as np

    source, target = np.ones(_BYTES // 4, np.float32), np.zeros(_BYTES // 4, np.float32)
    parts = list(zip(np.array_split(source, threads), np.array_split(target, threads), strict=True))

    def copy() -> None:
        workers = [threading.Thread(target=np.copyto, args=(t, s)) for s, t in parts]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    return 2 * _BYTES / min(_timed(copy) for _ in range(_REPEATS))


def _timed(run: object) -> float:
    started = time.perf_counter()
    run()  # type: ignore[operator]
    return time.perf_counter() - started


if __name__ == "__main__":
    count = int(sys.argv[1])
    print(json.dumps({"flops": _flops(count), "bandwidth": _bandwidth(count)}))
