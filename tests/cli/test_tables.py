"""Tables from the command line: real ones that scikit-learn ships, with holes and words put in, and odd ones."""

from __future__ import annotations

import csv
import json
import re

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import mean_absolute_error, precision_recall_fscore_support, r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import pellucid as pl
from pellucid.cli.data_source import open_data
from pellucid.cli.preparation import Preparation

LOADERS = {"iris": load_iris, "wine": load_wine, "cancer": load_breast_cancer}


def with_holes(name: str) -> pd.DataFrame:
    """The real table with labels by name; holes in one column, a word for each third of another, an identifier, a constant."""
    if name == "diabetes":
        data = load_diabetes(as_frame=True, scaled=False)
        frame = data.frame
        frame["sex"] = frame["sex"].map({1: "female", 2: "male"})
    else:
        data = LOADERS[name](as_frame=True)
        frame = data.frame
        frame["target"] = np.array(data.target_names)[frame["target"]]
    random = np.random.default_rng(1)
    columns = list(frame)
    frame.loc[random.random(len(frame)) < 0.1, columns[3]] = np.nan
    frame[columns[2]] = pd.qcut(frame[columns[2]], 3, labels=["low", "mid", "high"]).astype(object)
    frame.loc[random.random(len(frame)) < 0.1, columns[2]] = None
    frame.insert(0, "id", np.arange(len(frame)) + 1000)
    frame["constant"] = "same"
    return frame


def train(pellucid, folder, frame, *options, name="table.csv"):
    frame.to_csv(folder / name, index=False)
    done = pellucid("train", name, "--target", "target", "--out", "run", *options)
    assert done.exit_code == 0, done.output + done.stderr
    return done.output, json.loads((folder / "run/run.json").read_text())


def prepared(folder):
    """The sets of table.csv as the run in the folder prepares them."""
    preparation = Preparation.from_json(pl.load_model(folder / "run/model.safetensors").preprocessing)
    opened = open_data(str(folder / "table.csv"), target="target", columns=preparation.table.columns)
    return preparation.prepared(opened.divided(0.2, 0))


@pytest.mark.parametrize("name", LOADERS)
def test_labels_of_real_tables_are_learned(pellucid, folder, name):
    """Within ten points of scikit-learn's logistic regression on the same rows; both know nothing of the test set."""
    output, record = train(pellucid, folder, with_holes(name))
    parts = prepared(folder)
    expected = LogisticRegression(max_iter=1000).fit(parts.train.x, parts.train.y).score(parts.test.x, parts.test.y)
    assert record["results"]["test"]["accuracy"] >= expected - 0.1
    assert record["data"]["left_out"] == {
        "id": "different in every training row: an identifier",
        "constant": "always 'same' in the training rows",
    }
    assert "left out  id: different in every training row" in output
    assert re.search(r"note .*: missing in \d+ of \d+ training rows", output)
    assert "Classes in the training set: " in output
    assert "What was taken for what" in output
    assert (folder / "run/confusion.png").read_bytes().startswith(b"\x89PNG")


def test_numbers_of_a_real_table_are_fitted_in_their_own_unit(pellucid, folder):
    """Efron et al. (2004) explain about half of the variance of the diabetes data with a linear model."""
    output, record = train(pellucid, folder, with_holes("diabetes"))
    assert record["settings"]["loss"] == "mse"
    assert "Target: mean 1" in output
    test = record["results"]["test"]
    assert test["r2"] > 0.15
    assert 30 < test["mae"] < test["rmse"] < 75  # the targets' deviation is 77
    assert (folder / "run/residuals.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((folder / "run/run.json").read_text())["report"]["rmse"] == pytest.approx(test["rmse"])


def test_what_the_network_is_given_is_what_scikit_learn_makes_of_the_training_rows(pellucid, folder):
    """An oracle beside the code: pandas, and a ColumnTransformer fitted to the rows of the training part by name."""
    frame = with_holes("wine")
    train(pellucid, folder, frame, "--epochs", 1)
    opened = open_data(str(folder / "table.csv"), target="target")
    parts = opened.divided(0.2, 0)
    position = {value: row for row, value in enumerate(frame["id"])}
    rows = {
        name: [position[int(value)] for value in part.x[:, 0]] for name, part in (("train", parts.train), ("test", parts.test))
    }
    features = frame.drop(columns=["id", "constant", "target"])
    words = features.columns[2]
    numbers = [name for name in features if name != words]
    expected = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()), numbers),
            ("words", OneHotEncoder(sparse_output=False, handle_unknown="ignore"), [words]),
        ]
    )
    filled = features.fillna({words: ""})
    expected.fit(filled.iloc[rows["train"]])
    np.testing.assert_allclose(prepared(folder).test.x, expected.transform(filled.iloc[rows["test"]]), rtol=1e-5, atol=1e-6)


