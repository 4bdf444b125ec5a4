"""pellucid doctor: the report, its exit codes, JSON."""

import json

import numpy as np
import pytest


@pytest.fixture
def table(folder):
    """A table of two columns and what tells of them; with a target far from 0."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 300))
    lines = ["a,b,price,kind"] + [
        f"{x:.4f},{y:.4f},{2 * x - y:.4f},{'high' if x > y else 'low'}" for x, y in zip(a, b, strict=True)
    ]
    (folder / "data.csv").write_text("\n".join(lines) + "\n")
    return folder


def trained(pellucid, *arguments):
    result = pellucid("train", "data.csv", "--model", "mlp:8", "--out", "run", "--quiet", *arguments)
    assert result.exit_code == 0, result.output


def test_a_healthy_run(pellucid, table):
    trained(pellucid, "--target", "kind", "--epochs", "20", "--learning-rate", "0.01", "--ignore", "price")
    result = pellucid("doctor", "run")
    assert result.exit_code == 0, result.output
    assert "nothing wrong was found" in result.output


def test_a_learning_rate_far_too_small(pellucid, table):
    trained(pellucid, "--target", "kind", "--epochs", "5", "--optimizer", "sgd", "--learning-rate", "1e-7")
    result = pellucid("doctor", "run")
    assert result.exit_code == 5
    for part in ("learning_rate_too_small", "numbers", "likely cause", "remedy", "1e-07"):
        assert part in result.output


@pytest.mark.filterwarnings("ignore:Checkpoint. the weights are no longer finite")
def test_a_run_that_diverged_is_trained_again_to_the_first_bad_step(pellucid, table):
    trained(pellucid, "--target", "price", "--epochs", "3", "--optimizer", "sgd", "--learning-rate", "1e25", "--ignore", "kind")
    before = {path: path.read_bytes() for path in table.rglob("*") if path.is_file()}
    result = pellucid("doctor", "run", "--json")
    assert result.exit_code == 5
    (finding,) = json.loads(result.output)["findings"]
    assert finding["name"] == "not_finite"
    assert finding["numbers"]["epoch"] == 1
    assert finding["numbers"]["step"] in (1, 2, 3)
    assert "learning rate 1e+25 is far too large" in finding["cause"]
    assert {path: path.read_bytes() for path in table.rglob("*") if path.is_file()} == before


def test_data_that_lies_elsewhere_now(pellucid, table):
    trained(pellucid, "--target", "kind", "--epochs", "20", "--learning-rate", "0.01", "--ignore", "price")
    (table / "data.csv").rename(table / "moved.csv")
    assert pellucid("doctor", "run").exit_code == 3
    assert pellucid("doctor", "run", "--data", "moved.csv").exit_code == 0


def test_a_folder_that_is_no_run(pellucid):
    result = pellucid("doctor", "nothing")
    assert result.exit_code == 4
    assert "not a run" in result.stderr


def test_a_damaged_history(pellucid, table):
    trained(pellucid, "--target", "kind", "--epochs", "1")
    (table / "run" / "history.json").write_text('{"loss": [1.0')
    result = pellucid("doctor", "run")
    assert result.exit_code == 4
    assert "history.json: damaged" in result.stderr


@pytest.mark.filterwarnings("ignore:Checkpoint. the weights are no longer finite")
def test_other_data_than_the_run_s_is_refused(pellucid, table):
    """What is wrong with another training would be told of this one."""
    for rate in ("0.01", "1e25"):
        trained(pellucid, "--target", "price", "--epochs", "1", "--optimizer", "sgd", "--learning-rate", rate, "--overwrite")
        (table / "other.csv").write_text((table / "data.csv").read_text().replace("high", "High"))
        result = pellucid("doctor", "run", "--data", "other.csv")
        assert result.exit_code == 3
        assert "other.csv: not the data that run was trained on" in result.stderr


class TestTexts:
    @pytest.fixture
    def text(self, folder):
        (folder / "cats.txt").write_text("the cat sat on the mat. the rat sat on the hat. " * 40)

    def doctor(self, pellucid, *options):
        options = ("--model", "gru:8", "--validation-split", "0", "--out", "run", "--quiet", *options)
        assert pellucid("train", "cats.txt", *options).exit_code == 0
        result = pellucid("doctor", "run", "--json")
        assert result.stderr == ""
        return json.loads(result.output)

    def test_one_that_was_learned(self, pellucid, text):
        report = self.doctor(pellucid, "--epochs", "3")
        assert "3 epochs, last loss" in report["looked_at"]
        assert report["skipped"] == {}

    def test_one_that_is_not_learned_at_all(self, pellucid, text):
        report = self.doctor(pellucid, "--epochs", "4", "--batch-size", "2", "--optimizer", "sgd", "--learning-rate", "1e-7")
        assert [finding["name"] for finding in report["findings"]] == ["loss_not_moving"]

    @pytest.mark.filterwarnings("ignore:Checkpoint. the weights are no longer finite")
    def test_one_that_diverged_is_trained_again_to_the_first_bad_step(self, pellucid, text):
        report = self.doctor(pellucid, "--epochs", "3", "--optimizer", "adam", "--learning-rate", "1e38")
        (finding,) = report["findings"]
        assert finding["name"] == "not_finite"
        where = finding["numbers"]["epoch"], finding["numbers"]["operation"]
        assert where == (2, "Gru")  # the first step throws the weights there
