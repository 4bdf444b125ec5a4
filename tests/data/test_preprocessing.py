"""TablePreprocessing: fitted on training rows, rebuilt from JSON with the same results to the last bit."""

import json
import math
import string

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pellucid.data.columns import Column
from pellucid.data.preprocessing import TablePreprocessing
from pellucid.data.targets import TargetScaling
from pellucid.errors import DataError, FileFormatError

NAN = math.nan


def values(*columns):
    """Columns side by side, as objects."""
    made = np.empty((len(columns[0]), len(columns)), object)
    for i, column in enumerate(columns):
        made[:, i] = column
    return made


def fit(x, *kinds, **settings):
    names = string.ascii_lowercase
    return TablePreprocessing.fit([Column(names[i], kind) for i, kind in enumerate(kinds)], x, **settings)


def again(table):
    """Through text, as a file would hold it."""
    return TablePreprocessing.from_json(json.loads(json.dumps(table.to_json(), allow_nan=False)))


def test_numbers_worked_by_hand():
    """Median of 1, 2, 9 is 2; mean 14/4 of (1, 2, 9, 2), variance 10.25; the indicator is 1 in one of four."""
    table = fit(values([1.0, 2.0, 9.0, NAN]), "number")
    deviation, share = math.sqrt(10.25), math.sqrt(0.25 * 0.75)
    expected = [[(v - 3.5) / deviation, (m - 0.25) / share] for v, m in [(1, 0), (2, 0), (9, 0), (2, 1)]]
    np.testing.assert_allclose(table.transform(values([1.0, 2.0, 9.0, NAN])), expected, rtol=1e-6)
    assert table.feature_names == ["a", "a is missing"]


def test_categories_are_columns_of_0_and_1_and_strangers_none():
    table = fit(values(["x", "", "y", "x"]), "category")
    assert table.feature_names == ["a is missing", "a = x", "a = y"]
    assert table.transform(values(["y", "", "stranger"])).tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 0]]


def test_many_categories_share_one_column_and_so_does_a_stranger():
    words = [f"w{i % 60:02}" for i in range(150)]  # w00 to w29 three times, the others twice
    table = fit(values(words), "category")
    assert len(table.feature_names) == 50
    assert table.feature_names[-1] == "a is another"
    assert table.notes == ("a: 60 categories; the 49 most frequent are kept, the others are one",)
    row = table.transform(values(["stranger"]))[0]
    assert row.tolist() == [0] * 49 + [1]
    np.testing.assert_array_equal(table.transform(values(words)).sum(axis=1), 1)


def test_only_the_training_rows_count():
    table = fit(values([0.0, 2.0]), "number")
    assert table.transform(values([0.0, 2.0, 100.0])).ravel().tolist() == [-1, 1, 99]


@pytest.mark.parametrize(
    ("column", "kind", "reason"),
    [
        ([NAN] * 30, "number", "empty in all training rows"),
        ([7.0] * 30, "number", "always '7' in the training rows"),
        (["x"] * 30, "category", "always 'x' in the training rows"),
        ([""] * 30, "category", "empty in all training rows"),
        ([f"name {i}" for i in range(30)], "category", "30 different values in 30 training rows: an identifier, or free text"),
    ],
)
def test_columns_that_teach_nothing_are_left_out_with_the_reason(column, kind, reason):
    table = fit(values(column, np.arange(30) % 5 * 1.0), kind, "number")
    assert table.left_out == {"a": reason}
    assert [c.name for c in table.columns] == ["b"]
    with pytest.raises(DataError, match="no column to learn from: a: "):
        fit(values(column), kind)


@pytest.mark.parametrize("name", ["id", "ID", "customer_id", "Unnamed: 0"])
def test_whole_numbers_named_as_identifiers_are_left_out(name):
    x = values(np.arange(30.0), np.arange(30) % 5 * 1.0)
    columns = [Column(name, "number"), Column("b", "number")]
    assert TablePreprocessing.fit(columns, x).left_out == {name: "different in every training row: an identifier"}
    assert not TablePreprocessing.fit(columns, x, keep=[name]).left_out
    x[3, 0] = 4.0  # twice the same: no identifier
    assert not TablePreprocessing.fit(columns, x).left_out


def test_what_the_user_should_know_is_noted():
    x = values(np.arange(30.0), [NAN, *range(1, 30)], [0.5] * 15 + [1.5] * 15, ["u", "v", ""] * 10)
    notes = fit(x, "number", "number", "number", "category").notes
    assert notes == (
        "a: rises from row to row; if it only counts them, leave it out (--ignore)",
        "b: missing in 1 of 30 training rows (3%)",
        "d: missing in 10 of 30 training rows (33%)",
    )


def test_a_number_beyond_32_bits_is_refused_by_name():
    table = fit(values([0.0, 1e-10]), "number")
    with pytest.raises(DataError, match=r"Row 2 of the table: 'a' is so far .* 32 bits"):
        table.transform(values([0.0, 3e38]))


