"""Samples: what comes through the door, and what the arrays are then."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.samples import (
    Samples,
    as_arrays,
    class_weights,
    make_samples,
    refuse_beyond,
    refuse_not_finite,
    sample_weights,
    split_last,
)
from pellucid.errors import ArgumentError, DataError, ShapeError


@pytest.mark.parametrize("dtype", ["bool", "u1", "i1", "i2", "i4", "i8", "f4", "f8"])
def test_what_kernels_read_is_not_copied(dtype: str) -> None:
    x = np.ones((4, 3), dtype)
    (array,) = as_arrays("x", x)
    assert np.shares_memory(array, x)
    (part,) = as_arrays("x", x[::2])
    assert np.shares_memory(part, x)


@pytest.mark.parametrize(
    ("dtype", "becomes"), [("f2", "f4"), ("u2", "i8"), ("u8", "i8"), (">f4", "f4"), (">f8", "f8"), (">i4", "i8")]
)
def test_other_dtypes_become_one_that_kernels_read(dtype: str, becomes: str) -> None:
    (array,) = as_arrays("x", np.arange(3).astype(dtype))
    assert array.dtype == np.dtype(becomes)
    assert array.tolist() == [0, 1, 2]


def test_integers_that_int64_cannot_hold_are_refused() -> None:
    with pytest.raises(DataError, match="9223372036854775808"):
        as_arrays("x", np.array([1, 2**63], np.uint64))


def test_structures_are_flattened_in_order() -> None:
    a, b = np.zeros((2, 1)), np.ones((2, 1))
    for structure in ([a, b], (a, b), {"a": a, "b": b}):
        assert [array[0, 0] for array in as_arrays("x", structure)] == [0, 1]
    assert [array.shape for array in as_arrays("x", [[1.0, 2.0], [3.0, 4.0]])] == [(2, 2)]


def test_a_memory_mapped_array_stays_one_and_is_looked_at_when_asked(tmp_path: Path) -> None:
    file = np.memmap(tmp_path / "x", np.float32, "w+", shape=(5, 2))
    file[3, 1] = np.inf
    (array,) = as_arrays("x", file)
    assert isinstance(array, np.memmap)
    with pytest.raises(DataError, match="x: values must be finite"):
        as_arrays("x", file, mapped=True)


@given(
    shape=st.tuples(st.integers(1, 60), st.integers(1, 5), st.integers(1, 3)),
    place=st.integers(0, 10**6),
    value=st.sampled_from([np.nan, np.inf, -np.inf]),
)
def test_the_first_value_that_is_not_finite_is_found(shape: tuple[int, ...], place: int, value: float) -> None:
    array = np.zeros(shape, np.float32)
    refuse_not_finite("x", array)
    array.flat[place % array.size :: max(1, array.size // 3)] = value
    row, *rest = (int(i) for i in np.unravel_index(place % array.size, shape))
    with pytest.raises(DataError, match=rf"x: .*Received {value} in row {row}, position \({rest[0]}, {rest[1]}\)"):
        refuse_not_finite("x", array)


def test_large_values_that_are_finite_are_no_error() -> None:
    """Their sum overflows; they do not."""
    refuse_not_finite("x", np.full((100, 3), 3e38, np.float32))
    with pytest.raises(DataError, match="row 1"):
        refuse_not_finite("x", np.array([3e38, np.inf, -np.inf], np.float32))


def test_lengths_must_agree_and_not_be_zero() -> None:
    samples = make_samples([np.zeros(3), np.zeros(3)], [np.zeros(3)], [np.zeros(3)])
    assert len(samples) == 3
    assert samples.names == ["x[0]", "x[1]", "y", "sample_weight"]
    with pytest.raises(DataError, match="x has 3, y has 2"):
        make_samples([np.zeros(3)], [np.zeros(2)])
    with pytest.raises(DataError, match="x is empty"):
        make_samples([np.zeros((0, 2))])


def test_rows_are_views() -> None:
    x = np.arange(6)
    part = Samples([x], [x]).rows(2, 4)
    assert part.inputs[0].tolist() == part.targets[0].tolist() == [2, 3]
    assert np.shares_memory(part.inputs[0], x)


@pytest.mark.parametrize(("count", "fraction", "first"), [(10, 0.2, 8), (10, 0.25, 7), (3, 0.5, 1), (1000, 0.1, 900)])
def test_split_last_is_keras_split(count: int, fraction: float, first: int) -> None:
    """floor(count (1 - fraction)) samples remain."""
    head, tail = split_last(Samples([np.arange(count)]), fraction)
    assert head.inputs[0].tolist() == list(range(first))
    assert tail.inputs[0].tolist() == list(range(first, count))


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan"), "0.2", 0.01])
def test_split_last_leaves_no_part_empty(fraction: object) -> None:
    with pytest.raises(ArgumentError, match="validation_split"):
        split_last(Samples([np.arange(1)] if fraction == 0.01 else [np.arange(10)]), fraction)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "target",
    [
        np.array([2, 0, 1, 2]),
        np.array([2.0, 0.0, 1.0, 2.0], np.float32),
        np.array([[2], [0], [1], [2]], np.uint8),
        np.eye(3)[[2, 0, 1, 2]],
    ],
    ids=["labels", "floats", "column", "one-hot"],
)
def test_class_weights(target: np.ndarray) -> None:
    weights = class_weights({0: 0.5, 2: 3, 7: 100}, target)
    assert weights.tolist() == [3.0, 0.5, 1.0, 3.0]
    assert weights.dtype == np.float32


def test_class_weights_of_negative_labels() -> None:
    """Targets of -1 and 1, as for a hinge, have classes too."""
    assert class_weights({-1: 2.0, 1: 0.5}, np.array([-1, 1, -1])).tolist() == [2.0, 0.5, 2.0]


def test_class_weights_of_images_are_refused() -> None:
    with pytest.raises(ShapeError, match="one class a sample"):
        class_weights({0: 1.0}, np.zeros((4, 5, 3)))


def test_sample_weights() -> None:
    (weights,) = sample_weights([1, 2, 3], 3)
    assert weights.dtype == np.float32
    assert len(sample_weights([np.ones(3), np.ones(3)], 3)) == 2
    wrong = [([1, -2, 3], DataError), ([1, np.nan, 3], DataError), ([1, 2], ShapeError), (["a", "b", "c"], DataError)]
    for weight, error in wrong:
        with pytest.raises(error, match="sample_weight"):
            sample_weights(weight, 3)


@pytest.mark.parametrize(
    ("value", "source", "target"),
    [
        (0.2, "f4", "i8"),
        (np.nan, "f4", "i8"),
        (2.0**63, "f8", "i8"),
        (-1, "i8", "u1"),
        (300, "i8", "u1"),
        (300.0, "f8", "u1"),
        (2**31, "i8", "i4"),
        (200, "u1", "i1"),
        (2, "u1", "?"),
        (0.5, "f4", "?"),
    ],
)
def test_what_integers_cannot_hold_is_refused_with_its_row(value: float, source: str, target: str) -> None:
    array = np.ones((5, 2), source)
    refuse_beyond("x", array, np.dtype(target))
    array[3, 1] = value
    with pytest.raises(DataError, match=r"x: values must be whole numbers from .*Received .* in row 3\. Round or map"):
        refuse_beyond("x", array, np.dtype(target))


@pytest.mark.parametrize(("source", "target"), [("f4", "f4"), ("i8", "i8"), ("u1", "i8"), ("?", "u1"), ("i4", "f4")])
def test_a_dtype_that_holds_all_values_costs_no_look_at_them(source: str, target: str) -> None:
    class NotToBeRead(np.ndarray):
        def __array_ufunc__(self, *_: object, **__: object) -> None:
            raise AssertionError

        def __getitem__(self, _: object) -> None:
            raise AssertionError

    refuse_beyond("x", np.ones(3, source).view(NotToBeRead), np.dtype(target))
