"""Whatever the data come in (lists, frames, files, any dtype, any strides), the same numbers train to the same bits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.training import assert_close, assert_same_bits, classifier, clusters

WHOLE = (clusters(45)[0] * 20).round().clip(-100, 100).astype(np.float32)  # whole numbers, which every dtype can hold
Y = clusters(45)[1]


def trained(x: Any, y: Any, **more: Any) -> list[np.ndarray]:
    model = classifier("sgd")
    model.fit(x, y, batch_size=16, epochs=2, verbose=0, **more)
    weights: list[np.ndarray] = [*model.get_weights(), model.predict(x), np.array(model.evaluate(x, y, verbose=0))]
    return weights


def spread(x: np.ndarray) -> np.ndarray:
    """A view with gaps between rows and columns."""
    wide = np.full((2 * len(x), 3 * x.shape[1]), 7, x.dtype)
    wide[::2, ::3] = x
    return wide[::2, ::3]


def unaligned(x: np.ndarray) -> np.ndarray:
    raw = np.zeros(x.nbytes + 1, np.uint8)
    view = np.ndarray(x.shape, x.dtype, raw, offset=1)
    view[...] = x
    return view


def read_only(x: np.ndarray) -> np.ndarray:
    x = x.copy()
    x.flags.writeable = False
    return x


X_KINDS: dict[str, Callable[[np.ndarray], Any]] = {
    "list": lambda x: x.tolist(),
    "tuple of tuples": lambda x: tuple(map(tuple, x.tolist())),
    "float64": lambda x: x.astype("f8"),
    "float16": lambda x: x.astype("f2"),
    "int8": lambda x: x.astype("i1"),
    "int16": lambda x: x.astype("i2"),
    "int32": lambda x: x.astype("i4"),
    "int64": lambda x: x.astype("i8"),
    "big-endian": lambda x: x.astype(">f4"),
    "big-endian int": lambda x: x.astype(">i2"),
    "Fortran order": np.asfortranarray,
    "gaps": spread,
    "rows with gaps": lambda x: np.repeat(x, 2, axis=0)[::2],
    "turned": lambda x: x[::-1].copy()[::-1],
    "unaligned": unaligned,
    "read-only": read_only,
    "tensor": lambda x: __import__("pellucid").tensor(x),
}


@pytest.mark.parametrize("kind", X_KINDS)
def test_inputs(kind: str) -> None:
    assert_same_bits(trained(WHOLE, Y), trained(X_KINDS[kind](WHOLE), Y))


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "uint64", "bool"])
def test_unsigned_images(dtype: str) -> None:
    images = np.abs(WHOLE) > 20 if dtype == "bool" else np.abs(WHOLE)
    assert_same_bits(trained(images.astype("f4"), Y), trained(images.astype(dtype), Y))


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32", "uint64", "float32", "float64", "float16", ">i4"])
def test_labels(dtype: str) -> None:
    expected = trained(WHOLE, Y)
    assert_same_bits(expected, trained(WHOLE, Y.astype(dtype)))
    assert_same_bits(expected, trained(WHOLE, Y.astype(dtype)[:, None]))


def test_labels_in_lists() -> None:
    assert_same_bits(trained(WHOLE, Y), trained(WHOLE.tolist(), Y.tolist()))


def test_strided_labels_and_weights() -> None:
    weights = np.linspace(0, 1, 45, dtype=np.float32)
    expected = trained(WHOLE, Y, sample_weight=weights)
    table = np.zeros((45, 3))
    table[:, 1] = weights
    assert_same_bits(expected, trained(WHOLE, np.repeat(Y, 3)[::3], sample_weight=table[:, 1]))
    assert_same_bits(expected, trained(WHOLE, Y, sample_weight=weights.tolist()))


def test_frames_and_series() -> None:
    pd = pytest.importorskip("pandas")
    expected = trained(WHOLE, Y)
    frame = pd.DataFrame(WHOLE, columns=list("abcd"), index=np.arange(45)[::-1])
    assert_same_bits(expected, trained(frame, pd.Series(Y, index=np.arange(45) + 100)))
    assert_same_bits(expected, trained(frame, pd.DataFrame({"label": Y})))
    mixed = frame.astype({"a": "int64", "b": "float64", "c": "Int32"})
    assert_same_bits(expected, trained(mixed, Y))
    yes_no = pd.get_dummies(pd.Series(Y))  # columns of booleans
    yes_no["size"] = WHOLE[:, 0]
    assert_same_bits(trained(yes_no.astype("float32").to_numpy(), Y), trained(yes_no, Y))


def test_frames_that_are_not_numbers_are_refused() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": WHOLE[:, 0], "b": ["x"] * 45})
    missing = pd.DataFrame(WHOLE).astype({1: "Int64"})
    missing.iloc[3, 1] = pd.NA
    for wrong, words in ((frame, "x: values must be numbers"), (missing, "Received nan in row 3, position 1")):
        with pytest.raises(ValueError, match=words):
            trained(wrong, Y)


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8"])
def test_memory_mapped_files(dtype: str, tmp_path: Path) -> None:
    x = np.abs(WHOLE).astype(dtype)
    np.save(tmp_path / "x.npy", x)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert isinstance(mapped, np.memmap)
    assert_same_bits(trained(x, Y), trained(mapped, Y))


def test_a_memory_mapped_file_is_read_as_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No copy of the whole: the largest array that is made while training is smaller than the file."""
    import tracemalloc

    file = np.memmap(tmp_path / "x", np.float32, "w+", shape=(50_000, 4))
    file[...] = 0.5
    y = np.zeros(50_000, np.uint8)
    model = classifier()
    model.fit(file[:100], y[:100], verbose=0)
    tracemalloc.start()
    model.fit(file, y, batch_size=500, validation_split=0.1, shuffle=False, verbose=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The order of samples is 8 bytes each, and checks of y look at 1 byte each a few times over; the file is 16 bytes each.
    assert peak < 16 * 50_000


def test_batch_of_one() -> None:
    one, other = classifier("sgd"), classifier("sgd", run_eagerly=True)
    for model in (one, other):
        model.fit(WHOLE[:5] / 20, Y[:5], batch_size=1, verbose=0)
    assert_close(one.get_weights(), other.get_weights())


def test_a_single_sample() -> None:
    model = classifier()
    model.fit(WHOLE[:1], Y[:1], verbose=0)
    assert model.predict(WHOLE[:1]).shape == (1, 3)
