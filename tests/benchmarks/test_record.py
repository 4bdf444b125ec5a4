"""Records, goals and the guard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import guard, record
from benchmarks.ceilings import Ceilings
from benchmarks.figure import draw
from benchmarks.goals import GOALS, Goal
from benchmarks.record import Row
from benchmarks.steps import Comparison, Measured
from benchmarks.workloads import WORKLOADS

ROW = Row("lenet5", "LeNet-5", "pytorch_compile", 2.0, 1.8, 2.2)


def comparison(**seconds: list[float]) -> Comparison:
    return Comparison(WORKLOADS[0], {name: Measured(name, "default", {}, None, times) for name, times in seconds.items()}, {})


def test_a_row_holds_the_ratio_to_the_fastest_peer_round_by_round():
    row = record.row_of(
        comparison(pellucid=[1.0, 2.0, 1.0], jax_scan=[2.0, 3.0, 4.0], pytorch=[9.0] * 3, products=[0.5, 1.5, 0.5])
    )
    assert row is not None
    assert (row.peer, row.times, row.low, row.high, row.of_products) == ("jax_scan", 2.0, 1.5, 4.0, 0.5)


def test_there_is_no_row_without_a_peer():
    assert record.row_of(comparison(pellucid=[1.0], products=[0.5])) is None
    assert record.row_of(comparison(pytorch=[1.0])) is None


def test_a_goal_is_met_by_the_ratio_or_by_the_share_of_the_products():
    goal = Goal(1.5, of_products=0.85)
    assert goal.is_met(1.5, None)
    assert goal.is_met(1.2, 0.85)
    assert not goal.is_met(1.49, 0.84)
    assert not goal.is_met(1.49, None)
    assert not Goal(2.0).is_met(1.9, 1.0)


def test_rows_not_measured_again_stay_in_a_record(tmp_path: Path):
    other = replace(ROW, name="two-layer", of_products=0.7)
    record.write(tmp_path / "r.json", "one machine", [ROW, other])
    record.write(tmp_path / "r.json", "one machine", [replace(ROW, times=2.5)])
    assert record.read(tmp_path / "r.json") == [replace(ROW, times=2.5), other]


def test_the_guard_names_what_fell_and_nothing_else(tmp_path: Path, capsys):
    rows = [ROW, replace(ROW, name="a", title="steady"), replace(ROW, name="b", title="noisy"), replace(ROW, name="c")]
    now = [
        replace(ROW, times=1.5, low=1.4, high=1.6),
        replace(rows[1], times=1.95, low=1.9, high=1.99),
        replace(rows[2], times=1.5, low=1.0, high=2.5),
    ]
    record.write(tmp_path / "old.json", "", rows)
    record.write(tmp_path / "new.json", "", now)
    assert guard.main([str(tmp_path / "old.json"), str(tmp_path / "new.json")]) == 1
    printed = capsys.readouterr().out
    assert "LeNet-5: 2.00 times the fastest peer before (pytorch_compile), 1.50 now" in printed
    assert "steady" not in printed
    assert "noisy" not in printed
    assert "not measured again: c" in printed
    assert guard.main([str(tmp_path / "old.json"), str(tmp_path / "old.json")]) == 0


def test_the_figure_has_a_bar_for_each_row():
    axes = draw([ROW, replace(ROW, name="x", times=0.8)]).axes[0]
    assert [bar.get_width() for bar in axes.patches] == [2.0, 0.8]
    assert len({bar.get_facecolor() for bar in axes.patches}) == 2  # ahead and behind


def test_a_seeds_workload_has_a_goal():
    assert {w.name for w in WORKLOADS} & {"mlp-sgd", "mlp-adam", "two-layer", "single-sample"} <= GOALS.keys()


def test_memory_is_held_against_the_pytorch_that_takes_less():
    """30 of 60 and of 90 MiB: half of what the frugal one takes."""
    found = comparison(pellucid=[1.0], pytorch=[2.0], pytorch_compile=[2.0])
    assert found.memory is None
    for name, peak in {"pellucid": 30, "pytorch": 60, "pytorch_compile": 90}.items():
        found.measured[name].peak = peak * 2**20
    row = record.row_of(found)
    assert row is not None
    assert row.memory == 0.5
    assert row.memory_is_met
    assert not replace(row, memory=0.61).memory_is_met
    assert ROW.memory_is_met is None


def test_a_rows_share_of_the_ceiling():
    """784-100x4-10 at batch 128: 2 * 128 * (2 * 78400 + 3 * 31000) = 63,948,800 operations; in a second, of 1e9 a second."""
    row = record.row_of(comparison(pellucid=[1.0], pytorch=[2.0]), Ceilings(1e9, 1e9))
    assert row is not None
    assert row.of_ceiling == pytest.approx(0.0639488)
