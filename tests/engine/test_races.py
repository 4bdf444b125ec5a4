"""The proof of no race finds every race that is planted, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.engine.memory import Memory
from pellucid.engine.races import races
from pellucid.engine.schedule import Schedule, schedule
from pellucid.kernels.call import Buffer, Share, reads, updates, writes
from tests.support.entries import native, python

ROWS, ALL, ONE = Share.ROWS, Share.ALL, Share.ONE


def around(name: str, shape: tuple[int, ...] = (8, 4)) -> Buffer:
    return Buffer.around(np.zeros(shape, np.float32), name)


def titles(found):
    return {frozenset((r.first.title, r.second.title)) for r in found}


def test_a_missing_barrier_between_a_write_by_rows_and_a_read_of_all():
    b, c = around("b"), around("c")
    entries = (native("write", writes(b, ROWS)), native("read", reads(b, ALL), writes(c, ROWS)))
    assert not races(Schedule(entries, (0, 1)), 2)
    found = races(Schedule(entries, (0, 0)), 2)
    assert titles(found) == {frozenset(("write", "read"))}
    assert "write" in str(found[0])
    assert "phase 0" in str(found[0])


def test_one_rank_alone_races_with_nobody():
    b = around("b")
    entries = (native("write", writes(b, ROWS)), native("read", reads(b, ALL)))
    assert not races(Schedule(entries, (0, 0)), 1)


def test_memory_used_again_inside_a_phase():
    block = np.zeros((8, 4), np.float32)
    first, second = Buffer.around(block, "first"), Buffer.around(block.reshape(16, 2), "second")
    entries = (native("old", reads(first, ROWS)), native("new", writes(second, ROWS)))
    assert not races(Schedule(entries, (0, 1)), 3)
    assert titles(races(Schedule(entries, (0, 0)), 3)) == {frozenset(("old", "new"))}


def test_partly_overlapping_memory():
    block = np.zeros(64, np.float32)
    first, second = Buffer.around(block[:40].reshape(10, 4), "first"), Buffer.around(block[32:].reshape(8, 4), "second")
    entries = (native("old", writes(first, ROWS)), native("new", writes(second, ROWS)))
    assert races(Schedule(entries, (0, 0)), 2)
    apart = Buffer.around(block[40:].reshape(6, 4), "apart")
    assert not races(Schedule((entries[0], native("new", writes(apart, ROWS))), (0, 0)), 2)


def test_an_entry_that_reads_all_of_what_it_writes_by_rows():
    b = around("b")
    entry = native("in place", reads(b, ALL), writes(b, ROWS))
    assert titles(races(Schedule((entry,), (0,)), 2)) == {frozenset(("in place",))}
    assert not races(Schedule((native("by rows", updates(b, ROWS)),), (0,)), 2)


@pytest.mark.parametrize("ranks", [2, 3, 4])
def test_rank_zero_alone_beside_rows(ranks):
    b = around("b")
    entries = (native("one", writes(b, ONE)), native("rows", reads(b, ROWS)))
    assert races(Schedule(entries, (0, 0)), ranks)


def test_rows_of_a_reshaped_buffer():
    """8 rows and 3 rows of one memory are cut at other places, 8 and 4 on two ranks at the same."""
    b = around("b", (8, 3))
    thirds, halves = Buffer((3, 8), "float32", alias_of=b), Buffer((4, 6), "float32", alias_of=b)
    for alias in (thirds, halves):
        assert b.array is not None
        alias.array = b.array.reshape(alias.shape)
    write = native("write", writes(b, ROWS))
    assert races(Schedule((write, native("read", reads(thirds, ROWS))), (0, 0)), 2)
    assert not races(Schedule((write, native("read", reads(halves, ROWS))), (0, 0)), 2)


def test_every_race_of_two_planted_ones_is_named():
    b, c, d = around("b"), around("c"), around("d")
    entries = (
        native("write b", writes(b, ROWS)),
        native("write c", writes(c, ROWS)),
        native("read b", reads(b, ALL), writes(d, ROWS)),
        native("read c", reads(c, ALL)),
    )
    assert titles(races(Schedule(entries, (0, 0, 0, 0)), 2)) == {
        frozenset(("write b", "read b")),
        frozenset(("write c", "read c")),
    }


def test_a_schedule_by_the_scheduler_in_memory_by_the_memory_has_none():
    a, b, c = (Buffer((8, 4), "float32", n) for n in "abc")
    made = schedule(
        [native("a", writes(a)), python("p", [a], [b]), native("c", reads(b, ALL), writes(c)), native("end", reads(c, ALL))]
    )
    Memory().place(made, [])
    assert not races(made, 4)
