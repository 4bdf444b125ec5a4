"""S3.3: hyperparameters are searched automatically: random search, and the same with pruning, on the digits."""

from __future__ import annotations

import re

import pytest
from rich.console import Console
from typer.testing import CliRunner

from pellucid.cli.main import app
from pellucid.cli.searches import compare_pruning
from pellucid.cli.tune import DEFAULTS
from pellucid.runs import RunDatabase

pytest.importorskip("optuna", reason="needs the extra 'tune'")

TRIALS, EPOCHS = 12, 8
# Networks small enough for a test; the learning rate from far too small to too large, and weight decay, are what is searched.
SPACE = {"data": "digits", "epochs": EPOCHS, "layers": "1,2", "width": "8,32", "seed": 1}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    root = tmp_path_factory.mktemp("runs")
    searches = compare_pruning(Console(quiet=True), root, "digits", SPACE, DEFAULTS, TRIALS, 1, None)
    return root, list(searches.values())


def test_s3_3_both_try_the_same_settings(found):
    _, (whole, pruned) = found
    assert len(whole) == len(pruned) == TRIALS
    assert [trial.settings for trial in whole] == [trial.settings for trial in pruned]
    assert len({trial.settings for trial in whole}) == TRIALS


def test_s3_3_pruning_gives_hopeless_trials_up_and_trains_fewer_epochs(found):
    _, (whole, pruned) = found
    assert sum(len(trial.losses) for trial in whole) == TRIALS * EPOCHS
    given_up = [trial for trial in pruned if trial.given_up]
    assert len(given_up) >= 2
    assert sum(len(trial.losses) for trial in pruned) <= TRIALS * EPOCHS - 2 * len(given_up)
    assert all(len(trial.losses) < EPOCHS for trial in given_up)


def test_s3_3_until_it_is_given_up_a_trial_is_the_same_bit_for_bit(found):
    _, (whole, pruned) = found
    for one, other in zip(whole, pruned, strict=True):
        assert one.losses[: len(other.losses)] == other.losses


def test_s3_3_the_best_is_found_all_the_same(found):
    """Within 20 % of the lowest loss, where losses differ by more than five times."""
    _, (whole, pruned) = found
    scores = [trial.score for trial in whole]
    assert max(scores) > 5 * min(scores)
    assert min(trial.score for trial in pruned if not trial.given_up) <= 1.2 * min(scores)


def test_s3_3_each_trial_is_a_run(found):
    root, (whole, pruned) = found
    with RunDatabase(root, check=True) as database:
        for name, trials in (("digits-none", whole), ("digits-median", pruned)):
            runs = database.runs(name)
            assert [run.trial for run in runs] == [trial.number for trial in trials]
            for run, trial in zip(runs, trials, strict=True):
                assert tuple(database.curves(run.id)["val_loss"].values()) == trial.losses
                assert (run.settings["learning_rate"], run.settings["weight_decay"]) == (
                    trial.settings.learning_rate,
                    trial.settings.weight_decay,
                )


def test_s3_3_one_command_prints_the_comparison(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = ["tune", "digits", "--compare", "--trials", "3", "--epochs", "2", "--width", "4", "--layers", "1", "--threads", "1"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    header = r"search +trials +given up +epochs +seconds +lowest loss +trial"
    assert re.search(header + r"\s+random +3 +0 +6 .*\s+random, median +3 +0 +6 ", done.output)
