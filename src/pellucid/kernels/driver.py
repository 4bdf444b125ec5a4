"""The driver: N ranks run one program of kernels together.

A *program* is three arrays: addresses of kernels, addresses of their argument blocks, and flags that put a barrier before an
entry. Every rank runs every entry, on its own share. All state that ranks share stands in one *control block* of int64, a
cache line for each word that is written often.

Five things are proven by tests, because they fail silently:

- no rank waits for one that left: the first bad status is kept with the number of its phase, counted through the whole job, and
  every rank leaves after the barrier that ends that phase, never before;
- no rank is still inside a job when it ends: each confirms its ticket as its last touch, and the caller waits for that;
- no wake-up is lost: a caller marks the team busy and then looks for sleepers, a worker marks itself sleeping and then looks
  whether the team is busy, all sequentially consistent, so at least one sees the other;
- an interrupted caller leaves no half-posted job: posting and running are one native call, and it is refused if the interruption
  itself has run a job, after which workers may have gone to sleep;
- a job that is cut short ends for all ranks after the same step: rank 0 writes that step's number before the barrier that ends
  it, so a rank that looks late, when rank 0 is a step ahead, finds a number that is not its own.

This is its face for Python; `spmd` has the compiled part. A call lets other Python threads run meanwhile.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache

from pellucid.kernels import library

# Words of the control block. One word in 8 shares no cache line with another.
ARRIVED = 0
GENERATION = 8
BUSY = 16
STOP = 24
JOB = 32
JOB_RANKS = 33
JOB_STEPS = 34
FAILED_PHASE = 40
FAILED_ENTRY = 41
FAILED_STATUS = 42
FAILED_STEP = 43
LEAVE = 48  # the number of steps after which to leave, or 0
TICKETS = 64  # one line a rank: [ticket, ticket done, sleeping]
SLEEPING = 2
LINE = 8

# A job: addresses of the three arrays, and the number of entries.
JOB_KERNELS, JOB_BLOCKS, JOB_BARRIERS, JOB_COUNT = range(4)

NOT_POSTED = -1  # of ``run_job``: another job has ended since ``begin``, and workers may sleep; begin again

SPINS_BEFORE_YIELD = 2_000
SPINS_BEFORE_NAP = 20_000  # about 0.2 ms
NAPS_BEFORE_SLEEP = 400  # about 40 ms


def control_words(ranks: int) -> int:
    """The length of a control block for this many ranks."""
    return TICKETS + LINE * ranks


def run_job(control: int, job: int, steps: int, ranks: int, alarm: int = 0) -> int:
    """Post a job to ranks 1..N-1, run it as rank 0; OK, or the status that ended it, or NOT_POSTED.

    Where a word that is not 0 appears at the address ``alarm``, the job ends after the present step, whose number, counted from
    1, is then in ``LEAVE``.
    """
    return _compiled("run_job", 5)(control, job, steps, ranks, alarm)


def serve(control: int, rank: int) -> int:
    """A worker's life: take jobs as they come. Returns 1 to sleep until woken, 0 to end."""
    return _compiled("serve", 2)(control, rank)


def begin(control: int, ranks: int) -> int:
    """Mark the team busy; how many workers sleep, and must be woken before a job is posted."""
    return _compiled("begin", 2)(control, ranks)


def awake(control: int, rank: int) -> None:
    """A worker that was woken says so."""
    _compiled("awake", 2)(control, rank)


def call_alone(kernel: int, block: int, rank: int, ranks: int) -> int:
    """One kernel as one of several ranks, without the others: for stepping through a program."""
    return _compiled("call_alone", 4)(kernel, block, rank, ranks)


def stop(control: int) -> None:
    """Let every worker end when it looks next."""
    _compiled("stop", 1)(control)


@cache
def _compiled(name: str, arguments: int) -> Callable[..., int]:
    return ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * arguments)(library.load(f"spmd.{name}"))
