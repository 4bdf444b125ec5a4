"""Fonts with Hangul: found, or an error that says what to install; never boxes."""

import pytest
from matplotlib import font_manager, get_data_path

from pellucid.errors import FontUnavailable
from pellucid.figures import fonts

find_system_fonts = font_manager.findSystemFonts


def system_fonts():
    return [file for file in find_system_fonts() if file.endswith("NanumGothic.ttf")]


@pytest.fixture
def bare(monkeypatch):
    """A machine with matplotlib's own fonts alone."""
    manager = font_manager.fontManager
    own = [entry for entry in manager.ttflist if entry.fname.startswith(get_data_path())]
    monkeypatch.setattr(manager, "ttflist", own)
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda *args, **kwargs: [])
    monkeypatch.setattr(fonts, "_packaged", list)
    fonts.hangul.cache_clear()
    yield
    fonts.hangul.cache_clear()


def test_a_machine_without_hangul_is_told_what_to_install(bare):
    """Among matplotlib's own fonts is one that claims every letter and draws a box for it: it does not count."""
    with pytest.raises(FontUnavailable, match=r"apt install fonts-nanum.*--language en"):
        fonts.families("ko")
    assert fonts.families("en") == ["DejaVu Sans"]


def test_a_font_installed_since_matplotlib_last_looked_is_found(bare, monkeypatch):
    files = system_fonts()
    if not files:
        pytest.skip("no font with Hangul is installed")
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda *args, **kwargs: files)
    assert fonts.families("ko")[0] == "NanumGothic"


def test_the_one_found_has_the_letters():
    try:
        family = fonts.hangul()
    except FontUnavailable:
        pytest.skip("no font with Hangul is installed")
    from matplotlib.ft2font import FT2Font

    letters = FT2Font(font_manager.findfont(family)).get_charmap()
    assert all(ord(letter) in letters for letter in "학습률손실함수뷁")
