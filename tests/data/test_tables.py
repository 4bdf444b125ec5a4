"""Tables from .csv and .parquet: what is read, and what is refused, with the place."""

import datetime
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.data.columns import Column
from pellucid.data.tables import read_table
from pellucid.errors import ArgumentError, DataError, FileFormatError

IRIS = "length,width,kind\n5.1,3.5,setosa\n7.0,3.2,versicolor\n\n4.9, 3.0 ,setosa\n6.3,3.3,versicolor\n"


def write(folder, text, name="table.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def read(folder, text, target=None, **settings):
    return read_table(write(folder, text), target, **settings)


def kinds(table):
    return {column.name: column.kind for column in table.columns}


class TestTargets:
    def test_words_are_labels_in_alphabetical_order(self, tmp_path):
        table = read(tmp_path, IRIS, "kind")
        assert table.label_names == ("setosa", "versicolor")
        assert table.y.tolist() == [0, 1, 0, 1]
        assert table.problem == "classification"
        assert kinds(table) == {"length": "number", "width": "number"}
        expected = pd.read_csv(tmp_path / "table.csv")[["length", "width"]].to_numpy(float)
        np.testing.assert_array_equal(table.x.astype(float), expected)

    def test_whole_numbers_are_labels_in_order_of_size(self, tmp_path):
        table = read(tmp_path, "a,class\n1,10\n2,9\n3,10.0\n4,9\n5,9\n6,10\n", "class")
        assert table.label_names == ("9", "10")
        assert table.y.tolist() == [1, 0, 1, 0, 0, 1]

    def test_other_numbers_are_fitted_as_numbers(self, tmp_path):
        table = read(tmp_path, "a,price\n1,2.5\n2,3\n", "price")
        assert table.problem == "regression"
        assert table.y.tolist() == [2.5, 3.0]

    def test_many_whole_numbers_are_fitted_as_numbers(self, tmp_path):
        text = "a,price\n" + "".join(f"{i},{100 + i % 21}\n" for i in range(50))
        assert read(tmp_path, text, "price").problem == "regression"
        assert read(tmp_path, text.replace(",120", ",119"), "price").problem == "classification"

    @pytest.mark.parametrize("problem", ["regression", "classification"])
    def test_one_may_say_which(self, tmp_path, problem):
        table = read(tmp_path, "a,price\n1,200\n2,300\n3,200\n4,300\n", "price", problem=problem)
        assert table.problem == problem
        assert table.y.tolist() == ([200.0, 300.0, 200.0, 300.0] if problem == "regression" else [0, 1, 0, 1])

    def test_labels_that_floats_cannot_tell_apart_stay_apart(self, tmp_path):
        """2^53 + 1 is the first whole number that float64 has not."""
        text = "a,y\n1,9007199254740993\n2,9007199254740992\n3,9007199254740993.0\n4,9007199254740992\n"
        table = read(tmp_path, text, "y")
        assert table.label_names == ("9007199254740992", "9007199254740993")
        assert table.y.tolist() == [1, 0, 1, 0]

    def test_known_labels_keep_their_numbers_and_others_are_refused(self, tmp_path):
        known = ["virginica", "versicolor", "setosa"]
        assert read(tmp_path, IRIS, "kind", label_names=known).y.tolist() == [2, 1, 2, 1]
        with pytest.raises(DataError, match=r"line 3, column 'kind': 'versicolor' is not a known label\. Known: setosa"):
            read(tmp_path, IRIS, "kind", label_names=["setosa"])

    @pytest.mark.parametrize(
        ("text", "settings", "what"),
        [
            ("a,y\n1,p\n2,\n", {}, r"table\.csv, line 3, column 'y': the target is missing"),
            ("a,y\n1,p\n2,p\n", {}, r"column 'y' is 'p' in every row: there is nothing to tell apart"),
            ("a,y\n1,1\n2,x\n", {"problem": "regression"}, r"line 3, column 'y': 'x' is not a finite number"),
            ("a,y\n" + "".join(f"{i},w{i}\n" for i in range(50)), {}, r"'y' has 50 different labels in 50 rows, too many"),
        ],
    )
    def test_bad_targets_are_named(self, tmp_path, text, settings, what):
        with pytest.raises(DataError, match=what):
            read(tmp_path, text, "y", **settings)


class TestColumns:
    def test_each_is_of_the_kind_of_its_cells(self, tmp_path):
        table = read(
            tmp_path,
            "n,b,c,d,m,e\n1,yes,red,2024-02-29,2024-01-01 06:30,\n"
            "?,NO,NA,,2024-01-01T00:00:00,\n-2e3,true,blue,1969-12-31,NaN,\n",
        )
        assert kinds(table) == {"n": "number", "b": "boolean", "c": "category", "d": "date", "m": "moment", "e": "number"}
        columns = dict(zip([part for column in table.columns for part in column.parts], table.x.T.tolist(), strict=True))
        np.testing.assert_equal(columns["n"], [1, math.nan, -2000])
        assert columns["b"] == [1, 0, 1]
        assert columns["c"] == ["red", "", "blue"]
        days = (datetime.date(2024, 2, 29) - datetime.date(1970, 1, 1)).days
        np.testing.assert_equal(columns["d (day)"], [days, math.nan, -1])
        np.testing.assert_equal(columns["d (month)"], [2, math.nan, 12])
        np.testing.assert_equal(columns["d (weekday)"], [3, math.nan, 2])  # a Thursday and a Wednesday
        np.testing.assert_equal(columns["m (hour)"], [6.5, 0, math.nan])
        np.testing.assert_equal(columns["e"], [math.nan] * 3)

    def test_numbers_that_are_names_may_be_taken_as_such(self, tmp_path):
        table = read(tmp_path, "zip,y\n01234,1.5\n99999,2.5\n", "y", categories=["zip"])
        assert table.x.tolist() == [["01234"], ["99999"]]

    def test_those_of_a_model_are_found_by_name_in_any_order(self, tmp_path):
        columns = [Column("a", "number"), Column("b", "category")]
        table = read(tmp_path, "note,b,a\nwhatever,7,2\n", columns=columns)
        assert table.x.tolist() == [[2.0, "7"]]
        with pytest.raises(DataError, match=r"table\.csv: lacks the columns c, d\. Received note, b, a"):
            read(tmp_path, "note,b,a\nwhatever,7,2\n", columns=[*columns, Column("c", "date"), Column("d", "number")])

    def test_columns_may_be_left_out(self, tmp_path):
        assert kinds(read(tmp_path, "a,b,y\n1,31.12.2024,p\n2,1.1.2025,q\n", "y", ignore=["b"])) == {"a": "number"}

    @pytest.mark.parametrize(
        ("text", "what"),
        [
            ("a,y\n1,p\nfive,q\n", r"table\.csv, line 3, column 'a': 'five' is not a number, as 1 of 2 different values"),
            ("a,y\n1,p\n\n1e39,q\n", r"line 4, column 'a': '1e39' is not a finite number"),
            ("a,y\ninf,p\n1,q\n", r"line 2, column 'a': 'inf' is not a finite"),
            ("a,y\n2024-02-30,p\n2024-02-28,q\n", r"line 2, column 'a': '2024-02-30' is not a date"),
            (
                "a,y\n31.12.2024,p\n01.02.2024,q\n",
                r"line 2, column 'a': '31\.12\.2024' looks like a date.*2024-12-31.*--ignore",
            ),
            ("a,y\n1,p\n12/31/24,q\n", r"line 3, column 'a': '12/31/24' looks like a date"),
            ("a,y\n1,p\n2\n", r"line 3: 1 cells where the header names 2 columns"),
            ("a,y\n", "at least one row"),
            ("", "at least one row"),
            ("y\np\nq\n", "no column besides the target"),
        ],
    )
    def test_bad_cells_are_named(self, tmp_path, text, what):
        with pytest.raises(DataError, match=what):
            read(tmp_path, text, "y")

    @pytest.mark.parametrize(
        ("kind", "cell", "needed"),
        [
            ("number", "five", "a finite number"),
            ("boolean", "2", "true or false"),
            ("date", "2024-13-01", "not a date"),
            ("moment", "noon", "not a moment"),
        ],
    )
    def test_a_cell_that_a_model_s_column_cannot_hold_is_named(self, tmp_path, kind, cell, needed):
        with pytest.raises(DataError, match=rf"line 2, column 'a': '{cell}' is .*{needed}"):
            read(tmp_path, f"a\n{cell}\n", columns=[Column("a", kind)])


class TestText:
    def test_a_byte_order_mark_and_quotes_are_no_hindrance(self, tmp_path):
        path = tmp_path / "table.csv"
        path.write_bytes('\ufeff"a","b, c"\r\n1,"x,y"\r\n2,"say ""z"""\r\n'.encode())
        table = read_table(path, "b, c")
        assert kinds(table) == {"a": "number"}
        assert table.label_names == ('say "z"', "x,y")

    def test_a_cell_may_hold_lines(self, tmp_path):
        table = read(tmp_path, 'a,b\n1,"two\nlines"\n2,x\n3,x\n')
        assert table.x[0].tolist() == [1.0, "two\nlines"]
        with pytest.raises(DataError, match="line 5, column 'a': 'x'"):
            read(tmp_path, 'a,b\n1,"two\nlines"\n2,x\nx,x\n')

    @pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
    def test_the_separator_is_found(self, tmp_path, separator):
        text = '"a, or; b",b,y\n1,2.5,p\n2,3,q\n'.replace(",", separator).replace(f'"a{separator}', '"a,')
        table = read(tmp_path, text, "y")
        assert [column.name for column in table.columns] == ["a, or; b", "b"]
        assert table.x.tolist() == [[1, 2.5], [2, 3]]

    def test_decimal_commas_between_semicolons(self, tmp_path):
        table = read(tmp_path, "a;b;c;y\n1,5;1.234,5;1.5;p\n-2;1.000;2;q\n", "y")
        assert table.x.tolist() == [[1.5, 1234.5, 1.5], [-2, 1000, 2]]
        with pytest.raises(DataError, match=r"line 3, column 'a': '1\.5' is not a number"):
            read(tmp_path, "a;y\n1,5;p\n1.5;q\n2,5;q\n", "y")

    def test_tab_separated_files_may_end_in_tsv(self, tmp_path):
        assert read_table(write(tmp_path, "a\tb\n1\tx\n", "t.tsv")).x.tolist() == [[1.0, "x"]]

    def test_what_is_no_table_is_refused(self, tmp_path):
        path = tmp_path / "table.csv"
        path.write_bytes(b"a,b\n\xff\xfe,1\n")
        with pytest.raises(FileFormatError, match=r"table\.csv: not text in UTF-8 .* at byte 4"):
            read_table(path, "b")
        with pytest.raises(FileFormatError, match="name of its own"):
            read(tmp_path, "a,a\n1,2\n", "a")
        with pytest.raises(FileFormatError, match="comma-separated"):
            read(tmp_path, 'a,b\n"1"x,2\n', "b")
        with pytest.raises(FileFormatError, match="semicolon-separated"):
            read(tmp_path, 'a;b\n"1"x;2\n', "b")

    def test_names_that_are_no_column_suggest_the_nearest(self, tmp_path):
        with pytest.raises(ArgumentError, match=r"target column: 'kinds' is not known\. Did you mean 'kind'"):
            read(tmp_path, IRIS, "kinds")
        with pytest.raises(ArgumentError, match=r"--ignore column: 'lenght' is not known\. Did you mean 'length'"):
            read(tmp_path, IRIS, "kind", ignore=["lenght"])
        with pytest.raises(ArgumentError, match="--category column: 'x'"):
            read(tmp_path, IRIS, "kind", categories=["x"])
        with pytest.raises(ArgumentError, match=r"end in \.csv, \.tsv, \.parquet"):
            read_table(tmp_path / "a.txt")
        with pytest.raises(DataError, match="no such file"):
            read_table(tmp_path / "none.csv", "kind")

    @settings(deadline=None, max_examples=60)
    @given(
        names=st.lists(st.text(min_size=1, max_size=8).map(str.strip).filter(bool), min_size=2, max_size=4, unique=True),
        rows=st.lists(st.lists(st.text(max_size=6), min_size=4, max_size=4), min_size=1, max_size=6),
        mark=st.booleans(),
    )
    def test_any_text_is_read_as_written_or_refused_in_words(self, tmp_path_factory, names, rows, mark):
        """Names and words of any letters, quotes and line ends, as Python's own writer quotes them."""
        path = tmp_path_factory.mktemp("any") / "table.csv"
        frame = pd.DataFrame([row[: len(names)] for row in rows], columns=names)
        try:
            frame.to_csv(path, index=False, quoting=1, encoding="utf-8-sig" if mark else "utf-8", errors="strict")
        except UnicodeEncodeError:
            return  # half of a surrogate pair is not text
        try:
            table = read_table(path, categories=[name for name in names if name in frame])
        except (FileFormatError, DataError) as refused:
            said = str(refused)
            assert str(path) in said
            return
        missing = {"", "na", "n/a", "#n/a", "nan", "null", "none", "?"}
        for row, expected in zip(table.x.tolist(), rows, strict=True):
            for got, cell in zip(row, expected, strict=False):
                plain = cell.replace("\r\n", "\n").strip()
                assert got.replace("\r\n", "\n") == ("" if plain.lower() in missing else plain)


class TestParquet:
    @pytest.fixture
    def frame(self):
        return pd.DataFrame(
            {
                "n": [1.5, None, -3.0],
                "i": pd.array([1, 2, None], "Int64"),
                "b": [True, False, True],
                "zip": ["01", "02", None],
                "when": pd.to_datetime(["2024-01-01 00:00", "2024-05-06 12:00", None]),
                "word": pd.Categorical(["x", None, "z"]),
                "y": ["p", "q", "p"],
            }
        )

    def test_the_types_of_the_file_are_the_kinds(self, frame, tmp_path):
        pytest.importorskip("pyarrow", reason="needs the extra 'tables'")
        frame.to_parquet(tmp_path / "t.parquet")
        table = read_table(tmp_path / "t.parquet", "y")
        expected = {"n": "number", "i": "number", "b": "boolean", "zip": "category", "when": "moment", "word": "category"}
        assert kinds(table) == expected
        np.testing.assert_equal(table.x[:, 0].tolist(), [1.5, math.nan, -3])
        np.testing.assert_equal(table.x[:, 1].tolist(), [1, 2, math.nan])
        assert table.x[:, 3].tolist() == ["01", "02", ""]
        assert table.y.tolist() == [0, 1, 0]

    def test_it_says_the_same_as_the_csv(self, frame, tmp_path):
        pytest.importorskip("pyarrow", reason="needs the extra 'tables'")
        frame = frame.drop(columns="zip")  # which in a .csv looks like a number
        frame.to_parquet(tmp_path / "t.parquet")
        frame.to_csv(tmp_path / "t.csv", index=False)
        one, other = read_table(tmp_path / "t.parquet", "y"), read_table(tmp_path / "t.csv", "y")
        assert one.columns == other.columns
        np.testing.assert_equal(one.x.tolist(), other.x.tolist())

    def test_what_cannot_be_learned_from_is_refused_with_its_place(self, tmp_path):
        pytest.importorskip("pyarrow", reason="needs the extra 'tables'")
        path = tmp_path / "t.parquet"
        pd.DataFrame({"a": [[1, 2], [3]], "y": ["p", "q"]}).to_parquet(path)
        with pytest.raises(DataError, match=r"t\.parquet: column 'a' is of type list.*--ignore"):
            read_table(path, "y")
        pd.DataFrame({"a": [1.0, math.inf], "y": ["p", "q"]}).to_parquet(path)
        with pytest.raises(DataError, match=r"row 2, column 'a': 'inf'"):
            read_table(path, "y")
        pd.DataFrame({"a": [1.0, 2.0], "y": ["p", None]}).to_parquet(path)
        with pytest.raises(DataError, match=r"row 2, column 'y': the target is missing"):
            read_table(path, "y")
        pd.DataFrame({"a": []}).to_parquet(path)
        with pytest.raises(DataError, match="at least one row"):
            read_table(path, "a")
        path.write_bytes(b"PAR1 and nothing more")
        with pytest.raises(FileFormatError, match="not a readable Parquet file"):
            read_table(path, "y")

    def test_without_pyarrow_the_way_out_is_said(self, tmp_path, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
        with pytest.raises(ArgumentError, match=r"pip install 'pellucid\[tables\]'"):
            read_table(write(tmp_path, "", "t.parquet"), "y")
