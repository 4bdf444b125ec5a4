"""Memory: buffers that live at the same time lie apart, others share; aligned; one block for several plans."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.engine.memory import ALIGNMENT, Memory, aligned_empty
from pellucid.engine.schedule import Schedule, schedule
from pellucid.kernels.call import Buffer, Share, reads, writes
from tests.support.entries import native, programs


def chain(length: int, rows: int = 16) -> tuple[Schedule, list[Buffer]]:
    """Each buffer is made of all of the one before, so a barrier stands between any two."""
    buffers = [Buffer((rows, 4), "float32", f"b{i}") for i in range(length)]
    entries = [native("first", writes(buffers[0]))]
    entries += [native(f"{b.name}", reads(a, Share.ALL), writes(b)) for a, b in itertools.pairwise(buffers)]
    return schedule(entries), buffers


def span(buffer: Buffer) -> range:
    return range(buffer.address, buffer.address + buffer.nbytes)


def overlap(a: Buffer, b: Buffer) -> bool:
    return max(span(a).start, span(b).start) < min(span(a).stop, span(b).stop)


def test_a_long_chain_of_large_buffers_needs_room_for_few():
    buffers = [Buffer((2048, 1024), "float32", f"b{i}") for i in range(12)]
    entries = [native("first", writes(buffers[0], Share.ROWS))]
    entries += [native(b.name, reads(a, Share.ROWS), writes(b, Share.ROWS)) for a, b in itertools.pairwise(buffers)]
    assert Memory().place(schedule(entries), []) <= 3 * buffers[0].nbytes


@settings(max_examples=150, deadline=None)
@given(programs(), st.booleans())
def test_buffers_that_live_in_one_phase_lie_apart(entries, keep_first):
    made = schedule(entries)
    bases = {id(a.buffer.base): a.buffer.base for e in entries for a in e.accesses}
    kept = list(bases.values())[: int(keep_first)]
    Memory().place(made, kept)
    phases: dict[int, set[int]] = {
        key: {p for e, p in zip(made.entries, made.phases, strict=True) for a in e.accesses if id(a.buffer.base) == key}
        for key in bases
    }
    for b in kept:
        phases[id(b)] |= {0, made.phases[-1]}
    for first, second in itertools.combinations(bases, 2):
        together = min(phases[first]) <= max(phases[second]) and min(phases[second]) <= max(phases[first])
        assert not (together and overlap(bases[first], bases[second]))


def test_a_long_chain_needs_the_room_of_two():
    made, buffers = chain(10)
    total = Memory().place(made, [])
    assert total == 2 * buffers[0].nbytes
    assert overlap(buffers[0], buffers[2])
    assert not overlap(buffers[0], buffers[1])


def test_what_is_kept_is_never_used_again():
    made, buffers = chain(10)
    Memory().place(made, [buffers[0]])
    assert not any(overlap(buffers[0], other) for other in buffers[1:])


def test_what_is_kept_under_another_shape_is_kept():
    made, buffers = chain(10)
    Memory().place(made, [Buffer((64,), "float32", alias_of=buffers[4])])
    assert not any(overlap(buffers[4], other) for i, other in enumerate(buffers) if i != 4)


@pytest.mark.parametrize("shape", [(3,), (1,), (), (0, 4), (17, 5)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "bool"])
def test_every_place_is_aligned_and_of_its_shape(shape, dtype):
    buffers = [Buffer(shape, dtype, f"b{i}") for i in range(3)]
    Memory().place(schedule([native("all", *(writes(b) for b in buffers))]), [])
    for buffer in buffers:
        assert buffer.array is not None
        assert buffer.array.shape == shape
        assert buffer.array.dtype == dtype
        assert buffer.array.flags.c_contiguous
        if buffer.nbytes:
            assert buffer.address % ALIGNMENT == 0


def test_aliases_are_the_same_memory():
    base = Buffer((4, 6), "float32", "base")
    alias = Buffer((24,), "float32", "alias", alias_of=base)
    of_alias = Buffer((2, 12), "float32", "alias of alias", alias_of=alias)
    made = schedule([native("write", writes(base)), native("read", reads(alias)), native("read again", reads(of_alias))])
    Memory().place(made, [])
    assert base.address == alias.address == of_alias.address
    assert of_alias.array is not None
    assert of_alias.array.shape == (2, 12)


def test_what_has_a_place_stays_there():
    array = np.arange(8, dtype=np.float32)
    placed, free = Buffer.around(array, "placed"), Buffer((8,), "float32", "free")
    assert Memory().place(schedule([native("copy", reads(placed), writes(free))]), []) == ALIGNMENT
    assert placed.array is array


def test_two_plans_share_one_block():
    memory = Memory()
    long, _ = chain(4, rows=32)
    short, _ = chain(4, rows=16)
    memory.place(long, [])
    before = memory.nbytes
    memory.place(short, [])
    assert memory.nbytes == before
    first = {a.buffer.address for e in long.entries for a in e.accesses}
    second = {a.buffer.address for e in short.entries for a in e.accesses}
    assert min(first) == min(second)


def test_a_larger_plan_begins_a_larger_block_and_leaves_the_old_one_to_its_plans():
    memory = Memory()
    short, buffers = chain(3, rows=16)
    memory.place(short, [])
    assert buffers[1].array is not None
    buffers[1].array[...] = 7
    address, before = buffers[1].address, memory.nbytes
    long, others = chain(3, rows=160)
    memory.place(long, [])
    assert memory.nbytes > before
    for other in others:
        assert other.array is not None
        other.array[...] = 1
    assert buffers[1].address == address
    assert (buffers[1].array == 7).all()


def test_aligned_bytes_are_zero():
    for nbytes in (0, 1, 63, 64, 65, 1000):
        block = aligned_empty(nbytes)
        assert block.nbytes == nbytes
        assert not block.any()
        assert nbytes == 0 or block.ctypes.data % ALIGNMENT == 0


def test_nothing_to_place():
    assert Memory().place(schedule([]), []) == 0
