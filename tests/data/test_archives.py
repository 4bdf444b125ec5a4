"""NumPy archives: what is read, and what is refused, with the place."""

import numpy as np
import pytest

from pellucid.data.archives import read_npz
from pellucid.errors import DataError, FileFormatError


def test_x_and_y(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.arange(12, dtype=np.uint8).reshape(3, 2, 2), y=np.array([0, 2, 1]))
    table = read_npz(tmp_path / "a.npz")
    assert table.x.dtype == np.uint8
    assert table.y.tolist() == [0, 2, 1]
    assert table.label_names == ("0", "1", "2")
    assert table.test is None


def test_float_targets_are_numbers_and_a_column_is_a_vector(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.zeros((2, 1)), y=np.array([[0.5], [1.0]]))
    table = read_npz(tmp_path / "a.npz")
    assert table.problem == "regression"
    assert table.y.tolist() == [0.5, 1.0]


def test_parts_of_its_own(tmp_path):
    np.savez_compressed(
        tmp_path / "a.npz", x_train=np.zeros((4, 2)), y_train=np.zeros(4, int), x_val=np.ones((2, 2)), y_val=np.ones(2, int),
        x_test=np.ones((3, 2)), y_test=np.full(3, 5),
    )  # fmt: skip
    table = read_npz(tmp_path / "a.npz")
    assert len(table.validation) == 2
    assert table.test.y.tolist() == [5, 5, 5]
    assert len(table.label_names) == 6


def test_targets_may_be_absent_where_none_are_needed(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.zeros((2, 1)))
    assert read_npz(tmp_path / "a.npz", need_targets=False).y is None
    with pytest.raises(DataError, match="needs targets, an array 'y'"):
        read_npz(tmp_path / "a.npz")


def test_objects_are_never_unpickled(tmp_path):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("unpickled",))

    np.savez(tmp_path / "a.npz", x=np.zeros((1, 1)), y=np.array([Trap()], dtype=object), allow_pickle=True)
    with pytest.raises(FileFormatError, match="Python objects"):
        read_npz(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("arrays", "what"),
    [
        ({"z": np.zeros(3)}, "needs an array 'x'"),
        ({"x": np.zeros((2, 1)), "y": np.zeros(3)}, "targets must be 2 numbers"),
        ({"x": np.zeros(3), "y": np.zeros(3)}, "samples, features"),
        ({"x": np.zeros((0, 3)), "y": np.zeros(0)}, "samples, features"),
        ({"x": np.array([["a"], ["b"]]), "y": np.zeros(2)}, "x must be numbers"),
        ({"x": np.array([[1.0], [np.nan]]), "y": np.zeros(2)}, r"the first at \[1, 0\]"),
        ({"x": np.zeros((2, 1)), "y": np.array([0, -1])}, "labels must be 0 to 999"),
        ({"x": np.zeros((2, 1)), "y": np.array([0, 10**6])}, "labels must be 0 to 999"),
        ({"x": np.zeros((2, 1)), "y": np.array([0, np.inf])}, "target is missing or infinite"),
        ({"x": np.zeros((2, 1)), "y": np.array([0, 1]), "x_test": np.zeros((2, 2)), "y_test": np.array([0, 1])}, "like x"),
    ],
)
def test_bad_arrays_are_refused(tmp_path, arrays, what):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(DataError, match=what):
        read_npz(tmp_path / "a.npz")


def test_what_is_no_archive_is_refused(tmp_path):
    np.save(tmp_path / "bare.npy", np.zeros(3))
    whole = tmp_path / "whole.npz"
    np.savez_compressed(whole, x=np.random.default_rng(0).random((50, 3)), y=np.zeros(50))
    damaged = whole.read_bytes()[:100] + b"\0" * 40 + whole.read_bytes()[140:]
    for data in ((tmp_path / "bare.npy").read_bytes(), b"text", b"", whole.read_bytes()[:-30], damaged):
        path = tmp_path / "a.npz"
        path.write_bytes(data)
        with pytest.raises(FileFormatError):
            read_npz(path)