def test_the_report_is_scikit_learn_s_of_the_predictions(pellucid, folder):
    frame = with_holes("wine")
    _, record = train(pellucid, folder, frame, "--epochs", 5, "--no-early-stopping")
    opened = open_data(str(folder / "table.csv"), target="target")
    test = opened.divided(0.2, 0).test
    rows = np.isin(frame["id"], test.x[:, 0].astype(int))
    frame[rows].drop(columns="target").to_csv(folder / "new.csv", index=False)
    answers = (
        pd.read_csv(folder / "answers.csv")
        if pellucid("predict", "run", "new.csv", "--out", "answers.csv").exit_code == 0
        else None
    )
    expected = precision_recall_fscore_support(frame["target"][rows], answers["label"], labels=opened.label_names)
    for i, name in enumerate(opened.label_names):
        row = record["report"]["classes"][name]
        assert [row["precision"], row["recall"], row["f1"], row["samples"]] == pytest.approx([values[i] for values in expected])
    assert np.sum(record["report"]["confusion"]) == rows.sum()
    assert np.trace(record["report"]["confusion"]) / rows.sum() == pytest.approx(record["results"]["test"]["accuracy"])


def test_predictions_are_in_the_target_s_unit(pellucid, folder):
    frame = with_holes("diabetes")
    train(pellucid, folder, frame, "--epochs", 20)
    frame.drop(columns="target").to_csv(folder / "new.csv", index=False)
    rows = csv.DictReader(pellucid("predict", "run", "new.csv").output.splitlines())
    answers = np.array([float(row["prediction"]) for row in rows])
    text = pellucid("evaluate", "run", "table.csv", "--part", "all").output
    assert re.search(
        rf"^all .* {mean_absolute_error(frame['target'], answers):.4f} .*{r2_score(frame['target'], answers):.4f}", text, re.M
    )


class TestNewRows:
    @pytest.fixture
    def run(self, pellucid, folder):
        random = np.random.default_rng(0)
        kind = random.integers(0, 2, 120)
        frame = pd.DataFrame(
            {
                "age": 30 + 20 * kind + random.normal(0, 3, 120).round(1),
                "city": np.where(kind == 0, "Oslo", "Rome"),
                "since": np.where(kind == 0, "2020-01-01", "2024-06-30"),
                "member": random.choice(["yes", "no"], 120),
                "target": np.where(kind == 0, "no", "yes"),
            }
        )
        frame.loc[::9, "age"] = np.nan
        train(pellucid, folder, frame)

    def labels(self, pellucid, folder, text):
        (folder / "new.csv").write_text(text, encoding="utf-8")
        done = pellucid("predict", "run", "new.csv")
        assert done.exit_code == 0, done.stderr
        return [row["label"] for row in csv.DictReader(done.output.splitlines())]

    def test_in_another_order_with_holes_strangers_and_more_columns(self, pellucid, folder, run):
        text = "note,member,since,city,age\nx,yes,2020-01-01,Oslo,31\ny,no,2024-06-30,Rome,49\nz,,2024-06-30,Lima,\n"
        assert self.labels(pellucid, folder, text) == ["no", "yes", "yes"]

    def test_semicolons_and_decimal_commas(self, pellucid, folder, run):
        assert self.labels(pellucid, folder, "member;since;city;age\nyes;2020-01-01;Oslo;31,5\n") == ["no"]

    @pytest.mark.parametrize(
        ("text", "code", "message"),
        [
            ("city,age\nOslo,31\n", 3, "lacks the columns since, member"),
            (
                "age,city,since,member\nold,Oslo,2020-01-01,yes\n",
                3,
                "new.csv, line 2, column 'age': 'old' is not a finite number",
            ),
            ("age,city,since,member\n1,Oslo,2020-01-01,maybe\n", 3, "line 2, column 'member': 'maybe' is not true or false"),
            ("age,city,since,member\n1,Oslo,lately,yes\n", 3, "line 2, column 'since': 'lately' is not a date"),
        ],
    )
    def test_what_does_not_fit_is_refused_by_name(self, pellucid, folder, run, text, code, message):
        (folder / "new.csv").write_text(text)
        done = pellucid("predict", "run", "new.csv")
        assert done.exit_code == code
        assert message in done.stderr

    def test_damaged_preprocessing_ends_with_4(self, pellucid, folder, run):
        model = pl.load_model(folder / "run/model.safetensors")
        model.preprocessing["table"]["numbers"]["mean"] = []
        model.save(folder / "run/model.safetensors")
        done = pellucid("predict", "run", "table.csv")
        assert done.exit_code == 4
        assert "preprocessing" in done.stderr


