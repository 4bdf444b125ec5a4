"""Learning curves: what is drawn, and what is left alone."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import matplotlib as mpl
import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.figures import draw_history, save_history

HISTORY = {
    "accuracy": [0.5, 0.75, 0.875],
    "loss": [2.0, 1.0, 0.5],
    "val_accuracy": [0.4, 0.6, 0.5],
    "val_loss": [2.5, 1.5, 1.75],
    "learning_rate": [0.1, 0.1, 0.1],
}


def curves(axes):
    return {line.get_label(): line.get_ydata() for line in axes.get_lines() if len(line.get_xdata()) != 2}


def test_each_metric_has_its_panel_with_both_curves_the_loss_first():
    figure = draw_history(HISTORY, "three epochs")
    assert [axes.get_title() for axes in figure.axes] == ["loss", "accuracy"]
    assert figure.get_suptitle() == "three epochs"
    for axes, name in zip(figure.axes, ("loss", "accuracy"), strict=True):
        drawn = curves(axes)
        np.testing.assert_array_equal(drawn["training"], HISTORY[name])
        np.testing.assert_array_equal(drawn["validation"], HISTORY[f"val_{name}"])
        assert axes.get_xlabel() == "epoch"


def test_the_curves_differ_by_more_than_their_colour():
    lines = [line for line in draw_history(HISTORY).axes[0].get_lines() if line.get_label() in ("training", "validation")]
    for look in (lambda line: line.get_linestyle(), lambda line: line.get_marker(), lambda line: line.get_color()):
        assert len({look(line) for line in lines}) == 2


def test_the_epoch_of_the_lowest_validation_loss_is_marked():
    labels = [line.get_label() for line in draw_history(HISTORY).axes[0].get_lines()]
    assert "lowest validation loss (epoch 2)" in labels


@pytest.mark.parametrize("history", [{"loss": [1.0]}, {"loss": [1.0, float("nan")], "val_loss": [float("nan")] * 2}])
def test_one_epoch_and_a_diverged_run_are_drawn(history, tmp_path):
    save_history(history, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_png_and_svg_and_the_same_picture_again(tmp_path):
    save_history(HISTORY, tmp_path / "a.png")
    save_history(HISTORY, tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    save_history(HISTORY, tmp_path / "a.svg", "title")
    assert ElementTree.parse(tmp_path / "a.svg").getroot().tag.endswith("svg")


def test_what_cannot_be_drawn_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match="no epoch"):
        draw_history({})
    with pytest.raises(ArgumentError, match="no epoch"):
        draw_history({"loss": []})
    with pytest.raises(ArgumentError, match=r"end in \.png or \.svg"):
        save_history(HISTORY, tmp_path / "a.pdf")


def test_matplotlib_s_settings_and_pyplot_are_left_alone(tmp_path):
    before = dict(mpl.rcParams)
    save_history(HISTORY, tmp_path / "a.png")
    assert dict(mpl.rcParams) == before
    code = (
        "import sys, pellucid.figures as f; assert 'matplotlib' not in sys.modules;"
        "f.draw_history({'loss': [1.0]}); assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