NUMBERS = st.one_of(st.just(NAN), st.floats(-1e30, 1e30), st.integers(-3, 3).map(float))
KINDS = st.lists(st.sampled_from(["number", "boolean", "category", "date"]), min_size=1, max_size=4)
WORDS = st.one_of(st.sampled_from(["", "x", "y", "é", "한", '"', "a,b", "\n"]), st.text(max_size=3))


@settings(deadline=None, max_examples=80)
@given(
    data=st.data(),
    rows=st.integers(1, 40),
    kinds=st.lists(st.sampled_from(["number", "boolean", "category", "date"]), min_size=1, max_size=4),
)
def test_rebuilt_from_json_it_gives_the_same_bits(data, rows, kinds):
    """On the training rows and on others, with values that were never seen and values that are missing."""

    def draw(count):
        columns = []
        for kind in kinds:
            drawn = data.draw(st.lists(WORDS if kind == "category" else NUMBERS, min_size=count, max_size=count))
            columns.append(drawn)
            if kind == "date":  # its parts are there together, or missing together
                columns += [[value / 2 for value in drawn], [value + 1 for value in drawn]]
        return values(*columns)

    x, others = draw(rows), draw(5)
    try:
        table = fit(x, *kinds)
    except DataError:
        assume(False)
    rebuilt = again(table)
    assert rebuilt.to_json() == table.to_json()
    assert rebuilt.feature_names == table.feature_names
    starts = np.cumsum([0, *(3 if kind == "date" else 1 for kind in kinds)])
    used = {column.name for column in table.columns}
    places = [p for i, s in enumerate(starts[:-1]) if string.ascii_lowercase[i] in used for p in range(s, starts[i + 1])]
    for rows_of in (x, others):
        try:
            expected = table.transform(rows_of[:, places])
        except DataError:
            continue
        np.testing.assert_array_equal(rebuilt.transform(rows_of[:, places]), expected)
        assert expected.shape == (len(rows_of), len(table.feature_names))


def test_many_categories_are_rebuilt_too():
    random = np.random.default_rng(0)
    words = [f"w{int(i)}" for i in random.exponential(30, 500)]
    table = fit(values(words, random.choice(["u", "v"], 500), random.normal(size=500)), "category", "category", "number")
    others = values([*words[:20], "stranger", ""], ["u", "v", "w"] * 7 + ["u"], [0.0] * 22)
    assert len(table.to_json()["categories"][0]["others"]) > 20
    np.testing.assert_array_equal(again(table).transform(others), table.transform(others))


@pytest.mark.parametrize(
    "damage",
    [
        lambda s: s.pop("columns"),
        lambda s: s.update(columns=[]),
        lambda s: s["columns"][0].update(kind="code"),
        lambda s: s["columns"].pop(),
        lambda s: s["numbers"].update(mean=[1.0]),
        lambda s: s["numbers"].update(scale=[1.0, "x"]),
        lambda s: s["numbers"].update(scale=[1.0, NAN]),
        lambda s: s["numbers"].update(indicated=[5]),
        lambda s: s["categories"][0].update(frequent=[]),
        lambda s: s["categories"][0].update(frequent=[1]),
        lambda s: s.update(categories=7),
    ],
)
def test_a_damaged_state_is_refused(damage):
    state = fit(values([1.0, NAN, 3.0], ["x", "y", "x"]), "number", "category").to_json()
    damage(state)
    with pytest.raises(FileFormatError, match="preprocessing in the model's file is damaged"):
        TablePreprocessing.from_json(state)


class TestTargetScaling:
    @given(y=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20))
    def test_there_and_back(self, y):
        scaling = TargetScaling.fit(np.array(y))
        rebuilt = TargetScaling.from_json(json.loads(json.dumps(scaling.to_json())))
        assert rebuilt == scaling
        back = rebuilt.in_unit(scaling.standardised(np.array(y)))
        # float32 keeps 24 bits of a standardised number, which is at most sqrt(n) large.
        np.testing.assert_allclose(back, y, rtol=1e-6, atol=1e-6 * scaling.deviation)

    def test_it_is_scikit_learn_s(self):
        from sklearn.preprocessing import StandardScaler

        y = np.random.default_rng(0).normal(50, 9, 100)
        expected = StandardScaler().fit_transform(y[:, None])[:, 0]
        np.testing.assert_allclose(TargetScaling.fit(y).standardised(y), expected, rtol=1e-5, atol=1e-7)

    @pytest.mark.parametrize("state", [{}, {"mean": 0.0}, {"mean": 0.0, "deviation": 0.0}, {"mean": "x", "deviation": 1}, None])
    def test_a_damaged_state_is_refused(self, state):
        with pytest.raises(FileFormatError, match="scaling of the target"):
            TargetScaling.from_json(state)
