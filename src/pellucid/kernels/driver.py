"""The driver: N ranks run one program of kernels together.

A *program* is three arrays: addresses of kernels, addresses of their argument blocks, and flags that put a barrier before an
entry. Every rank runs every entry, on its own share. All state that ranks share stands in one *control block* of int64, a
cache line for each word that is written often.

Four things are proven by tests, because they fail silently:

- no rank waits for one that left: the first bad status is kept with the number of its phase, counted through the whole job, and
  every rank leaves after the barrier that ends that phase, never before;
- no rank is still inside a job when it ends: each confirms its ticket as its last touch, and the caller waits for that;
- no wake-up is lost: a caller marks the team busy and then looks for sleepers, a worker marks itself sleeping and then looks
  whether the team is busy, all sequentially consistent, so at least one sees the other;
- an interrupted caller leaves no half-posted job: posting and running are one native call, and it is refused if the interruption
  itself has run a job, after which workers may have gone to sleep.
"""

from __future__ import annotations

import platform
import sys
from typing import Any

import llvmlite.binding
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from pellucid.kernels.base import OK, SIGNATURE, int64s, released

_INT64 = ir.IntType(64)

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
TICKETS = 64  # one line a rank: [ticket, ticket done, sleeping]
SLEEPING = 2
LINE = 8

# A job: addresses of the three arrays, and the number of entries.
JOB_KERNELS, JOB_BLOCKS, JOB_BARRIERS, JOB_COUNT = range(4)

NOT_POSTED = -1  # of ``run_job``: another job has ended since ``begin``, and workers may sleep; begin again

SPINS_BEFORE_YIELD = 2_000
SPINS_BEFORE_NAP = 20_000  # about 0.2 ms
NAP_MICROSECONDS = 50
NAPS_BEFORE_SLEEP = 400  # about 40 ms


def control_words(ranks: int) -> int:
    """The length of a control block for this many ranks."""
    return TICKETS + LINE * ranks


if sys.platform == "win32":
    import ctypes

    for _name, _function in (("pellucid_yield", "SwitchToThread"), ("pellucid_nap", "Sleep")):
        llvmlite.binding.add_symbol(_name, ctypes.cast(getattr(ctypes.WinDLL("kernel32"), _function), ctypes.c_void_p).value)
    _yield = types.ExternalFunction("pellucid_yield", types.int32())
    _nap = types.ExternalFunction("pellucid_nap", types.int32(types.int32))
    _NAP = 1  # milliseconds
else:
    _yield = types.ExternalFunction("sched_yield", types.int32())
    _nap = types.ExternalFunction("usleep", types.int32(types.int32))
    _NAP = NAP_MICROSECONDS


@intrinsic
def _load(typing_context: Any, address: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load_atomic(builder.inttoptr(arguments[0], _INT64.as_pointer()), "seq_cst", 8)

    return types.int64(types.int64), generate


@intrinsic
def _store(typing_context: Any, address: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.store_atomic(arguments[1], builder.inttoptr(arguments[0], _INT64.as_pointer()), "seq_cst", 8)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), generate


@intrinsic
def _fetch_add(typing_context: Any, address: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], _INT64.as_pointer())
        return builder.atomic_rmw("add", pointer, arguments[1], "seq_cst")

    return types.int64(types.int64, types.int64), generate


@intrinsic
def _set_if_zero(typing_context: Any, address: Any, value: Any) -> Any:
    """Store ``value`` where 0 stands; true if this call did it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], _INT64.as_pointer())
        pair = builder.cmpxchg(pointer, _INT64(0), arguments[1], "seq_cst", "seq_cst")
        return builder.extract_value(pair, 1)

    return types.boolean(types.int64, types.int64), generate


@intrinsic
def _call_kernel(typing_context: Any, kernel: Any, block: Any, rank: Any, ranks: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        function = ir.FunctionType(_INT64, [_INT64] * 3).as_pointer()
        return builder.call(builder.inttoptr(arguments[0], function), arguments[1:])

    return SIGNATURE.return_type(*[types.int64] * 4), generate


@intrinsic
def _flush_denormals(typing_context: Any) -> Any:
    """Let this thread's float operations take and give zero for denormal numbers; the mode before."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        before = _float_mode(builder)
        _write_float_mode(builder, builder.or_(before, _INT64(_FLUSH)))
        return before

    return types.int64(), generate


