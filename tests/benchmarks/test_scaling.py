"""Cost curves: slopes by hand, what is varied, tables, records and pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import record
from benchmarks.arithmetic import operations
from benchmarks.figure import draw_curves
from benchmarks.scaling import Curve, axes, curve, section
from benchmarks.steps import Comparison, Measured

CURVE = Curve(
    "batch", "batch", [1, 10, 100], {"pellucid": [1e-3, 1e-2, 1e-1], "pytorch": [1e-3, None, 1e-2], "jax_scan": [None] * 3}
)


def test_slopes_in_log_log():
    """Ten times the value: ten times the time is a slope of 1; a hundred times and ten times the time: one half."""
    assert CURVE.slope("pellucid") == pytest.approx(1)
    assert CURVE.slope("pytorch") == pytest.approx(0.5)
    assert CURVE.slope("jax_scan") is None


def test_each_axis_varies_one_thing():
    found = {axis.name: axis for axis in axes(threads=6)}
    assert found.keys() == {"batch", "width", "depth", "length", "threads"}
    assert found["threads"].values == (1, 2, 4, 6)
    assert [found["threads"].threads(v, 6) for v in (1, 4)] == [1, 4]
    assert "jax_scan" not in found["threads"].systems
    assert found["batch"].threads(512, 6) == 6
    assert [found["batch"].workload(n).batch for n in (8, 2048)] == [8, 2048]
    assert found["width"].workload(32).sizes == (784, 32, 32, 10)
    assert found["depth"].workload(2).sizes == (784, 100, 100, 10)
    short, long = (operations(found["length"].workload(n)) for n in (16, 256))
    assert long > 16 * short  # pairs of places grow with the square


def test_points_come_from_comparisons_and_gaps_stay():
    (axis, *_) = axes(threads=2)
    rows = [{"pellucid": Measured("pellucid", "", {}, None, [1.0, 3.0, 2.0])} for _ in axis.values]
    found = curve(axis, [Comparison(axis.workload(8), row, {"pytorch": "not here"}) for row in rows])
    assert found.seconds["pellucid"] == [2.0] * len(axis.values)
    assert found.seconds["pytorch"] == [None] * len(axis.values)


def test_the_table_and_the_picture():
    text = section([CURVE])
    assert "| Pellucid | 1e+03 us | 1e+04 us | 1e+05 us | 1.00 |" in text
    assert "| PyTorch | 1e+03 us | missing | 1e+04 us | 0.50 |" in text
    axes = draw_curves([CURVE]).axes[0]
    assert [line.get_label() for line in axes.lines] == ["Pellucid: 1.00", "PyTorch: 0.50", "JAX, scanned epoch"]


def test_curves_not_measured_again_stay_in_a_record(tmp_path: Path):
    other = Curve("width", "width", [1], {"pellucid": [1.0]})
    record.write(tmp_path / "r.json", "", [], [CURVE, other])
    record.write(tmp_path / "r.json", "", [], [Curve("width", "width", [2], {"pellucid": [1.0]})])
    assert record.read_curves(tmp_path / "r.json") == [CURVE, Curve("width", "width", [2], {"pellucid": [1.0]})]
    assert record.read(tmp_path / "r.json") == []
