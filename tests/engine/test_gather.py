"""Gather: rows of data become batches: every dtype, in any order, refused where they are not there."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from pellucid import ops
from pellucid.engine.gather import Gather
from pellucid.engine.program import EntryFailed
from pellucid.errors import ArgumentError, DataError, IndexRangeError, ShapeError
from tests.support.plans import Planned

rng = np.random.default_rng(0)
NATIVE = ["bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64"]
OTHERS = ["float16", "uint16", "uint32", "uint64", ">f4", ">i4", ">f8"]


@pytest.fixture(params=["compiled", "reference"])
def mode(request, monkeypatch) -> str:
    monkeypatch.setenv("PELLUCID_KERNELS", request.param)
    return str(request.param)


def order(*positions: int) -> np.ndarray:
    return np.array(positions, np.int64)


def planned(data, positions, *, dtype="float32", batch=3, check=False, threads=1) -> Planned:
    """A plan whose output is the batch; ``Planned`` counts 3 samples a step."""
    batches = [np.zeros((batch, *data.shape[1:]), dtype)]
    return Planned(lambda x: x * 1, batches, gather=Gather([data], positions, [check]), threads=threads)


def batch_of(made: Planned) -> np.ndarray:
    array = made.plan.inputs[0].array
    assert array is not None
    return array.copy()


@pytest.mark.parametrize("dtype", NATIVE + OTHERS)
@pytest.mark.parametrize("shape", [(7,), (7, 5), (7, 2, 3), (7, 0)])
def test_every_dtype_becomes_float32(dtype, shape, mode):
    data = (rng.integers(-100, 100, shape) if np.dtype(dtype).kind in "if" else rng.integers(0, 2, shape)).astype(dtype)
    made = planned(data, order(3, 0, 6, 6, 1, 2))
    made.run()
    np.testing.assert_array_equal(batch_of(made), data[[3, 0, 6]].astype("f"))
    made.run()
    np.testing.assert_array_equal(batch_of(made), data[[6, 1, 2]].astype("f"))
    is_native = mode == "compiled" and dtype in NATIVE
    assert made.plan.schedule.entries[0].is_native == is_native


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "int16", "int32", "int64", "uint16", ">i4"])
def test_every_integer_becomes_int64(dtype, mode):
    data = np.array([0, 1, 1, 0, 1, 1, 0]).astype(dtype) * np.ones((), dtype)
    made = planned(data, order(5, 0, 1), dtype="int64")
    np.testing.assert_array_equal(batch_of(made.run()), data[[5, 0, 1]].astype("int64"))


def test_large_integers_keep_every_digit(mode):
    data = np.array([2**62 + 1, -(2**62) - 1, 3])
    np.testing.assert_array_equal(batch_of(planned(data, order(1, 0, 2), dtype="int64").run()), data[[1, 0, 2]])


def test_float64_goes_through_python(mode):
    data = rng.standard_normal((4, 2))
    made = planned(data, order(1, 0, 2), dtype="float64")
    np.testing.assert_array_equal(batch_of(made.run()), data[[1, 0, 2]])


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_ranks_share_the_rows(threads):
    from pellucid.engine.program import Program

    data = rng.standard_normal((9, 4)).astype("f")
    made = planned(data, order(8, 1, 5, 0, 7, 2, 2), batch=7)
    made.plan.program = Program(made.plan.schedule, threads)
    np.testing.assert_array_equal(batch_of(made.run()), data[[8, 1, 5, 0, 7, 2, 2]])


LAYOUTS = {
    "every other row": lambda a: a[::2],
    "backwards": lambda a: a[::-1],
    "every other column": lambda a: a[:, ::2],
    "columns backwards": lambda a: a[:, ::-1],
    "transposed": lambda a: a.T,
    "by columns": np.asfortranarray,
    "one column": lambda a: a[:, 3],
    "one column again": lambda a: a[:, 3:4],
    "a corner": lambda a: a[2:, 1:5],
    "one row for all": lambda a: np.broadcast_to(a[0], (8, 8)),
    "at an odd address": lambda a: np.frombuffer(b"." + a.tobytes(), np.uint8)[1:].view(a.dtype).reshape(a.shape),
    "three axes, the last two turned": lambda a: a.reshape(8, 2, 4).transpose(0, 2, 1),
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_every_layout_of_memory(layout, dtype, mode):
    data = layout(np.arange(64).reshape(8, 8).astype(dtype))
    made = planned(data, order(3, 0, 2))
    np.testing.assert_array_equal(batch_of(made.run()), data[[3, 0, 2]])


def test_a_file_mapped_into_memory(tmp_path, mode):
    data = rng.standard_normal((20, 3)).astype("f")
    np.save(tmp_path / "x.npy", data)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    np.testing.assert_array_equal(batch_of(planned(mapped, order(19, 0, 7)).run()), data[[19, 0, 7]])


def test_an_order_that_is_written_anew(mode):
    data = np.arange(6, dtype="f")
    positions = order(0, 1, 2)
    made = planned(data, positions)
    made.run()
    positions[...] = [5, 4, 3]
    made.clock[...] = 0
    np.testing.assert_array_equal(batch_of(made.run()), [5, 4, 3])


@pytest.mark.parametrize("bad", [[0, 7, 1], [0, -1, 1], [2**40, 0, 0]])
def test_a_sample_that_is_not_there(bad, mode):
    made = planned(np.arange(7, dtype="f"), order(*bad))
    with pytest.raises(EntryFailed if mode == "compiled" else IndexRangeError, match="x0"):
        made.run()


@pytest.mark.parametrize("position", [-1, 1, 3, 2**40])
def test_a_batch_beyond_the_end_of_the_epoch(position, mode):
    """Not fewer rows, and not those of the epoch's end: an error."""
    made = planned(np.arange(7, dtype="f"), order(0, 1, 2))
    made.clock[1] = position
    with pytest.raises(EntryFailed if mode == "compiled" else IndexRangeError, match="x0"):
        made.run()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
