"""Arenas: parameters side by side, moved once, never again."""

from __future__ import annotations

import copy
import gc
import itertools
import threading
import weakref

import numpy as np
import pytest

from pellucid import ops
from pellucid.engine.arena import adopt, segments
from pellucid.engine.memory import ALIGNMENT
from tests.support.plans import Planned, parameter


def address(p) -> int:
    return int(p.array.ctypes.data)


def some(*shapes, dtype="float32", trainable=True):
    rng = np.random.default_rng(0)
    return [parameter(rng.standard_normal(s), f"p{i}", dtype, trainable) for i, s in enumerate(shapes)]


def test_values_stay_and_places_are_aligned_side_by_side():
    ps = some((3, 5), (7,), (), (0, 2), (16, 16))
    before = [p.array.copy() for p in ps]
    adopt(ps)
    for p, old in zip(ps, before, strict=True):
        np.testing.assert_array_equal(p.array, old)
        assert p.array.shape == old.shape
        assert p.array.flags.c_contiguous
        assert address(p) % ALIGNMENT == 0
    assert [address(b) - address(a) for a, b in itertools.pairwise(ps[:3])] == [64, 64]


def test_an_address_never_changes_again():
    a, b, c = some((4,), (5,), (6,))
    adopt([a, b])
    places = address(a), address(b)
    adopt([b, c, a])
    assert (address(a), address(b)) == places
    a.assign(np.ones(4))
    assert address(a) == places[0]


def test_kinds_lie_apart_and_keep_their_dtype():
    ps = [*some((4,)), *some((4,), dtype="float64"), *some((4,), trainable=False)]
    adopt(ps)
    assert [p.array.dtype for p in ps] == ["float32", "float64", "float32"]
    assert len({id(p.array.base) for p in ps}) == 3


def test_two_plans_that_share_a_parameter():
    shared, own = some((3, 3), (3, 3))
    x = np.eye(3, dtype="f")
    first = Planned(lambda x: ops.sum(ops.matmul(x, shared)), [x], [shared])
    place = address(shared)
    second = Planned(lambda x: ops.sum(ops.matmul(x, shared) * own), [x], [shared, own])
    assert address(shared) == place
    before = shared.array.copy()
    first.run()
    np.testing.assert_allclose(shared.array, before - 1, rtol=1e-5)
    expected = (x @ shared.array * own.array).sum()
    second.run()
    np.testing.assert_allclose(second.value, expected, rtol=1e-5)


def test_the_arena_lives_as_long_as_one_of_its_parameters():
    a, b = some((4,), (5,))
    adopt([a, b])
    values = b.array.copy()
    block = weakref.ref(a.array.base)
    del a
    gc.collect()
    assert block() is not None
    np.testing.assert_array_equal(b.array, values)
    del b
    gc.collect()
    assert block() is None


def test_a_copy_has_memory_of_its_own():
    (a,) = some((4,))
    adopt([a])
    b = copy.deepcopy(a)
    Planned(lambda: ops.sum(b), [], [b]).run()
    assert not np.shares_memory(a.array, b.array)
    np.testing.assert_allclose(b.array, a.array - 1, rtol=1e-6)


def test_threads_that_adopt_the_same_parameters():
    for _ in range(30):
        ps = some(*[(50,)] * 20)
        seen: list[list[int]] = []
        gate = threading.Barrier(3)

        def plan(ps=ps, seen=seen, gate=gate):
            gate.wait()
            adopt(ps)
            seen.append([address(p) for p in ps])

        threads = [threading.Thread(target=plan) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seen[0] == seen[1] == seen[2] == [address(p) for p in ps]


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_segments_are_zero_and_apart(dtype):
    like = [np.ones((3, 4), dtype), np.ones((), dtype), np.ones((100,), dtype)]
    made = segments(like)
    for i, (new, old) in enumerate(zip(made, like, strict=True)):
        assert (new.shape, new.dtype) == (old.shape, old.dtype)
        assert not new.any()
        new[...] = i + 1
    assert [float(a.max()) for a in made] == [1, 2, 3]


def test_nothing_to_adopt():
    adopt([])
    assert segments([]) == []