def test_parquet_and_csv_give_the_same_run(pellucid, folder):
    pytest.importorskip("pyarrow", reason="needs the extra 'tables'")
    frame = with_holes("iris")
    frame.to_parquet(folder / "table.parquet")
    frame.to_csv(folder / "table.csv", index=False)
    results = []
    for name in ("table.parquet", "table.csv"):
        assert pellucid("train", name, "--target", "target", "--epochs", 3, "--out", f"run-{name}").exit_code == 0
        results.append(json.loads((folder / f"run-{name}/run.json").read_text()))
    assert results[0]["results"] == results[1]["results"]
    assert results[0]["data"]["fingerprint"] == results[1]["data"]["fingerprint"]
    assert "30 samples" in pellucid("evaluate", "run-table.csv", "table.parquet").output


class TestImbalance:
    @pytest.fixture
    def frame(self):
        """One in ten is "rare", and overlaps with the others."""
        random = np.random.default_rng(0)
        rare = np.arange(600) % 10 == 0
        return pd.DataFrame({"a": random.normal(rare * 1.5, 1), "target": np.where(rare, "rare", "usual")})

    def test_it_is_said_and_can_be_balanced(self, pellucid, folder, frame):
        plain, before = train(pellucid, folder, frame, "--model", "linear")
        assert re.search(r"training set: usual \d+ \(90%\), rare \d+ \(10%\)", plain)
        assert "imbalanced: accuracy alone says little" in plain
        assert "always 'usual': accuracy 90.00%" in plain
        balanced, after = train(pellucid, folder, frame, "--model", "linear", "--balance", "--overwrite")
        assert "each counts alike" in balanced
        recall = [record["report"]["classes"]["rare"]["recall"] for record in (before, after)]
        assert recall[1] > recall[0] + 0.3

    def test_numbers_have_no_classes_to_balance(self, pellucid, folder):
        with_holes("diabetes").to_csv(folder / "table.csv", index=False)
        done = pellucid("train", "table.csv", "--target", "target", "--balance")
        assert done.exit_code == 2
        assert "--balance is for classes" in done.stderr


@pytest.mark.parametrize(
    ("text", "options", "code", "message"),
    [
        ("a,y\n1,p\nx,q\n", ["--target", "y"], 3, "line 3, column 'a'"),
        ("a,y\n1,p\n2,q\n", [], 2, "--target COLUMN. Columns: a, y"),
        ("a,y\n1,p\n2,q\n", ["--target", "z"], 2, "Known: a, y"),
        ("a,y\n1,p\n2,q\n", ["--target", "y"], 3, "too few"),
        ("a,y\n1,p\n", ["--target", "y"], 3, "nothing to tell apart"),
        ("a,y\n1,1.5\n", ["--target", "y"], 3, "too few"),
        ("a,y\n" + "1,p\n2,p\n" * 9, ["--target", "y"], 3, "column 'y' is 'p' in every row"),
        ("a,y\n" + "1,0.5\n2,0.5\n" * 9, ["--target", "y"], 3, "every target of the training set is 0.5"),
        ("a,y\n" + ",p\n,q\n" * 20, ["--target", "y"], 3, "no column to learn from: a: empty in all training rows"),
        ("a,y\n" + "1,p\n2,q\n" * 9, ["--target", "y", "--ignore", "a"], 3, "no column besides the target"),
        ("a,y\n" + "1,p\n2,q\n" * 9, ["--target", "y", "--ignore", "b"], 2, "--ignore column: 'b' is not known"),
    ],
)
def test_bad_tables_end_with_a_message_and_no_folder(pellucid, folder, text, options, code, message):
    (folder / "table.csv").write_text(text)
    done = pellucid("train", "table.csv", *options)
    assert done.exit_code == code
    assert message in done.stderr
    assert not (folder / "runs").exists()


def test_options_for_tables_are_refused_elsewhere(pellucid, folder):
    for option in ("--target", "--category", "--ignore"):
        done = pellucid("train", "digits", option, "x")
        assert done.exit_code == 2
        assert f"{option} names a column of a table" in done.stderr


def test_unicode_everywhere(pellucid, folder):
    random = np.random.default_rng(0)
    side = random.integers(0, 2, 60)
    frame = pd.DataFrame({"가로 [cm]": side + random.normal(0, 0.1, 60), "Größe": random.normal(size=60)})
    frame["target"] = np.where(side == 0, "여자", "[b]Mann[/b]")
    output, record = train(pellucid, folder, frame)
    assert record["data"]["label_names"] == ["[b]Mann[/b]", "여자"]
    assert "[b]Mann[/b]" in output
    assert pellucid("predict", "run", "table.csv").output.startswith("label,p([b]Mann[/b]),p(여자)\n")