@intrinsic
def _set_float_mode(typing_context: Any, mode: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        _write_float_mode(builder, arguments[0])
        return context.get_dummy_value()

    return types.void(types.int64), generate


_ON_X86 = platform.machine().lower() in ("x86_64", "amd64")
_ON_ARM = platform.machine().lower() in ("aarch64", "arm64")
# x86: flush to zero and denormals are zero, in MXCSR. ARM: FZ, in FPCR.
_FLUSH = 0x8040 if _ON_X86 else 1 << 24 if _ON_ARM else 0


def _float_mode(builder: Any) -> Any:
    if _ON_X86:
        place = cgutils.alloca_once(builder, ir.IntType(32))
        _call_intrinsic(builder, "llvm.x86.sse.stmxcsr", ir.VoidType(), [place])
        return builder.zext(builder.load(place), _INT64)
    if _ON_ARM:
        return _call_intrinsic(builder, "llvm.aarch64.get.fpcr", _INT64, [])
    return _INT64(0)


def _write_float_mode(builder: Any, mode: Any) -> None:
    if _ON_X86:
        place = cgutils.alloca_once_value(builder, builder.trunc(mode, ir.IntType(32)))
        _call_intrinsic(builder, "llvm.x86.sse.ldmxcsr", ir.VoidType(), [place])
    elif _ON_ARM:
        _call_intrinsic(builder, "llvm.aarch64.set.fpcr", ir.VoidType(), [mode])


def _call_intrinsic(builder: Any, name: str, result: Any, arguments: list[Any]) -> Any:
    kind = ir.FunctionType(result, [a.type for a in arguments])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments)


@released(types.void(types.int64, types.int64))
def _barrier(control: int, ranks: int) -> None:
    if ranks == 1:
        return
    generation = _load(control + 8 * GENERATION)
    if _fetch_add(control + 8 * ARRIVED, 1) == ranks - 1:
        _store(control + 8 * ARRIVED, 0)
        _store(control + 8 * GENERATION, generation + 1)
        return
    spins = 0
    while _load(control + 8 * GENERATION) == generation:
        spins += 1
        if spins > SPINS_BEFORE_YIELD:
            _yield()


@released(types.void(*[types.int64] * 5))
def _run(control: int, job: int, steps: int, rank: int, ranks: int) -> None:
    """Run the program ``steps`` times as this rank. A barrier ends each step, and so the job."""
    words = int64s(job, 0)
    count = words[JOB_COUNT]
    kernels = int64s(words[JOB_KERNELS], 0)
    blocks = int64s(words[JOB_BLOCKS], 0)
    barriers = int64s(words[JOB_BARRIERS], 0)
    phase = 1
    for step in range(steps):
        for entry in range(count):
            if barriers[entry] != 0:
                _barrier(control, ranks)
                failed = _load(control + 8 * FAILED_PHASE)
                if failed != 0 and failed <= phase:
                    return
                phase += 1
            if _load(control + 8 * FAILED_PHASE) == 0:
                status = _call_kernel(kernels[entry], blocks[entry], rank, ranks)
                if status != OK and _set_if_zero(control + 8 * FAILED_PHASE, phase):
                    _store(control + 8 * FAILED_ENTRY, entry)
                    _store(control + 8 * FAILED_STATUS, status)
                    _store(control + 8 * FAILED_STEP, step)
        _barrier(control, ranks)
        failed = _load(control + 8 * FAILED_PHASE)
        if failed != 0 and failed <= phase:
            return
        phase += 1


