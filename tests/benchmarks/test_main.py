"""The program as a whole, with nothing measured."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as program
from benchmarks.ceilings import Ceilings
from benchmarks.steps import Comparison, LossMismatch, Measured


def test_a_row_whose_losses_differ_is_refused_and_the_others_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def compare(workload: Any, pythons: dict[str, str], **_: Any) -> Comparison:
        if workload.name == "mlp-adam":
            raise LossMismatch("loss of step 1: 2.0 (pytorch), 1.0 (pellucid)")
        rows = {name: Measured(name, "default", {}, [2.0, 1.0], [seconds]) for name, seconds in pythons.items()}
        return Comparison(workload, rows, {})

    monkeypatch.setattr(program, "compare", compare)
    monkeypatch.setattr(program, "interpreters", lambda _: {"pellucid": 1.0, "pytorch": 2.0, "products": 1.0})
    monkeypatch.setattr(program.ceilings, "measure", lambda *_: Ceilings(1e11, 1e10))
    asked = ["--only", "mlp-sgd", "--only", "mlp-adam", "--systems", "pellucid", "pytorch"]
    monkeypatch.setattr(sys, "argv", ["benchmarks", *asked, "--record", str(tmp_path / "r.json")])
    assert program.main() == 1
    printed = capsys.readouterr().out
    assert "### 784-100x4-10, batch 128, Adam\n\n**Not compared**: loss of step 1: 2.0 (pytorch), 1.0 (pellucid)." in printed
    assert "Fastest peer: PyTorch, 2.00 times Pellucid's time." in printed
    assert [row.name for row in program.record.read(tmp_path / "r.json")] == ["mlp-sgd"]
