"""The driver's compiled part: ranks that run a program in step, and workers that wait for one. See `driver`."""

from __future__ import annotations

import platform
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from pellucid.kernels.base import OK, SIGNATURE, called, inlined, int64s
from pellucid.kernels.driver import (
    ARRIVED,
    BUSY,
    FAILED_ENTRY,
    FAILED_PHASE,
    FAILED_STATUS,
    FAILED_STEP,
    GENERATION,
    JOB,
    JOB_BARRIERS,
    JOB_BLOCKS,
    JOB_COUNT,
    JOB_KERNELS,
    JOB_RANKS,
    JOB_STEPS,
    LEAVE,
    LINE,
    NAPS_BEFORE_SLEEP,
    NOT_POSTED,
    SLEEPING,
    SPINS_BEFORE_NAP,
    SPINS_BEFORE_YIELD,
    STOP,
    TICKETS,
)
from pellucid.kernels.system import NAP, NAP_SYMBOL, YIELD_SYMBOL

_INT64 = ir.IntType(64)
_yield = types.ExternalFunction(YIELD_SYMBOL, types.int32())
_nap = types.ExternalFunction(NAP_SYMBOL, types.int32(types.int32))


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


@inlined
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


@inlined
def _run(control: int, job: int, steps: int, rank: int, ranks: int, alarm: int) -> None:
    """Run the program ``steps`` times as this rank, or until rank 0 finds the alarm set. A barrier ends each step."""
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
        if alarm != 0 and _load(alarm) != 0:
            _store(control + 8 * LEAVE, step + 1)
        _barrier(control, ranks)
        failed = _load(control + 8 * FAILED_PHASE)
        if (failed != 0 and failed <= phase) or _load(control + 8 * LEAVE) == step + 1:
            return
        phase += 1


@inlined
def _run_flushing(control: int, job: int, steps: int, rank: int, ranks: int, alarm: int) -> None:
    """Run with tiny numbers flushed to zero, then put the thread's mode back.

    A moment that only decays ends among the denormal numbers, below 1e-38, where each operation takes a hundred times as long.
    """
    mode = _flush_denormals()
    _run(control, job, steps, rank, ranks, alarm)
    _set_float_mode(mode)


@called(5)
def run_job(control: int, job: int, steps: int, ranks: int, alarm: int) -> int:
    """Post a job to ranks 1..N-1, run it as rank 0; OK, or the status that ended it, or NOT_POSTED."""
    if ranks > 1 and _load(control + 8 * BUSY) == 0:
        return NOT_POSTED
    _store(control + 8 * FAILED_PHASE, 0)
    _store(control + 8 * FAILED_STATUS, OK)
    _store(control + 8 * LEAVE, 0)
    _store(control + 8 * JOB, job)
    _store(control + 8 * JOB_RANKS, ranks)
    _store(control + 8 * JOB_STEPS, steps)
    for rank in range(1, ranks):
        _fetch_add(control + 8 * (TICKETS + LINE * rank), 1)
    _run_flushing(control, job, steps, 0, ranks, alarm)
    # A rank may still be on its way out of the last barrier, about to look at the failure words.
    for rank in range(1, ranks):
        line = control + 8 * (TICKETS + LINE * rank)
        while _load(line + 8) != _load(line):
            _yield()
    _store(control + 8 * BUSY, 0)
    return _load(control + 8 * FAILED_STATUS)


@called(2)
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
                0,
            )
            _store(line + 8, ticket)
            idle = 0
            naps = 0
            continue
        idle += 1
        if idle > SPINS_BEFORE_NAP:
            _nap(NAP)
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


@called(2)
def begin(control: int, ranks: int) -> int:
    """Mark the team busy; true where a worker sleeps and must be woken before a job is posted."""
    _store(control + 8 * BUSY, 1)
    sleeping = 0
    for rank in range(1, ranks):
        sleeping += _load(control + 8 * (TICKETS + LINE * rank + SLEEPING))
    return sleeping


@called(2)
def awake(control: int, rank: int) -> int:
    """A worker that was woken says so."""
    _store(control + 8 * (TICKETS + LINE * rank + SLEEPING), 0)
    return OK


@called(4)
def call_alone(kernel: int, block: int, rank: int, ranks: int) -> int:
    """One kernel as one of several ranks, without the others: for stepping through a program."""
    mode = _flush_denormals()
    status = _call_kernel(kernel, block, rank, ranks)
    _set_float_mode(mode)
    return status


@called(1)
def stop(control: int) -> int:
    """Let every worker end when it looks next."""
    _store(control + 8 * STOP, 1)
    return OK
