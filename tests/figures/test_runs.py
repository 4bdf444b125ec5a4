"""runs: the curves are the runs'; drawn with any names and for runs that diverge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pellucid.figures import runs as figure
from pellucid.figures.picture import Settings

HISTORIES = {
    "1 first": {"loss": {1: 2.0, 2: 1.0}, "val_loss": {1: 2.5, 2: 1.5}, "accuracy": {1: 0.5, 2: 0.75}, "val_accuracy": {2: 0.5}},
    "2 second": {"loss": {1: 3.0}},
}


def test_data_are_the_runs_curves() -> None:
    data = figure.runs(HISTORIES)
    assert data.name == ("1 first", "2 second")
    np.testing.assert_array_equal(data.loss[0].validation, [2.5, 1.5])
    np.testing.assert_array_equal(data.loss[1].training, [3.0])
    assert data.loss[1].validation.size == 0
    np.testing.assert_array_equal(data.accuracy[0].validation, [np.nan, 0.5])
    assert figure.runs({"a": {"loss": {1: 1.0}}}).accuracy == ()


def test_the_panels_show_the_data() -> None:
    drawn = figure.PICTURE.figure(figure.runs(HISTORIES))
    loss, accuracy = drawn.axes
    lines = [line.get_ydata().tolist() for line in loss.lines if len(line.get_ydata())]
    assert lines == [[2.0, 1.0], [2.5, 1.5], [3.0]]
    assert accuracy.lines[-1].get_xdata().tolist() == [2]  # a validation now and then
    assert [text.get_text() for text in drawn.legends[0].get_texts()] == ["1 first", "2 second"]


def test_a_run_that_diverges_does_not_press_the_others_flat() -> None:
    data = figure.runs({"good": {"loss": {1: 2.0, 2: 1.0}}, "bad": {"loss": {1: 2.0, 2: 1e9, 3: np.nan, 4: np.inf}}})
    assert figure.PICTURE.figure(data).axes[0].get_ylim()[1] < 10


@pytest.mark.parametrize("name", ["runs/a_$b$_c", "실행 1", "\U00013000"])
@pytest.mark.parametrize("ending", ["png", "svg"])
def test_any_names_are_drawn_without_a_warning(tmp_path: Path, name: str, ending: str) -> None:
    figure.save(figure.runs({name: HISTORIES["1 first"], "other": {}}), tmp_path / f"a.{ending}", theme="dark")
    assert (tmp_path / f"a.{ending}").stat().st_size > 1000


def test_the_example_trains() -> None:
    data = figure.compute(Settings(quick=True))
    assert len(data.name) == 4
    assert all(np.isfinite(curve.validation).all() for curve in (*data.loss, *data.accuracy))
