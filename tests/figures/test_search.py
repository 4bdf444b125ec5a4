"""search: bars and curves are the search's, the best trial first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pellucid.errors import FontUnavailable
from pellucid.figures import fonts
from pellucid.figures import search as figure
from pellucid.figures.picture import Settings

CURVES = {1: [3.0, 2.0], 2: [2.0, 1.0, 1.5], 3: [0.5], 4: [float("nan")], 5: []}


def test_order_and_importance() -> None:
    data = figure.search({"width": 0.25, "learning_rate": 0.75}, CURVES, pruned=[3, 4])
    assert data.setting == ("learning_rate", "width")
    assert data.importance.tolist() == [0.75, 0.25]
    assert data.trial == (2, 1, 3, 4)  # those that were given up come last, whatever they had reached; 5 had no epoch
    assert data.pruned == (False, False, True, True)


def test_the_panels_show_the_data() -> None:
    data = figure.search({"width": 0.25, "learning_rate": 0.75}, CURVES, pruned=[3, 4])
    drawn = figure.PICTURE.figure(data)
    bars, curves = drawn.axes
    widths = {label.get_text(): bar.get_width() for bar, label in zip(bars.patches, bars.get_yticklabels(), strict=True)}
    assert widths == {"learning rate": 0.75, "width": 0.25}
    by_label = {line.get_label(): line.get_ydata().tolist() for line in curves.lines}
    assert by_label["trial 2"] == [2.0, 1.0, 1.5]
    assert by_label["trial 1"] == [3.0, 2.0]
    assert by_label["given up early"] == [0.5]


@pytest.mark.parametrize("data", [figure.search({}, {}), figure.search({}, {1: [1.0]}), figure.search({}, {1: [1.0]}, [1])])
def test_little_data_is_drawn_too(data: figure.Search, tmp_path: Path) -> None:
    figure.save(data, tmp_path / "a.svg")
    assert "<svg" in (tmp_path / "a.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(("language", "theme", "ending"), [("en", "dark", "png"), ("ko", "light", "svg")])
def test_the_example_is_drawn(tmp_path: Path, language: str, theme: str, ending: str) -> None:
    try:
        fonts.families("ko")
    except FontUnavailable:
        pytest.skip("no font with Hangul is installed")
    data = figure.compute(Settings())
    assert all(np.isfinite(curve).all() for curve in data.loss)
    figure.save(data, tmp_path / f"a.{ending}", language=language, theme=theme)
    assert (tmp_path / f"a.{ending}").stat().st_size > 1000
