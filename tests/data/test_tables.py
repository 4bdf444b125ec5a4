"""Tables from .npz and .csv: what is read, and what is refused, with the place."""

import numpy as np
import pandas as pd
import pytest

from pellucid.data.tables import read_csv, read_npz, read_table
from pellucid.errors import ArgumentError, DataError, FileFormatError

IRIS = "length,width,kind\n5.1,3.5,setosa\n7.0,3.2,versicolor\n\n4.9, 3.0 ,setosa\n6.3,3.3,versicolor\n"


def write(tmp_path, text, name="table.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


class TestCsv:
    def test_words_are_labels_in_alphabetical_order(self, tmp_path):
        path = write(tmp_path, IRIS)
        table = read_csv(path, "kind")
        assert table.label_names == ("setosa", "versicolor")
        assert table.y.tolist() == [0, 1, 0, 1]
        assert table.problem == "classification"
        assert table.feature_names == ("length", "width")
        np.testing.assert_array_equal(table.x, pd.read_csv(path)[["length", "width"]].to_numpy(np.float32))

    def test_whole_numbers_are_labels_in_order_of_size(self, tmp_path):
        table = read_csv(write(tmp_path, "a,class\n1,10\n2,9\n3,10.0\n4,9\n5,9\n6,10\n"), "class")
        assert table.label_names == ("9", "10")
        assert table.y.tolist() == [1, 0, 1, 0, 0, 1]

    def test_other_numbers_are_fitted_as_numbers(self, tmp_path):
        table = read_csv(write(tmp_path, "a,price\n1,2.5\n2,3\n"), "price")
        assert table.problem == "regression"
        assert table.y.dtype == np.float32
        assert table.y.tolist() == [2.5, 3.0]

    def test_whole_numbers_are_fitted_where_that_is_asked_for(self, tmp_path):
        table = read_csv(write(tmp_path, "a,price\n1,200\n2,300\n"), "price", problem="regression")
        assert table.y.tolist() == [200.0, 300.0]

    def test_the_columns_may_be_chosen_and_ordered_and_others_ignored(self, tmp_path):
        path = write(tmp_path, "note,b,a\nwhatever,1,2\n")
        assert read_csv(path, None, columns=["a", "b"]).x.tolist() == [[2, 1]]
        with pytest.raises(DataError, match="lacks the columns c"):
            read_csv(path, None, columns=["a", "c"])

    def test_known_labels_keep_their_numbers_and_others_are_refused(self, tmp_path):
        path = write(tmp_path, IRIS)
        known = ["virginica", "versicolor", "setosa"]
        assert read_csv(path, "kind", label_names=known).y.tolist() == [2, 1, 2, 1]
        with pytest.raises(DataError, match=r"line 3, column 'kind': 'versicolor' is not a known label"):
            read_csv(path, "kind", label_names=["setosa"])

    def test_a_byte_order_mark_and_quotes_are_no_hindrance(self, tmp_path):
        path = tmp_path / "table.csv"
        path.write_bytes('\ufeff"a","b, c"\n1,"x,y"\n2,z\n'.encode())
        table = read_csv(path, "b, c")
        assert table.feature_names == ("a",)
        assert table.label_names == ("x,y", "z")

    @pytest.mark.parametrize(
        ("text", "what"),
        [
            ("a,y\n1,p\nfive,q\n", r"line 3, column 'a': 'five' is not a number"),
            ("a,y\n1,p\n,q\n", r"line 3, column 'a': the value is missing \(''\)"),
            ("a,y\nNaN,p\n1,q\n", r"line 2, column 'a': the value is missing"),
            ("a,y\n1,p\n1e39,q\n", r"line 3, column 'a': '1e39' is not a finite number"),
            ("a,y\ninf,p\n1,q\n", r"line 2, column 'a': 'inf' is not a finite"),
            ("a,y\n1,p\n2,\n", r"line 3, column 'y': the target is missing"),
            ("a,y\n1,p\n2\n", r"line 3: 1 cells where the header names 2 columns"),
            ("a,y\n", "at least one row"),
            ("", "at least one row"),
            ("y\np\nq\n", "no column besides the target"),
        ],
    )
    def test_bad_cells_are_named(self, tmp_path, text, what):
        with pytest.raises(DataError, match=what):
            read_csv(write(tmp_path, text), "y")

    def test_too_many_labels_point_to_regression(self, tmp_path):
        text = "a,price\n" + "".join(f"{i},{100 + i}\n" for i in range(50))
        with pytest.raises(DataError, match=r"50 different labels in 50 rows.*--loss mse"):
            read_csv(write(tmp_path, text), "price")

    def test_what_is_no_table_is_refused(self, tmp_path):
        path = tmp_path / "table.csv"
        path.write_bytes(b"a,b\n\xff\xfe,1\n")
        with pytest.raises(FileFormatError, match="UTF-8"):
            read_csv(path, "b")
        with pytest.raises(FileFormatError, match="name of its own"):
            read_csv(write(tmp_path, "a,a\n1,2\n"), "a")
        with pytest.raises(FileFormatError, match="comma-separated"):
            read_csv(write(tmp_path, 'a,b\n"1"x,2\n'), "b")

    def test_an_unknown_target_suggests_the_nearest(self, tmp_path):
        with pytest.raises(ArgumentError, match="Did you mean 'kind'"):
            read_csv(write(tmp_path, IRIS), "kinds")


class TestNpz:
    def test_x_and_y(self, tmp_path):
        np.savez(tmp_path / "a.npz", x=np.arange(12, dtype=np.uint8).reshape(3, 2, 2), y=np.array([0, 2, 1]))
        table = read_npz(tmp_path / "a.npz")
        assert table.x.dtype == np.uint8
        assert table.y.tolist() == [0, 2, 1]
        assert table.label_names == ("0", "1", "2")
        assert table.test is None

    def test_float_targets_are_numbers_and_a_column_is_a_vector(self, tmp_path):
        np.savez(tmp_path / "a.npz", x=np.zeros((2, 1)), y=np.array([[0.5], [1.0]]))
        table = read_npz(tmp_path / "a.npz")
        assert table.problem == "regression"
        assert table.y.tolist() == [0.5, 1.0]

    def test_parts_of_its_own(self, tmp_path):
        np.savez_compressed(
            tmp_path / "a.npz", x_train=np.zeros((4, 2)), y_train=np.zeros(4, int), x_val=np.ones((2, 2)), y_val=np.ones(2, int),
            x_test=np.ones((3, 2)), y_test=np.full(3, 5),
        )  # fmt: skip
        table = read_npz(tmp_path / "a.npz")
        assert len(table.validation) == 2
        assert table.test.y.tolist() == [5, 5, 5]
        assert len(table.label_names) == 6

    def test_targets_may_be_absent_where_none_are_needed(self, tmp_path):
        np.savez(tmp_path / "a.npz", x=np.zeros((2, 1)))
        assert read_npz(tmp_path / "a.npz", need_targets=False).y is None
        with pytest.raises(DataError, match="needs targets, an array 'y'"):
            read_npz(tmp_path / "a.npz")

    def test_objects_are_never_unpickled(self, tmp_path):
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
    def test_bad_arrays_are_refused(self, tmp_path, arrays, what):
        np.savez(tmp_path / "a.npz", **arrays)
        with pytest.raises(DataError, match=what):
            read_npz(tmp_path / "a.npz")

    def test_what_is_no_archive_is_refused(self, tmp_path):
        np.save(tmp_path / "bare.npy", np.zeros(3))
        whole = tmp_path / "whole.npz"
        np.savez_compressed(whole, x=np.random.default_rng(0).random((50, 3)), y=np.zeros(50))
        damaged = whole.read_bytes()[:100] + b"\0" * 40 + whole.read_bytes()[140:]
        for data in ((tmp_path / "bare.npy").read_bytes(), b"text", b"", whole.read_bytes()[:-30], damaged):
            path = tmp_path / "a.npz"
            path.write_bytes(data)
            with pytest.raises(FileFormatError):
                read_npz(path)


class TestTable:
    def test_the_ending_chooses_the_reader(self, tmp_path):
        np.savez(tmp_path / "a.npz", x=np.zeros((2, 1)), y=np.zeros(2, int))
        assert read_table(tmp_path / "a.npz").y is not None
        assert read_table(write(tmp_path, IRIS), "kind").y is not None

    def test_messages_say_the_way_out(self, tmp_path):
        with pytest.raises(ArgumentError, match=r"--target COLUMN. Columns: length,width,kind"):
            read_table(write(tmp_path, IRIS))
        with pytest.raises(ArgumentError, match=r"end in \.npz or \.csv"):
            read_table(tmp_path / "a.txt")
        with pytest.raises(DataError, match="no such file"):
            read_table(tmp_path / "none.csv", "kind")