@pytest.mark.parametrize("check", [True, False])
def test_a_value_that_is_not_finite_ends_the_program_where_that_is_asked(value, check, mode):
    data = np.ones((5, 4))
    data[2, 3] = value
    made = planned(data, order(0, 2, 1), check=check)
    if not check:
        made.run()
        assert not np.isfinite(batch_of(made)[1, 3])
        return
    with pytest.raises((EntryFailed, FloatingPointError)):
        made.run()
    with pytest.raises(DataError, match=r"data\[0\]: values must be finite. Received .* in row 2"):
        made.plan.gather.refuse_not_finite(0, 3)
    made.plan.gather.refuse_not_finite(0, 1)  # rows before it are sound


@pytest.mark.parametrize("bad", [np.arange(3, dtype=np.int32), np.arange(6)[::2], np.arange(3.0)])
def test_an_order_that_kernels_cannot_read(bad):
    with pytest.raises(ArgumentError, match="order must be contiguous int64"):
        Gather([np.ones(3)], bad, [False])


def test_rows_of_another_shape():
    gather = Gather([np.ones((9, 2), "f")], np.arange(9), [False])
    with pytest.raises(ShapeError, match=r"x0: rows of shape \(2,\) were given where \(4,\) is planned"):
        Planned(lambda x: x * 1, [np.zeros((3, 4), "f")], gather=gather)


# --- other data for the same plan -----------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["float32", "uint8", "float16"])
@pytest.mark.parametrize("then", ["float64", "bool", "float16", "float32"])
def test_other_data_of_another_dtype(first, then, mode):
    made = planned(np.arange(10).astype(first), order(1, 2, 3))
    made.run()
    other = (np.arange(8) % 2).astype(then)
    Gather([other], order(7, 6, 5), [False]).attach(made.plan)
    made.clock[...] = 0
    for _ in range(2):
        made.clock[1] = 0
        np.testing.assert_array_equal(batch_of(made.run()), [1, 0, 1])


def test_two_inputs_of_one_name():
    a, b = np.arange(5, dtype="f"), 10 + np.arange(5, dtype="f")
    made = Planned(lambda x, y: x + y, [a[:3], b[:3]], gather=Gather([a, b], order(0, 1, 2), [False, False]))
    for buffer in made.plan.inputs:
        buffer.name = "x"
    Gather([2 * a, 3 * b], order(2, 1, 0), [False, False]).attach(made.plan)
    np.testing.assert_array_equal(made.run().value, (2 * a + 3 * b)[[2, 1, 0]])


def test_data_lives_as_long_as_a_plan_reads_it():
    """The caller forgets the arrays; their memory would be another's by now."""
    made = planned(np.full((1000, 50), 7, "f"), np.arange(1000))
    gc.collect()
    fill = [np.zeros((1000, 50), "f") for _ in range(8)]
    assert (batch_of(made.run()) == 7).all()
    Gather([np.full((1000, 50), 8, "f")], np.arange(1000), [False]).attach(made.plan)
    gc.collect()
    fill += [np.zeros((1000, 50), "f") for _ in range(8)]
    made.clock[...] = 0
    assert (batch_of(made.run()) == 8).all()
    assert not any(a.any() for a in fill)


def test_an_input_that_nothing_reads_is_gathered_all_the_same():
    a, b = np.arange(5, dtype="f"), 10 + np.arange(5, dtype="f")
    made = Planned(lambda x, y: ops.square(x), [a[:3], b[:3]], gather=Gather([a, b], order(4, 1, 0), [False, False]))
    np.testing.assert_array_equal(made.run().value, [16, 1, 0])
    np.testing.assert_array_equal(made.plan.inputs[1].array, [14, 11, 10])
