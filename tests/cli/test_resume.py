"""``pellucid train --resume``: a run that was stopped ends as one that was not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import pellucid as pl

TRAIN = [sys.executable, "-m", "pellucid", "train"]
OPTIONS = ["digits", "--model", "mlp:32", "--epochs", "30", "--seed", "3", "--threads", "1", "--quiet"]


def weights(run: Path) -> list[np.ndarray]:
    return pl.load_model(run / "model.safetensors").get_weights()


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_a_run_that_is_killed_is_gone_on_with(tmp_path: Path) -> None:
    subprocess.run([*TRAIN, *OPTIONS, "--out", "whole"], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    process = subprocess.Popen([*TRAIN, *OPTIONS, "--out", "killed"], cwd=tmp_path, stdout=subprocess.DEVNULL)
    checkpoints = tmp_path / "killed" / "checkpoints"
    until = time.monotonic() + 120
    while not any(checkpoints.glob("checkpoint-*")) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (tmp_path / "killed" / "run.json").exists()
    subprocess.run([*TRAIN, "--resume", "killed", "--quiet"], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    for one, other in zip(weights(tmp_path / "whole"), weights(tmp_path / "killed"), strict=True):
        np.testing.assert_array_equal(one, other)
    history = [json.loads((tmp_path / run / "history.json").read_text()) for run in ("whole", "killed")]
    assert history[0] == history[1]
    assert sorted(p.name for p in (tmp_path / "whole").iterdir()) == sorted(p.name for p in (tmp_path / "killed").iterdir())


def test_what_cannot_be_resumed_is_said(tmp_path: Path) -> None:
    done = subprocess.run([*TRAIN, "--resume", "nowhere"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 4
    assert "is not a run that was begun" in done.stderr
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "begun.json").write_text("{")
    done = subprocess.run([*TRAIN, "--resume", "run"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 4
    assert "damaged" in done.stderr
