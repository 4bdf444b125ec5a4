"""confusion-matrix: counts held to scikit-learn and to a count by hand; drawn for names of any kind."""

import numpy as np
import pytest

from pellucid.figures import confusion_matrix as figure
from pellucid.figures.letters import drawable, families_for
from pellucid.figures.picture import Settings


def test_counts_by_hand():
    counted = figure.confusion_matrix([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0], ["a", "b", "c"])
    assert counted.counts.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 2]]
    np.testing.assert_allclose(counted.shares, [[1 / 2, 1 / 2, 0], [0, 1, 0], [1 / 3, 0, 2 / 3]])


def test_a_class_without_samples_has_no_shares():
    assert figure.confusion_matrix([0], [1], ["a", "b", "c"]).shares.tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0]]


def test_the_digits_mostly_lie_on_the_diagonal():
    assert figure.compute(Settings(quick=True)).counts.shape == (10, 10)
    counted = figure.compute(Settings())
    assert counted.counts.sum() == 359
    assert np.trace(counted.counts) > 0.85 * 359


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "names",
    [
        ["no", "yes"],
        [f"class number {i}" for i in range(12)],
        list(map(str, range(40))),
        ["여자", "a $b$ c", "\U00013000", "[b]"],
    ],
)
def test_names_of_any_kind_are_drawn_without_a_warning(tmp_path, names, theme):
    counts = np.random.default_rng(0).integers(0, 50, (len(names), len(names)))
    path = tmp_path / "confusion.png"
    figure.save(figure.ConfusionMatrix(counts, tuple(names)), path, theme=theme)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_the_cells_say_the_counts():
    drawn = figure.PICTURE.figure(figure.confusion_matrix([0, 0, 1], [0, 1, 1], ["cat", "dog"]))
    (axes,) = drawn.axes
    assert sorted(text.get_text() for text in axes.texts) == ["1", "1", "1"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cat", "dog"]


def test_letters_that_no_font_has_are_replaced():
    fonts = families_for(["plain"])
    assert drawable("Größe [cm]", fonts, "2") == "Größe [cm]"
    assert drawable("two\nlines", fonts, "2") == "two lines"
    assert drawable("\U00013000", fonts, "2") == "2"
    assert drawable("", fonts, "2") == "2"
