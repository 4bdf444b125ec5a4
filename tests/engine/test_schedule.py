"""The schedule: barriers where a value crosses shares, and nowhere else; the order of conflicts is kept."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.engine.entry import Entry
from pellucid.engine.memory import Memory
from pellucid.engine.races import races
from pellucid.engine.schedule import Schedule, schedule
from pellucid.kernels.call import Access, Buffer, Share, reads, updates, writes
from tests.support.entries import in_order, interleaved, native, phases_of, programs, python

ROWS, ALL, ONE = Share.ROWS, Share.ALL, Share.ONE


def buffer(name: str = "b", shape: tuple[int, ...] = (8, 3)) -> Buffer:
    return Buffer(shape, "float32", name)


def barriers_between(first: Access, second: Access) -> int:
    made = schedule([native("first", first), native("second", second)])
    assert [e.title for e in made.entries] == ["first", "second"]
    return made.phases[1] - made.phases[0]


@pytest.mark.parametrize("first", [writes, updates], ids=["write", "update"])
@pytest.mark.parametrize(
    ("wrote", "then", "barriers"), [(ROWS, ROWS, 0), (ROWS, ALL, 1), (ROWS, ONE, 1), (ONE, ONE, 0), (ONE, ROWS, 1), (ONE, ALL, 1)]
)
def test_read_after_write(first, wrote, then, barriers):
    b = buffer()
    assert barriers_between(first(b, wrote), reads(b, then)) == barriers


@pytest.mark.parametrize(
    ("read", "then", "barriers"), [(ROWS, ROWS, 0), (ALL, ROWS, 1), (ONE, ROWS, 1), (ONE, ONE, 0), (ROWS, ONE, 1), (ALL, ONE, 1)]
)
def test_write_after_read(read, then, barriers):
    b = buffer()
    assert barriers_between(reads(b, read), writes(b, then)) == barriers


@pytest.mark.parametrize(("first", "then", "barriers"), [(ROWS, ROWS, 0), (ONE, ONE, 0), (ROWS, ONE, 1), (ONE, ROWS, 1)])
def test_write_after_write(first, then, barriers):
    b = buffer()
    assert barriers_between(writes(b, first), writes(b, then)) == barriers


@pytest.mark.parametrize("shares", list(itertools.product([ROWS, ALL, ONE], repeat=2)))
def test_two_reads_are_no_conflict(shares):
    b = buffer()
    assert barriers_between(reads(b, shares[0]), reads(b, shares[1])) == 0


def test_different_buffers_are_no_conflict():
    assert barriers_between(writes(buffer("a"), ROWS), writes(buffer("b"), ONE)) == 0


@pytest.mark.parametrize(("shape", "barriers"), [((8, 3), 0), ((8, 1, 3), 0), ((4, 6), 1), ((24,), 1)])
def test_rows_of_an_alias_are_other_rows_where_its_first_axis_is_another(shape, barriers):
    b = buffer()
    assert barriers_between(writes(b, ROWS), reads(Buffer(shape, "float32", alias_of=b), ROWS)) == barriers


def test_two_accesses_of_one_entry_count_both():
    b = buffer()
    two = native("two", reads(b, ROWS), reads(b, ALL))
    assert schedule([native("write", writes(b, ROWS)), two]).phases == (0, 1)


def test_an_entry_that_waits_does_not_hold_up_those_behind_it():
    """The chain of input gradients runs to its end before the weight gradients."""
    d1, d2, d3 = (buffer(f"d{i}") for i in range(3))
    w1, w2 = buffer("w1"), buffer("w2")
    made = schedule(
        [
            native("d1", writes(d1, ROWS)),
            native("weights 1", reads(d1, ALL), writes(w1, ROWS)),
            native("d2", reads(d1, ROWS), writes(d2, ROWS)),
            native("weights 2", reads(d2, ALL), writes(w2, ROWS)),
            native("d3", reads(d2, ROWS), writes(d3, ROWS)),
        ]
    )
    assert [e.title for e in made.entries] == ["d1", "d2", "d3", "weights 1", "weights 2"]
    assert made.phases == (0, 0, 0, 1, 1)
    assert made.barriers == 2


def test_what_depends_on_a_waiting_entry_waits_with_it():
    a, b, c = buffer("a"), buffer("b"), buffer("c")
    made = schedule(
        [
            native("a", writes(a, ROWS)),
            native("b", reads(a, ALL), writes(b, ROWS)),
            native("c", reads(b, ROWS), writes(c, ROWS)),  # no barrier after b, but after a
        ]
    )
    assert phases_of(made) == {"a": 0, "b": 1, "c": 1}


def test_a_call_of_python_is_a_phase_of_its_own():
    a, b = buffer("a"), buffer("b")
    made = schedule([native("before", writes(a)), python("python"), native("after", writes(b))])
    assert phases_of(made) == {"before": 0, "python": 1, "after": 2}


def test_calls_of_python_keep_their_order_even_without_a_conflict():
    made = schedule([python("first"), python("second"), native("third", writes(buffer()))])
    assert phases_of(made) == {"first": 0, "second": 1, "third": 2}


def test_nothing_to_do():
    assert schedule([]) == Schedule((), ())
    assert schedule([]).barriers == 0


def test_all_ranks_writing_all_of_a_buffer_is_refused():
    with pytest.raises(ValueError, match="race"):
        native("bad", writes(buffer(), ALL))


def placed(entries: list[Entry]) -> Schedule:
    made = schedule(entries)
    Memory().place(made, [])
    return made


@settings(max_examples=150, deadline=None)
@given(programs())
def test_every_entry_stands_once_and_conflicts_keep_their_order(entries):
    made = schedule(entries)
    assert sorted(e.title for e in made.entries) == sorted(e.title for e in entries)
    assert list(made.phases) == sorted(made.phases)
    place = {e.title: i for i, e in enumerate(made.entries)}
    for first, second in itertools.combinations(entries, 2):
        conflict = any(
            a.buffer.base is b.buffer.base and (a.writing or b.writing) for a in first.accesses for b in second.accesses
        )
        assert not conflict or place[first.title] < place[second.title]


@settings(max_examples=150, deadline=None)
@given(programs())
def test_a_placed_schedule_has_no_race(entries):
    made = placed(entries)
    for ranks in (1, 2, 3, 4):
        assert not races(made, ranks), "\n".join(map(str, races(made, ranks)))


@settings(max_examples=150, deadline=None)
@given(programs(), st.integers(1, 4), st.integers(0, 2**32))
def test_ranks_at_any_pace_read_what_they_would_read_in_program_order(entries, ranks, seed):
    """Executed on the places of memory, reuse included, with values told by who wrote them."""
    made = placed(entries)
    found = interleaved(made, ranks, seed).seen
    own = np.zeros(0)  # program order needs memory without reuse
    for base in {id(a.buffer.base): a.buffer.base for e in entries for a in e.accesses}.values():
        own = np.zeros(base.shape, np.float32)
        base.array = own
    for access in (a for e in entries for a in e.accesses):
        assert access.buffer.base.array is not None
        access.buffer.array = access.buffer.base.array.reshape(access.buffer.shape)
    expected = in_order(entries, ranks).seen
    assert found == expected


def test_the_simulation_itself_finds_a_missing_barrier():
    b, c = buffer("b"), buffer("c")
    entries = [native("write", writes(b, ROWS)), native("read", reads(b, ALL), writes(c, ROWS))]
    made = placed(entries)
    broken = Schedule(made.entries, (0, 0))
    expected = in_order(entries, 2).seen
    assert all(interleaved(made, 2, seed).seen == expected for seed in range(20))
    assert any(interleaved(broken, 2, seed).seen != expected for seed in range(20))


def by_rows(length: int, rows: int, given: bool = False) -> Schedule:
    """Each buffer is made of the one before, each rank its own rows: no barrier is needed."""
    buffers = [buffer(f"b{i}", (rows, 1024)) for i in range(length)]
    if given:
        for b in buffers:
            b.array = np.zeros(b.shape, b.dtype)
    entries = [native("first", writes(buffers[0], ROWS))]
    return schedule(entries + [native(b.name, reads(a, ROWS), writes(b, ROWS)) for a, b in itertools.pairwise(buffers)])


def test_where_much_memory_was_touched_a_barrier_lets_others_have_it():
    assert by_rows(5, rows=2048).phases == (0, 0, 1, 2, 3)  # 8 MiB each: two may be touched between barriers, not three
    assert by_rows(5, rows=800).phases == (0, 0, 0, 0, 0)  # 3.1 MiB each
    assert by_rows(5, rows=8192).phases == (0, 1, 2, 3, 4)  # no entry is parted
    assert by_rows(5, rows=2048, given=True).phases == (0, 0, 0, 0, 0), "memory that is not the plan's to place does not count"
