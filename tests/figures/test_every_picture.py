"""Each figure in every language and theme and as every kind of file, from quick data: what enumerates them is the registry."""

import logging
import xml.etree.ElementTree as ElementTree
from dataclasses import is_dataclass
from functools import cache

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text as Label

from pellucid.errors import ArgumentError, FontUnavailable
from pellucid.figures import fonts, registry
from pellucid.figures.picture import Settings
from pellucid.figures.text import Text

NAMES = list(registry.PICTURES)
# Every pair of language and theme, of language and format, and of theme and format.
LOOKS = [("en", "light", "png"), ("ko", "dark", "png"), ("en", "dark", "svg"), ("ko", "light", "svg")]


@cache
def quick(name):
    return registry.get(name).compute(Settings(quick=True))


def needs_font(language):
    try:
        fonts.families(language)
    except FontUnavailable:
        pytest.skip("no font with Hangul is installed")


@pytest.fixture
def saved(monkeypatch):
    """The figures that were saved."""
    figures, save = [], Figure.savefig

    def remember(figure, *args, **kwargs):
        figures.append(figure)
        save(figure, *args, **kwargs)

    monkeypatch.setattr(Figure, "savefig", remember)
    return figures


@pytest.mark.parametrize(("language", "theme", "ending"), LOOKS)
@pytest.mark.parametrize("name", NAMES)
def test_it_is_drawn_with_every_letter_and_none_cut_off(name, language, theme, ending, tmp_path, caplog, saved):
    """Warnings are errors here, so a letter without a glyph fails; mathematics logs it instead."""
    needs_font(language)
    file = tmp_path / f"a.{ending}"
    with caplog.at_level(logging.WARNING):
        registry.get(name).save(quick(name), file, language=language, theme=theme)
    assert not [record.getMessage() for record in caplog.records]
    if ending == "svg":
        assert ElementTree.parse(file).getroot().tag == "{http://www.w3.org/2000/svg}svg"
        assert b"<text" not in file.read_bytes()  # letters are outlines
        return
    assert file.read_bytes().startswith(b"\x89PNG")
    (figure,) = saved
    figure.draw_without_rendering()  # places of labels in dots were those of the file
    (width, height), unseen = figure.canvas.get_width_height(), set(out_of_view(figure))
    for label in figure.findobj(Label):
        if label.get_visible() and label.get_text().strip() and label not in unseen:
            box = label.get_window_extent()
            assert min(box.x0, box.y0) >= -1, label.get_text()
            assert box.x1 <= width + 1, label.get_text()
            assert box.y1 <= height + 1, label.get_text()


def out_of_view(figure):
    """Labels of ticks beyond the ends of their axis: they are there, but never drawn."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            ends = sorted(axis.get_view_interval())
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                if not ends[0] <= tick.get_loc() <= ends[1]:
                    yield from (tick.label1, tick.label2)


@pytest.mark.parametrize("name", NAMES)
def test_its_data_is_frozen_and_finite(name):
    data = quick(name)
    assert is_dataclass(data)
    assert type(data).__dataclass_params__.frozen
    for field, value in vars(data).items():
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            assert np.isfinite(value).all(), field


@pytest.mark.parametrize("name", NAMES)
def test_it_says_all_in_both_languages(name):
    picture = registry.get(name)
    for text in (picture.title, picture.shows):
        assert isinstance(text, Text)
        assert text.en.isascii() or "−" in text.en
        assert any("가" <= letter <= "힣" for letter in text.ko)


def test_names_are_as_in_a_shell():
    for name, picture in registry.PICTURES.items():
        assert name == picture.name
        assert name.replace("-", "").isalpha()
        assert name.islower()


def test_the_same_file_again_and_settings_as_before(tmp_path):
    picture, before = registry.get("log"), dict(mpl.rcParams)
    for ending in ("png", "svg"):
        for stem in "ab":
            picture.save(quick("log"), tmp_path / f"{stem}.{ending}")
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()
    assert dict(mpl.rcParams) == before


def test_the_user_s_settings_do_not_change_it(tmp_path):
    picture = registry.get("cost")
    picture.save(quick("cost"), tmp_path / "a.png")
    with mpl.rc_context({"lines.linewidth": 9, "axes.facecolor": "red", "font.size": 30}):
        picture.save(quick("cost"), tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_what_is_not_known_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match=r"figure: 'costs' is not known. Did you mean 'cost'"):
        registry.get("costs")
    picture = registry.get("cost")
    with pytest.raises(ArgumentError, match=r"theme: 'drak' is not known. Did you mean 'dark'"):
        picture.figure(quick("cost"), theme="drak")
    with pytest.raises(ArgumentError, match="language: 'jp' is not known"):
        picture.figure(quick("cost"), language="jp")
    with pytest.raises(ArgumentError, match=r"end in .png or .svg. Received 'a.gif'"):
        picture.save(quick("cost"), tmp_path / "a.gif")
