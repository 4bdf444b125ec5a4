"""``pellucid tune``: the same seed gives the same trials, whatever stops it; each is a run."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from pellucid.engine.team import num_threads
from pellucid.runs import RunDatabase, State
from pellucid.runs.process import Process

pytest.importorskip("optuna", reason="needs the extra 'tune'")

SMALL = ("--width", "4,16", "--layers", "1,2", "--epochs", 3, "--threads", 1)


def trials(name: str) -> list[tuple[object, ...]]:
    """What each trial of a search was and gave."""
    with RunDatabase("runs", check=True) as database:
        return [
            (run.trial, run.state, run.note, run.epochs_done, run.settings, run.results, database.curves(run.id))
            for run in sorted(database.runs(name), key=lambda run: run.trial or 0)
        ]


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_the_same_seed_gives_the_same_trials_also_in_two_halves(pellucid, folder, sampler):
    options = ("digits", *SMALL, "--sampler", sampler)
    whole = pellucid("tune", *options, "--trials", 13, "--study", "whole")  # beyond TPE's first ten, which are random
    assert whole.exit_code == 0, whole.stderr
    assert pellucid("tune", *options, "--trials", 6, "--study", "halves").exit_code == 0
    again = pellucid("tune", "--study", "halves", "--trials", 13)
    assert again.exit_code == 0, again.stderr
    assert trials("halves") == trials("whole")
    assert len(trials("whole")) == 13
    assert pellucid("tune", *options, "--trials", 2, "--study", "other", "--seed", 1).exit_code == 0
    assert trials("other")[0] != trials("whole")[0]


def test_the_result_is_a_table_a_figure_and_a_command_that_gives_the_same_loss(pellucid, folder):
    done = pellucid("tune", "digits", *SMALL, "--trials", 8, "--data-dir", "my files")
    assert done.exit_code == 0, done.stderr
    assert "What mattered" in done.output
    assert (folder / "runs/digits-search-001/search.png").read_bytes().startswith(b"\x89PNG")
    scores = [values["validation"]["loss"] for _, _, note, _, _, values, _ in trials("digits-search-001") if note != "given up"]
    (line,) = re.findall(r"^  (pellucid train .*)$", done.output, re.MULTILINE)
    assert "--threads 1 --data-dir 'my files'" in line
    retrained = pellucid(*shlex.split(line)[1:], "--out", "best")
    assert retrained.exit_code == 0, retrained.stderr
    assert json.loads((folder / "best/run.json").read_text())["results"]["validation"]["loss"] == min(scores)
    assert "8 trials; pellucid runs --study digits-search-001" in pellucid("runs").output
    assert "digits-search-001/trial-008" in pellucid("runs", "--study", "digits-search-001").output


@pytest.mark.parametrize("columns", [80, 120])
def test_the_table_fits_the_terminal(pellucid, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    output = pellucid("tune", "digits", *SMALL, "--trials", 2).output
    rows = output[output.index("The best of") :].split("\n\n")[0].splitlines()
    assert max(map(len, rows)) <= columns
    assert "…" not in "".join(rows)


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_a_search_that_is_killed_goes_on_as_if_nothing_had_happened(pellucid, folder):
    options = ["tune", "digits", *map(str, SMALL[:-3]), "20", "--threads", "1", "--trials", "5"]
    assert pellucid(*options, "--study", "whole").exit_code == 0
    process = subprocess.Popen([sys.executable, "-m", "pellucid", *options, "--study", "killed"], stdout=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while not (folder / "runs/killed/trial-003/run.json").exists() and time.monotonic() < until:
        assert process.poll() is None
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = pellucid("tune", "--study", "killed", "--trials", 5)
    assert done.exit_code == 0, done.stderr
    assert trials("killed") == trials("whole")


def test_trials_survive_a_rebuild(pellucid, folder):
    assert pellucid("tune", "digits", *SMALL, "--trials", 2, "--study", "a").exit_code == 0
    before = trials("a")
    assert pellucid("runs", "rebuild").exit_code == 0
    assert trials("a") == before


def test_tables_of_numbers_are_searched_too(pellucid, folder):
    lines = ["a,b,y", *(f"{i % 7},{i * 3 % 11},{i % 7 + 2 * (i * 3 % 11)}" for i in range(80))]
    (folder / "table.csv").write_text("\n".join(lines))
    done = pellucid("tune", "table.csv", "--target", "y", "--trials", 2, "--epochs", 5, "--model", "linear", "--weight-decay", 0)
    assert done.exit_code == 0, done.stderr
    assert "--target y" in done.output
    assert "--weight-decay" not in done.output
    assert f"--threads {num_threads()} " in done.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["digits", "--sampler", "tpee"], "Did you mean 'tpe'"),
        (["digits", "--pruner", "x"], "--pruner"),
        (["digits", "--optimizer", "adamm"], "Did you mean 'adam'"),
        (["digits", "--learning-rate", "1,0.1"], "--learning-rate: LOW,HIGH"),
        (["digits", "--learning-rate", "0"], "must be above 0"),
        (["digits", "--weight-decay", "0,1"], "--weight-decay: LOW,HIGH"),
        (["digits", "--width", "1.5,3"], "--width: LOW,HIGH or one value is needed: whole numbers from 1"),
        (["digits", "--width", "1,2,3"], "--width"),
        (["digits", "--model", "mlpp:3"], "Did you mean 'mlp'"),
        (["digits", "--study", "../x"], "--study: a name"),
        ([], "name the data"),
        (["--study", "never"], "no search 'never'"),
        (["digits", "--compare", "--sampler", "tpe"], "--compare"),
    ],
)
def test_values_that_break_a_rule_are_refused_before_anything_is_written(pellucid, folder, arguments, message):
    done = pellucid("tune", *arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert not list(folder.iterdir())


def test_a_search_goes_on_as_it_was_begun(pellucid, folder):
    assert pellucid("tune", "digits", *SMALL, "--trials", 1, "--study", "a").exit_code == 0
    for option, value in (("--width", "4,8"), ("--seed", 1), ("--optimizer", "sgd"), ("--balance", None)):
        refused = pellucid("tune", "--study", "a", option, *([] if value is None else [value]))
        assert refused.exit_code == 2
        assert f"{option}: the search a was begun with" in refused.stderr
    (folder / "runs/a/search.json").write_text("{")
    assert pellucid("tune", "--study", "a").exit_code == 4


def test_two_processes_at_one_search_are_refused(pellucid, folder):
    assert pellucid("tune", "digits", *SMALL, "--trials", 1, "--study", "a").exit_code == 0
    with RunDatabase("runs") as database:
        database.put(replace(database.get("1"), state=State.RUNNING, process=Process.own()))
    refused = pellucid("tune", "--study", "a", "--trials", 2)
    assert refused.exit_code == 4
    assert f"process {os.getpid()} is at it already" in refused.stderr


def test_without_optuna_the_way_to_it_is_told(pellucid, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    done = pellucid("tune", "digits")
    assert done.exit_code == 2
    assert "pip install 'pellucid[tune]'" in done.stderr


def test_a_comparison_of_trials_that_all_diverged(pellucid, folder):
    options = ("--model", "linear", "--optimizer", "sgd", "--learning-rate", "1e38", "--weight-decay", 0, "--epochs", 1)
    done = pellucid("tune", "digits", *options, "--trials", 2, "--compare")
    assert done.exit_code == 0, done.stderr
    for search in ("random", "random, median"):
        assert re.search(rf"^{search} +2 +2 .* - +- *$", done.output, re.MULTILINE)


def test_halving_keeps_the_best_third_at_every_rung(pellucid, folder):
    """The rule of Li et al. (2020) by hand: after 1 and 3 of 9 epochs a trial goes on if it is among the best third so far."""
    options = ("--width", "2,12", "--layers", "1,1", "--epochs", 9, "--threads", 1, "--sampler", "random")
    done = pellucid("tune", "digits", *options, "--pruner", "halving", "--trials", 9, "--study", "halved")
    assert done.exit_code == 0, done.stderr
    seen: dict[int, list[float]] = {1: [], 3: []}
    stopped = []
    for _, _, note, epochs, _, _, curves in trials("halved"):
        losses = [curves["val_loss"][epoch] for epoch in sorted(curves["val_loss"])]
        expected = 9
        for rung, values in seen.items():
            values.append(losses[rung - 1])
            if losses[rung - 1] > sorted(values)[max(1, len(values) // 3) - 1]:
                expected = rung
                break
        assert (epochs, note == "given up") == (expected, expected < 9)
        stopped.append(expected)
    assert len(set(stopped)) > 1
