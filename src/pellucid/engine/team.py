"""The team: the threads that run every program of this process, in step.

The calling thread is rank 0; N-1 workers wait in compiled code. Nothing here knows what a program computes.
"""

from __future__ import annotations

import atexit
import os
import threading
from types import ModuleType
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.kernels import library

_never_freed: list[np.ndarray[Any, Any]] = []  # a worker that could not be stopped may watch its control block to the end


class Team:
    """``ranks`` threads, the caller's included, that run compiled programs together.

    Jobs of several Python threads take turns: ``run`` holds a lock for the length of one job, which callers keep near 20 ms.
    """

    def __init__(self, ranks: int) -> None:
        self.ranks = ranks
        self._driver: ModuleType = library.module("driver")
        self._control = np.zeros(self._driver.control_words(ranks), np.int64)
        _never_freed.append(self._control)
        self._address = self._control.ctypes.data
        self._wake = [threading.Semaphore(0) for _ in range(ranks)]
        self._lock = threading.Lock()
        self._workers: list[threading.Thread] = []

    def run(self, job: int, steps: int, ranks: int) -> int:
        """Run the job at this address ``steps`` times on the first ``ranks`` ranks; OK, or the status that ended it."""
        driver = self._driver
        with self._lock:
            if ranks > 1:
                if not self._workers:
                    self._start()
                if driver.begin(self._address, ranks):
                    for rank in range(1, ranks):
                        self._wake[rank].release()
            return int(driver.run_job(self._address, job, steps, ranks))

    def failure(self) -> tuple[int, int]:
        """Entry and step (within the job) at which the last failed job stopped."""
        return int(self._control[self._driver.FAILED_ENTRY]), int(self._control[self._driver.FAILED_STEP])

    def stop(self) -> None:
        """Let the workers end. Without this, the interpreter would free memory that they still watch."""
        if self._workers:
            self._driver.stop(self._address)
            for rank, worker in enumerate(self._workers, start=1):
                self._wake[rank].release()
                worker.join(timeout=1)  # it may be in a job that an ending thread will never finish
            self._workers = []

    def _start(self) -> None:
        self._workers = [
            threading.Thread(target=self._serve, args=(rank,), name=f"pellucid-rank-{rank}", daemon=True)
            for rank in range(1, self.ranks)
        ]
        for worker in self._workers:
            worker.start()

    def _serve(self, rank: int) -> None:
        driver = self._driver
        while driver.serve(self._address, rank):
            self._wake[rank].acquire()
            driver.awake(self._address, rank)


_team: Team | None = None
_threads: int | None = None
_making = threading.Lock()


def num_threads() -> int:
    """How many threads a program may use: what was set, else PELLUCID_THREADS, else the processors at hand."""
    if _threads is not None:
        return _threads
    received = os.environ.get("PELLUCID_THREADS")
    if received is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not received.isdigit() or int(received) < 1:
        raise ArgumentError(f"PELLUCID_THREADS must be a whole number of at least 1. Received {received!r}.")
    return int(received)


def set_num_threads(threads: int) -> None:
    """Set how many threads programs use from now on, in this process.

    Results are equal bit for bit for one number of threads; between numbers they differ by rounding.

    Raises:
        ArgumentError: ``threads`` is not a whole number of at least 1.
    """
    global _threads
    if not isinstance(threads, int) or isinstance(threads, bool) or threads < 1:
        raise ArgumentError(f"set_num_threads: threads must be a whole number of at least 1. Received {threads!r}.")
    _threads = threads


def team(ranks: int) -> Team:
    """The process's team, with at least this many ranks."""
    global _team
    with _making:
        if _team is None or _team.ranks < ranks:
            if _team is not None:
                with _team._lock:  # a job may be running in another thread
                    _team.stop()
            _team = Team(ranks)
        return _team


@atexit.register
def _stop() -> None:
    if _team is not None:
        _team.stop()


def _forget_team() -> None:
    """A forked child has none of the threads, and may have copied the locks while they were held."""
    global _team, _making
    _team = None
    _making = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_team)
