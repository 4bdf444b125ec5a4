"""Rows gathered into a batch, the clock."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pellucid.kernels import base, library
from pellucid.kernels.call import Call, Share, reads, updates, writes
from tests.support.twins import Placed, poison, run, status_of

Array = npt.NDArray[Any]

if library.mode() != "compiled":
    pytest.skip("these are compiled kernels, and PELLUCID_KERNELS=reference", allow_module_level=True)

INTEGERS = ("bool", "uint8", "int8", "int16", "int32", "int64")
PAIRS = [(s, "float32") for s in (*INTEGERS, "float32", "float64")] + [(s, "int64") for s in INTEGERS]


def data_of(dtype: str, shape: tuple[int, ...]) -> Array:
    rng = np.random.default_rng(1)
    if np.dtype(dtype).kind == "f":
        return rng.normal(size=shape).astype(dtype)
    if dtype == "bool":
        return rng.integers(0, 2, shape).astype(bool)
    return rng.integers(np.iinfo(dtype).min // 2, np.iinfo(dtype).max // 2, shape, dtype=dtype)


class Batch:
    """A gather from ``data``: its places and its call."""

    def __init__(self, data: Array, target: str, rows: int, position: int, index: Array, *, check: bool = True) -> None:
        self.data, self.index = data, index  # their addresses are in the call
        self.clock = Placed(np.array([5, position], np.int64), "clock")
        size = int(np.prod(data.shape[1:]))
        self.out = Placed(poison(np.dtype(target), rows * size).reshape(rows, size), "batch")
        self.call = Call(
            f"batch.gather_{data.dtype.name}_to_{target}",
            *(rows, size, data.ctypes.data, len(data), data.strides[0], index.ctypes.data, len(index), check),
            reads(self.clock.buffer),
            writes(self.out.buffer),
        )

    def run(self, ranks: int) -> Array:
        run([self.call], [self.clock, self.out], ranks)
        return self.out.array

    def status(self) -> int:
        return status_of(self.call)


@pytest.mark.parametrize("ranks", [1, 3, 7])
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_gather_takes_and_converts_rows(source: str, target: str, ranks: int) -> None:
    data = data_of(source, (20, 3, 2))
    index = np.random.default_rng(2).permutation(20)
    batch = Batch(data, target, rows=5, position=4, index=index)
    np.testing.assert_array_equal(batch.run(ranks), data[index[4:9]].reshape(5, 6).astype(target))


@pytest.mark.parametrize("view", [lambda d: d[::2], lambda d: d[::-1], lambda d: d[:, 1:3], lambda d: d[3:4]])
def test_gather_from_views_whose_rows_are_apart(view: Any) -> None:
    data = view(data_of("float32", (20, 4)))
    index = np.arange(len(data))
    rows = min(3, len(data))
    batch = Batch(data, "float32", rows=rows, position=len(data) - rows, index=index)
    np.testing.assert_array_equal(batch.run(2), data[len(data) - rows :])


def test_gather_of_labels() -> None:
    labels = data_of("uint8", (9,))
    index = np.array([8, 0, 4])
    np.testing.assert_array_equal(Batch(labels, "int64", 3, 0, index).run(2)[:, 0], labels[index])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
@pytest.mark.parametrize("source", ["float32", "float64"])
def test_gather_reports_what_is_not_finite_where_it_shall(source: str, value: float) -> None:
    data = data_of(source, (4, 40))
    with np.errstate(over="ignore"):
        data[2, 37] = value  # 1e300 is finite in float64, but not in the batch
    assert Batch(data, "float32", 4, 0, np.arange(4)).status() == base.NOT_FINITE
    assert Batch(data, "float32", 2, 0, np.arange(4)).status() == base.OK
    assert Batch(data, "float32", 4, 0, np.arange(4), check=False).status() == base.OK


@pytest.mark.parametrize("strange", [-1, 4])
def test_gather_refuses_an_index_of_no_row(strange: int) -> None:
    data = data_of("float32", (4, 2))
    assert Batch(data, "float32", 2, 0, np.array([0, strange])).status() == base.OUT_OF_RANGE


@pytest.mark.parametrize("position", [-1, 3, 2**40])
def test_gather_refuses_a_batch_beyond_the_epoch(position: int) -> None:
    data = data_of("float32", (4, 2))
    assert Batch(data, "float32", 2, position, np.arange(4)).status() == base.OUT_OF_RANGE


def test_tick() -> None:
    clock = Placed(np.array([2**33, 7], np.int64), "clock")
    run([Call("batch.tick", 128, updates(clock.buffer, Share.ONE))], [clock], 3)
    assert clock.array.tolist() == [2**33 + 1, 135]
