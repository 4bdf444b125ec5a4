"""The team: the threads that run every program of this process, in step.

The calling thread is rank 0; N-1 workers wait in compiled code. Nothing here knows what a program computes.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import threading

import numpy as np

from pellucid.engine.alarm import armed
from pellucid.errors import ArgumentError
from pellucid.kernels import blas, driver
from pellucid.kernels.status import OK


class Team:
    """``ranks`` threads, the caller's included, that run compiled programs together.

    Jobs of several Python threads take turns: ``run`` holds a lock for the length of one job, which callers keep short. The
    lock may be taken again by its holder: a signal's handler, which Python runs as soon as a job ends, may run a program, too.
    """

    def __init__(self, ranks: int) -> None:
        self.ranks = ranks
        self._control = np.zeros(driver.control_words(ranks), np.int64)
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._control))  # never freed: a worker may watch it to the process's end
        self._address = self._control.ctypes.data
        self._wake = [threading.Semaphore(0) for _ in range(ranks)]
        self._lock = threading.RLock()
        self._serving: dict[int, int] = {}  # rank -> the thread that is it
        self._workers: list[threading.Thread] = []
        self._stopped = False

    def run(self, job: int, steps: int, ranks: int) -> tuple[int, int, int]:
        """Run the job at this address ``steps`` times on the first ``ranks`` ranks, or fewer times where a signal comes.

        Returns OK or the status that ended it, the entry at which it ended, and the steps that were done before.
        """
        with self._lock:
            blas.keep_to_one_thread()
            while not self._stopped:
                if ranks > 1:
                    self._start(ranks)
                    if driver.begin(self._address, ranks):
                        for rank in range(1, ranks):
                            self._wake[rank].release()
                alarm = armed()
                if alarm is not None:
                    alarm.reset()
                status = int(driver.run_job(self._address, job, steps, ranks, alarm.address if alarm is not None else 0))
                if status == OK:
                    return OK, 0, int(self._control[driver.LEAVE]) or steps
                if status != driver.NOT_POSTED:
                    return status, int(self._control[driver.FAILED_ENTRY]), int(self._control[driver.FAILED_STEP])
        return team(ranks).run(job, steps, ranks)  # meanwhile another thread has put a larger team in the place of this one

    def stop(self, timeout: float = -1) -> None:
        """Let the workers end, after the job that is running."""
        held = self._lock.acquire(timeout=timeout)
        try:
            self._stopped = True
            driver.stop(self._address)
            for wake in self._wake:
                wake.release()
            for worker in self._workers:
                if worker.is_alive():  # its start may have been interrupted
                    worker.join(timeout=1)  # it may be in a job that an ending thread will never finish
        finally:
            if held:
                self._lock.release()

    def _start(self, ranks: int) -> None:
        """Start the workers that do not serve yet. It may have been interrupted before, so one rank may get two threads."""
        for rank in range(1, ranks):
            if rank not in self._serving:
                worker = threading.Thread(target=self._serve, args=(rank,), name=f"pellucid-rank-{rank}", daemon=True)
                self._workers.append(worker)
                worker.start()

    def _serve(self, rank: int) -> None:
        if self._serving.setdefault(rank, threading.get_ident()) != threading.get_ident():
            return
        while driver.serve(self._address, rank):
            self._wake[rank].acquire()
            driver.awake(self._address, rank)


_teams: list[Team] = []  # the last one is in use; those before it were too small
_threads: int | None = None
_making = threading.RLock()
_is_ending = False


def num_threads() -> int:
    """How many threads a program may use: what was set, else PELLUCID_THREADS, else the processors at hand."""
    if _threads is not None:
        return _threads
    received = os.environ.get("PELLUCID_THREADS")
    if received is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not received.isdecimal() or int(received) < 1:
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
    if _is_ending and threading.current_thread() is not threading.main_thread():
        threading.Event().wait()  # a daemon thread goes on while the interpreter frees what its program needs: let it rest
    if _teams and (present := _teams[-1]).ranks >= ranks and not _is_ending:
        return present
    with _making:
        if _teams and _teams[-1].ranks >= ranks and not _is_ending:
            return _teams[-1]
        smaller = list(_teams)
        _teams.append(Team(ranks))
        made = _teams[-1]
    for other in smaller:
        other.stop()
    with _making:
        _teams[:] = [each for each in _teams if each not in smaller]
    return made


@atexit.register
def _stop() -> None:
    global _is_ending
    _is_ending = True
    for each in list(_teams):
        each.stop(timeout=1)


def _forget_teams() -> None:
    """A forked child has none of the threads, and may have copied the locks while they were held."""
    global _making
    _teams.clear()
    _making = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_teams)
