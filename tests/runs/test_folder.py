"""A run's folder: what is written there is read back."""

from __future__ import annotations

import json
import math
from pathlib import Path

from pellucid.runs import State
from pellucid.runs.folder import BEGUN, HISTORY, RECORD, read_folder, write_begun, write_history, write_record


def test_a_record_and_its_history_are_read_back(tmp_path: Path) -> None:
    """What JSON has no word for is null there, and NaN again when it is read."""
    write_history(tmp_path, {"loss": [0.5, math.inf], "val_loss": [0.25, 0.125]})
    write_record(
        tmp_path, {"begun": "2026-01-01T00:00:00+00:00", "settings": {"seed": 3}, "results": {"test": {"loss": math.nan}}}
    )
    assert json.loads((tmp_path / RECORD).read_text()) == {
        "format": 1,
        "begun": "2026-01-01T00:00:00+00:00",
        "settings": {"seed": 3},
        "results": {"test": {"loss": None}},
    }
    assert json.loads((tmp_path / HISTORY).read_text()) == {"loss": [0.5, None], "val_loss": [0.25, 0.125]}
    run, history = read_folder(tmp_path, "first")
    assert (run.state, run.seed) == (State.FINISHED, 3)
    assert math.isnan(run.results["test"]["loss"])
    assert history["val_loss"] == [0.25, 0.125]
    assert history["loss"][0] == 0.5
    assert math.isnan(history["loss"][1])


def test_a_run_that_was_begun_is_one_that_was_stopped(tmp_path: Path) -> None:
    write_begun(tmp_path, {"data": "Größe.csv", "seed": 7, "category": ("a",)}, "f")
    assert json.loads((tmp_path / BEGUN).read_text(encoding="utf-8"))["format"] == 1
    run, history = read_folder(tmp_path, "first")
    assert (run.state, run.seed, history) == (State.INTERRUPTED, 7, {})
    assert run.data == {"name": "Größe.csv", "fingerprint": "f"}
    assert run.settings["category"] == ["a"]
