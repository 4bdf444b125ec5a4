"""The program as a whole, with nothing measured."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as program
from benchmarks.ceilings import Ceilings
from benchmarks.steps import Comparison, LossMismatch, Measured
from benchmarks.worker import Worker, WorkerError


def pretend(monkeypatch: pytest.MonkeyPatch, ends: dict[str, BaseException], *arguments: str) -> None:
    """Let the program be called with these arguments, and measure nothing: a row ends in what ``ends`` says, or is made up."""

    def compare(workload: Any, pythons: dict[str, str], **_: Any) -> Comparison:
        if workload.name in ends:
            raise ends[workload.name]
        rows = {name: Measured(name, "default", {}, [2.0, 1.0], [seconds]) for name, seconds in pythons.items()}
        return Comparison(workload, rows, {})

    monkeypatch.setattr(program, "compare", compare)
    monkeypatch.setattr(program, "interpreters", lambda _: {"pellucid": 1.0, "pytorch": 2.0, "products": 1.0})
    monkeypatch.setattr(program.ceilings, "measure", lambda *_: Ceilings(1e11, 1e10))
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--systems", "pellucid", "pytorch", *arguments])


def test_a_row_whose_losses_differ_is_refused_and_the_others_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    ends = {"mlp-adam": LossMismatch("loss of step 1: 2.0 (pytorch), 1.0 (pellucid)")}
    pretend(monkeypatch, ends, "--only", "mlp-sgd", "--only", "mlp-adam", "--record", str(tmp_path / "r.json"))
    assert program.main() == 1
    printed = capsys.readouterr().out
    assert "### 784-100x4-10, batch 128, Adam\n\n**Not compared**: loss of step 1: 2.0 (pytorch), 1.0 (pellucid)." in printed
    assert "Fastest peer: PyTorch, 2.00 times Pellucid's time." in printed
    assert [row.name for row in program.record.read(tmp_path / "r.json")] == ["mlp-sgd"]


def test_what_was_measured_is_written_before_the_next_part_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    files = ["--record", str(tmp_path / "r.json"), "--out", str(tmp_path / "r.md")]
    pretend(monkeypatch, {"two-layer": KeyboardInterrupt()}, "--only", "mlp-sgd", "--only", "two-layer", *files)
    with pytest.raises(KeyboardInterrupt):
        program.main()
    assert [row.name for row in program.record.read(tmp_path / "r.json")] == ["mlp-sgd"]
    assert "Fastest peer: PyTorch, 2.00 times" in (tmp_path / "r.md").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="the sleeping interpreter is a script with a first line that names its own")
def test_a_system_that_does_not_answer_in_time_is_given_up(tmp_path: Path):
    """The interpreter here sleeps, whatever it is asked."""
    sleeper = tmp_path / "sleeper"
    sleeper.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n", encoding="utf-8")
    sleeper.chmod(0o755)
    worker = Worker("pytorch", str(sleeper), tmp_path / "log", patience=0.2)
    try:
        with pytest.raises(WorkerError, match=r"given up: no answer to 'quit' within 0\.2 seconds"):
            worker.ask("quit")
    finally:
        worker.close()