@released(types.void(*[types.int64] * 5))
def _run_flushing(control: int, job: int, steps: int, rank: int, ranks: int) -> None:
    """Run with tiny numbers flushed to zero, then put the thread's mode back.

    A moment that only decays ends among the denormal numbers, below 1e-38, where each operation takes a hundred times as long.
    """
    mode = _flush_denormals()
    _run(control, job, steps, rank, ranks)
    _set_float_mode(mode)


@released(types.int64(*[types.int64] * 4))
def run_job(control: int, job: int, steps: int, ranks: int) -> int:
    """Post a job to ranks 1..N-1, run it as rank 0; OK, or the status that ended it, or NOT_POSTED."""
    if ranks > 1 and _load(control + 8 * BUSY) == 0:
        return NOT_POSTED
    _store(control + 8 * FAILED_PHASE, 0)
    _store(control + 8 * FAILED_STATUS, OK)
    _store(control + 8 * JOB, job)
    _store(control + 8 * JOB_RANKS, ranks)
    _store(control + 8 * JOB_STEPS, steps)
    for rank in range(1, ranks):
        _fetch_add(control + 8 * (TICKETS + LINE * rank), 1)
    _run_flushing(control, job, steps, 0, ranks)
    # A rank may still be on its way out of the last barrier, about to look at the failure words.
    for rank in range(1, ranks):
        line = control + 8 * (TICKETS + LINE * rank)
        while _load(line + 8) != _load(line):
            _yield()
    _store(control + 8 * BUSY, 0)
    return _load(control + 8 * FAILED_STATUS)


@released(types.int64(types.int64, types.int64))
def serve(control: int, rank: int) -> int:
    """A worker's life: take jobs as they come. Returns 1 to sleep until woken, 0 to end."""
    line = control + 8 * (TICKETS + LINE * rank)
    idle = 0
    naps = 0
    while _load(control + 8 * STOP) == 0:
        ticket = _load(line)
        if ticket != _load(line + 8):
            _run_flushing(
                control,
                _load(control + 8 * JOB),
                _load(control + 8 * JOB_STEPS),
                rank,
                _load(control + 8 * JOB_RANKS),
            )
            _store(line + 8, ticket)
            idle = 0
            naps = 0
            continue
        idle += 1
        if idle > SPINS_BEFORE_NAP:
            _nap(_NAP)
            naps += 1
        elif idle > SPINS_BEFORE_YIELD:
            _yield()
        if naps > NAPS_BEFORE_SLEEP:
            _store(line + 8 * SLEEPING, 1)
            if _load(control + 8 * BUSY) == 0 and _load(control + 8 * STOP) == 0:
                return 1
            _store(line + 8 * SLEEPING, 0)
            naps = 0
    return 0


@released(types.int64(types.int64, types.int64))
def begin(control: int, ranks: int) -> int:
    """Mark the team busy; true where a worker sleeps and must be woken before a job is posted."""
    _store(control + 8 * BUSY, 1)
    sleeping = 0
    for rank in range(1, ranks):
        sleeping += _load(control + 8 * (TICKETS + LINE * rank + SLEEPING))
    return sleeping


@released(types.void(types.int64, types.int64))
def awake(control: int, rank: int) -> None:
    """A worker that was woken says so."""
    _store(control + 8 * (TICKETS + LINE * rank + SLEEPING), 0)


@released(types.int64(*[types.int64] * 4))
def call_alone(kernel: int, block: int, rank: int, ranks: int) -> int:
    """One kernel as one of several ranks, without the others: for stepping through a program."""
    mode = _flush_denormals()
    status = _call_kernel(kernel, block, rank, ranks)
    _set_float_mode(mode)
    return status


@released(types.void(types.int64))
def stop(control: int) -> None:
    """Let every worker end when it looks next."""
    _store(control + 8 * STOP, 1)
