"""``pellucid train`` and the commands that read what it wrote."""

import csv
import json
import os
import re
import signal
import subprocess
import sys

import numpy as np
import pytest

import pellucid as pl
from pellucid.cli.data_source import Data, open_data
from pellucid.cli.training_run import defaults_for
from pellucid.data.splits import Part
from pellucid.datasets import digits

QUICK = ("--epochs", "2", "--model", "mlp:16")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run on the digits with all defaults, as the README promises it, by a process of its own."""
    folder = tmp_path_factory.mktemp("trained")
    environment = {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"}
    command = [sys.executable, "-m", "pellucid", "train"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "runs" / "digits-001", done.stdout


def write_iris(path, rows=60):
    random = np.random.default_rng(5)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["length", "width", "kind", "price"])
        for i in range(rows):
            kind = i % 3
            length, width = random.normal([kind * 200 + 1000, -kind], [20, 0.1])
            writer.writerow([f"{length:.3f}", f"{width:.3f}", ["rose", "aster", "lily"][kind], f"{3 * width + 0.5:.3f}"])
    return path


def test_without_arguments_the_digits_are_learned(trained):
    run, output = trained
    record = json.loads((run / "run.json").read_text())
    assert record["results"]["test"]["accuracy"] >= 0.97
    assert record["data"]["samples"] == {"training": 1294, "validation": 144, "test": 359}
    for line in ("training", "validation", "test"):
        assert re.search(rf"^{line} .*\d\.\d\d%", output, re.MULTILINE)
    assert "what the network learns from" in output
    assert "not looked at before the end" in output
    assert "What to try next" in output
    assert str(run.relative_to(run.parents[1])) in output


def test_output_that_goes_to_a_file_has_no_escape_codes(trained):
    assert "\x1b" not in trained[1]


def test_the_run_folder_holds_what_it_should(trained):
    run, _ = trained
    assert sorted(path.name for path in run.iterdir()) == [
        "confusion.png", "curves.png", "history.csv", "history.json", "model.safetensors", "run.json",
    ]  # fmt: skip
    history = json.loads((run / "history.json").read_text())
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    with (run / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(history["loss"]) == 20
    assert float(rows[-1]["val_loss"]) == history["val_loss"][-1]
    assert (run / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_the_test_result_is_the_stored_model_s_on_the_test_set(trained):
    run, _ = trained
    (_, _), (x_test, y_test) = digits.load_data()
    probabilities = pl.load_model(run / "model.safetensors").predict(x_test, verbose=0)
    accuracy = (probabilities.argmax(1) == y_test).mean()
    assert json.loads((run / "run.json").read_text())["results"]["test"]["accuracy"] == pytest.approx(accuracy)


def test_evaluate_says_what_train_said(trained, pellucid):
    run, _ = trained
    results = json.loads((run / "run.json").read_text())["results"]
    for part, name in (("train", "training"), ("validation", "validation"), ("test", "test")):
        done = pellucid("evaluate", run, "digits", "--part", part)
        assert done.exit_code == 0
        assert f"{results[name]['accuracy']:.2%}" in done.output
    assert "359 samples" in pellucid("evaluate", run, "digits").output
    assert "1,797 samples" in pellucid("evaluate", run, "digits", "--part", "all").output


def test_predict_gives_a_line_a_sample(trained, pellucid, folder):
    run, _ = trained
    (_, _), (_, y_test) = digits.load_data()
    done = pellucid("predict", run, "digits")
    rows = list(csv.DictReader(done.output.splitlines()))
    assert len(rows) == 359
    assert np.mean([int(row["label"]) == y for row, y in zip(rows, y_test, strict=True)]) >= 0.97
    for row in rows[:20]:
        probabilities = {name[2:-1]: float(p) for name, p in row.items() if name != "label"}
        assert list(probabilities) == list("0123456789")
        assert sum(probabilities.values()) == pytest.approx(1, abs=1e-5)
        assert max(probabilities, key=probabilities.get) == row["label"]
    assert "359 predictions" in pellucid("predict", run, "digits", "--out", folder / "answers.csv").output
    assert (folder / "answers.csv").read_text() == done.output


def test_summary_tells_the_network_and_the_run(trained, pellucid):
    done = pellucid("summary", trained[0])
    assert done.exit_code == 0
    assert "64 x 512 + 512 = 33,280" in done.output
    assert "167,178 parameters" in done.output
    assert "learning rate" in done.output
    assert "1,294 training, 144 validation, 359 test" in done.output


def test_info_tells_what_a_report_needs(pellucid):
    done = pellucid("info")
    assert done.exit_code == 0
    for what in ("Pellucid", "numpy", "numba", "threads", "kernels", "fashion-mnist"):
        assert what in done.output


def test_the_same_seed_gives_the_same_model_and_another_seed_another(pellucid, folder):
    for out, seed in (("a", 3), ("b", 3), ("c", 4)):
        assert pellucid("train", *QUICK, "--seed", seed, "--out", out, "--quiet").output.split() == [out]
    one, again, other = (pl.load_model(folder / out / "model.safetensors").get_weights() for out in "abc")
    assert all(np.array_equal(v, w) for v, w in zip(one, again, strict=True))
    assert not all(np.array_equal(v, w) for v, w in zip(one, other, strict=True))


def test_options_reach_the_run(pellucid, folder):
    done = pellucid(
        "train", "digits", "--model", "mlp:8", "--epochs", 3, "--batch-size", 100, "--optimizer", "sgd", "--learning-rate", 0.25,
        "--loss", "mse", "--seed", 9, "--validation-split", 0, "--threads", 1, "--out", "run",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    record = json.loads((folder / "run/run.json").read_text())
    expected = {"model": "mlp:8", "epochs": 3, "batch_size": 100, "optimizer": "sgd", "learning_rate": 0.25, "loss": "mse"}
    assert record["settings"].items() >= {**expected, "seed": 9}.items()
    assert record["data"]["samples"] == {"training": 1438, "test": 359}
    assert record["machine"]["threads"] == 1
    assert set(json.loads((folder / "run/history.json").read_text())) == {"loss", "accuracy"}
    assert pellucid("evaluate", "run", "digits").exit_code == 0
    assert pellucid("evaluate", "run", "digits", "--part", "validation").exit_code == 2


def test_early_stopping_ends_before_all_epochs_and_keeps_the_best_weights(pellucid, folder):
    done = pellucid("train", "--model", "mlp:16", "--epochs", 300, "--learning-rate", 0.02, "--patience", 2, "--out", "run")
    assert done.exit_code == 0
    assert "Stopped early" in done.output
    record = json.loads((folder / "run/run.json").read_text())
    losses = json.loads((folder / "run/history.json").read_text())["val_loss"]
    assert len(losses) == record["epochs_done"] == int(np.argmin(losses)) + 1 + 2
    assert record["results"]["validation"]["loss"] == pytest.approx(min(losses), rel=1e-5)


def test_runs_are_counted_and_a_folder_in_use_is_refused(pellucid, folder):
    for _ in range(2):
        assert pellucid("train", *QUICK, "--quiet").exit_code == 0
    assert sorted(path.name for path in (folder / "runs").iterdir()) == ["digits-001", "digits-002", "runs.sqlite"]
    refused = pellucid("train", *QUICK, "--out", "runs/digits-001")
    assert refused.exit_code == 4
    assert "--overwrite" in refused.stderr
    assert pellucid("train", *QUICK, "--out", "runs/digits-001", "--overwrite").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "mlpp:3"], "Did you mean 'mlp'"),
        (["--optimizer", "adamm"], "Did you mean 'adam'"),
        (["--loss", "msee"], "Did you mean 'mse'"),
        (["--learning-rate", "-1"], "learning_rate"),
        (["digits", "--target", "kind"], "--target names a column"),
    ],
)
def test_values_that_break_a_rule_are_refused_before_anything_is_written(pellucid, folder, arguments, message):
    done = pellucid("train", *arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert not list(folder.iterdir())


class TestTables:
    def test_a_table_with_labels_by_name(self, pellucid, folder):
        path = write_iris(folder / "iris.csv")
        done = pellucid("train", path, "--target", "kind", "--out", "run", "--epochs", 60)
        assert done.exit_code == 0, done.output
        record = json.loads((folder / "run/run.json").read_text())
        assert record["data"]["label_names"] == ["aster", "lily", "rose"]
        assert record["data"]["feature_names"] == ["length", "width", "price"]
        assert record["results"]["test"]["accuracy"] == 1.0
        assert "12 samples" in pellucid("evaluate", "run", path).output

    def test_new_rows_are_answered_by_columns_names_in_any_order(self, pellucid, folder):
        path = write_iris(folder / "iris.csv")
        pellucid("train", path, "--target", "kind", "--out", "run", "--epochs", 60)
        (folder / "new.csv").write_text("width,note,length,price\n0.0,hello,1000,0.5\n-2,there,1400,-5.5\n")
        rows = list(csv.DictReader(pellucid("predict", "run", "new.csv").output.splitlines()))
        assert [row["label"] for row in rows] == ["rose", "lily"]
        assert set(rows[0]) == {"label", "p(aster)", "p(lily)", "p(rose)"}
        lacking = pellucid("predict", "run", "new.csv", "--part", "test")
        assert lacking.exit_code == 2
        (folder / "few.csv").write_text("width\n0.0\n")
        refused = pellucid("predict", "run", "few.csv")
        assert refused.exit_code == 3
        assert "lacks the columns length, price" in refused.stderr
        (folder / "strange.csv").write_text("length,width,price,kind\n1000,0,0.5,tulip\n")
        refused = pellucid("evaluate", "run", "strange.csv")
        assert refused.exit_code == 3
        assert "'tulip' is not a known label" in refused.stderr

    def test_a_set_of_the_table_that_was_learned_from_is_answered(self, pellucid, folder):
        path = write_iris(folder / "iris.csv")
        pellucid("train", path, "--target", "kind", "--out", "run", "--epochs", 60)
        opened = open_data(str(path), target="kind")
        rows = list(csv.DictReader(pellucid("predict", "run", path, "--part", "test").output.splitlines()))
        assert [row["label"] for row in rows] == [opened.label_names[label] for label in opened.divided(0, 0).test.y]
        for strange in ("tulip", ""):
            (folder / "other.csv").write_text(path.read_text().replace("rose", strange))
            refused = pellucid("predict", "run", "other.csv", "--part", "test")
            assert refused.exit_code == 2
            assert "not the data that the run was trained with" in refused.stderr
            assert len(pellucid("predict", "run", "other.csv", "--part", "all").output.splitlines()) == 61

    def test_numbers_are_fitted(self, pellucid, folder):
        path = write_iris(folder / "iris.csv", rows=200)
        (folder / "numbers.csv").write_text(path.read_text().replace("rose", "0").replace("aster", "1").replace("lily", "2"))
        done = pellucid("train", "numbers.csv", "--target", "price", "--out", "run", "--epochs", 60)
        assert done.exit_code == 0, done.output
        record = json.loads((folder / "run/run.json").read_text())
        assert record["settings"]["loss"] == "mse"
        assert record["results"]["test"]["loss"] < 0.1  # the prices' variance is about 6
        rows = list(csv.DictReader(pellucid("predict", "run", "numbers.csv").output.splitlines()))
        with (folder / "numbers.csv").open() as file:
            prices = [float(row["price"]) for row in csv.DictReader(file)]
        errors = [float(row["prediction"]) - price for row, price in zip(rows, prices, strict=True)]
        assert np.mean(np.square(errors)) < 0.1

    def test_an_archive_with_a_test_set_of_its_own(self, pellucid, folder):
        (x, y), (x_test, y_test) = digits.load_data()
        np.savez(folder / "own.npz", x_train=x, y_train=y.astype(int), x_test=x_test, y_test=y_test.astype(int))
        done = pellucid("train", "own.npz", *QUICK, "--out", "run")
        assert done.exit_code == 0, done.output
        assert json.loads((folder / "run/run.json").read_text())["data"]["samples"]["test"] == len(x_test)


class TestDamagedRuns:
    @pytest.fixture
    def run(self, pellucid, folder):
        assert pellucid("train", *QUICK, "--out", "run").exit_code == 0
        return folder / "run"

    @pytest.mark.parametrize("command", [["summary", "run"], ["evaluate", "run", "digits"], ["predict", "run", "digits"]])
    def test_a_damaged_model_or_record_ends_with_4(self, pellucid, run, command):
        model = (run / "model.safetensors").read_bytes()
        (run / "model.safetensors").write_bytes(model[:200])
        assert pellucid(*command).exit_code == 4
        (run / "model.safetensors").write_bytes(model)
        record = (run / "run.json").read_text()
        for text in (
            "",
            "[]",
            "{}",
            record[:100],
            record.replace('"format": 1', '"format": 99'),
            record.replace("classification", "x"),
        ):
            (run / "run.json").write_text(text)
            done = pellucid(*command)
            assert done.exit_code == 4
            assert "run.json" in done.stderr
        (run / "run.json").unlink()
        assert pellucid(*command).exit_code == 4

    def test_data_that_does_not_fit_ends_with_3(self, pellucid, run, folder):
        np.savez(folder / "other.npz", x=np.zeros((3, 5, 5), np.uint8), y=np.zeros(3, int))
        done = pellucid("evaluate", "run", "other.npz")
        assert done.exit_code == 3
        assert "(5, 5)" in done.stderr
        np.savez(folder / "other.npz", x=np.zeros((3, 8, 8), np.uint8), y=np.array([0, 1, 10]))
        done = pellucid("evaluate", "run", "other.npz")
        assert done.exit_code == 3
        assert "label 10" in done.stderr
        assert pellucid("evaluate", "run", "digits", "--part", "tests").exit_code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_keeps_what_was_learned_and_ends_with_130(folder):
    command = [sys.executable, "-u", "-m", "pellucid", "train", "--epochs", "1000000", "--out", "run"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        while not process.stdout.readline().startswith("Epoch 3"):
            assert process.poll() is None, process.stderr.read()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130, errors
    assert re.search(r"Interrupted after \d+ of 1000000 epochs", output)
    record = json.loads((folder / "run/run.json").read_text())
    assert record["interrupted"]
    assert record["epochs_done"] >= 2
    assert len(json.loads((folder / "run/history.json").read_text())["loss"]) == record["epochs_done"]
    assert pl.load_model(folder / "run/model.safetensors").count_params() == 167178


@pytest.mark.parametrize(
    ("samples", "shape", "model"),
    [(60_000, (28, 28), "mlp:100,100,100,100"), (1_438, (8, 8), "mlp:512,256"), (100, (4,), "mlp:100,100")],
)
def test_defaults_suit_the_data(samples, shape, model):
    part = Part(np.zeros((samples, *shape), np.uint8), np.zeros(samples, np.uint8))
    assert defaults_for(Data("name", part, "classification")).model == model
    assert defaults_for(Data("name", part, "regression")).loss == "mse"


def test_a_quiet_run_that_diverges_ends_as_one_that_speaks(pellucid, folder):
    options = ("--model", "linear", "--optimizer", "sgd", "--learning-rate", "1e38", "--epochs", "3")
    said = [pellucid("train", "digits", *options, "--out", out, *more).output for out, more in (("a", ()), ("b", ("-q",)))]
    epochs = [json.loads((folder / out / "run.json").read_text())["epochs_done"] for out in ("a", "b")]
    assert epochs == [1, 1]
    assert "training ends" in said[0]
    assert said[1] == "b\n"


def test_a_run_that_its_disk_has_no_room_for_is_written_elsewhere(pellucid, folder, tmp_path_factory, monkeypatch):
    """What was learned is not lost because its folder is on a full disk; where all are full, the way to have it again is told."""
    from pellucid.runs import folder as files

    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.setenv("TMPDIR", str(elsewhere))
    monkeypatch.setattr("tempfile.tempdir", None)
    write, full = files.write_text, [folder]

    def written(path, text):
        if path.name == "run.json" and any(path.resolve().is_relative_to(disk) for disk in full):
            raise OSError(28, "No space left on device")
        write(path, text)

    monkeypatch.setattr(files, "write_text", written)
    done = pellucid("train", "digits", *QUICK, "--out", "run")
    assert done.exit_code == 4
    (told,) = re.findall(r"run: the run cannot be written .*It was written to (\S+) instead", done.stderr)
    assert elsewhere in files.Path(told).parents
    assert pellucid("evaluate", told, "digits").exit_code == 0
    assert (folder / "run/checkpoints").is_dir()
    full.append(elsewhere)
    again = pellucid("train", "digits", *QUICK, "--out", "other")
    assert again.exit_code == 4
    assert "pellucid train --resume other then goes on from the last checkpoint" in again.stderr
    full.clear()
    assert pellucid("train", "--resume", "other").exit_code == 0
