"""Fonts: the letters of each language, found among those of this machine; an error where there are none, never boxes."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from pellucid.errors import FontUnavailable
from pellucid.figures.text import Language

# Sans-serif faces with Hangul, by how well they go with figures: of Linux, macOS and Windows.
_HANGUL = (
    "NanumGothic",
    "Noto Sans KR",
    "Noto Sans CJK KR",
    "Noto Sans CJK JP",  # the same file as the one before, under the name of its first face
    "Source Han Sans KR",
    "Pretendard",
    "NanumBarunGothic",
    "NanumSquare",
    "Apple SD Gothic Neo",
    "AppleGothic",
    "Malgun Gothic",
    "UnDotum",
    "Baekmuk Dotum",
    "Arial Unicode MS",
)
_SAMPLE = "가나다학습률손실함수힣"
_PACKAGE = "koreanize_matplotlib"  # the extra `korean`: carries NanumGothic; only its files are used
_BUNDLED = "DejaVu Sans"  # comes with matplotlib: Latin, Greek, mathematics


def families(language: Language) -> list[str]:
    """Names of fonts for this language, the first one first; a letter that it lacks comes from the next.

    Raises:
        FontUnavailable: no font of this machine has Hangul; says what to install.
    """
    return [hangul(), _BUNDLED] if language == "ko" else [_BUNDLED]


@cache
def hangul() -> str:
    """The family of a font with Hangul: a well-known one, or else the first that has all letters of a sample.

    Raises:
        FontUnavailable: there is none.
    """
    from matplotlib import font_manager

    manager = font_manager.fontManager
    found = _among(_by_family(manager.ttflist))
    if not found:  # none when matplotlib last looked; but perhaps one was installed since
        for file in {*font_manager.findSystemFonts(), *_packaged()} - {entry.fname for entry in manager.ttflist}:
            with suppress(RuntimeError, OSError, UnicodeDecodeError):  # bitmaps, damaged files
                manager.addfont(file)
        found = _among(_by_family(manager.ttflist))
    if not found:
        raise FontUnavailable(
            "Korean labels need a font with Hangul, and none is installed. Install one (pip install 'pellucid[korean]'; Debian, "
            "Ubuntu: apt install fonts-nanum; Fedora: dnf install google-noto-sans-cjk-fonts), or draw with English labels "
            "(--language en)."
        )
    return found


def _packaged() -> list[str]:
    """Fonts of the package that the extra `korean` installs."""
    spec = find_spec(_PACKAGE)
    folders = (spec.submodule_search_locations if spec is not None else None) or []
    return [str(file) for folder in folders for file in (Path(folder) / "fonts").glob("*.ttf")]


def _among(installed: dict[str, str]) -> str | None:
    known = [family for family in _HANGUL if family in installed]
    others = sorted(set(installed) - set(known))
    return next((family for family in known + others if _has_hangul(installed[family])), None)


def _by_family(entries: Iterable[Any]) -> dict[str, str]:
    """A file for each family: upright and of ordinary weight where there is one."""
    plainest_last = sorted(entries, key=lambda entry: (entry.style != "normal", abs(_weight(entry.weight) - 400)), reverse=True)
    return {entry.name: entry.fname for entry in plainest_last}


def _weight(weight: int | str) -> int:
    return weight if isinstance(weight, int) else {"light": 300, "bold": 700}.get(weight, 400)


def _has_hangul(file: str) -> bool:
    from matplotlib import get_data_path
    from matplotlib.ft2font import FT2Font

    if Path(file).is_relative_to(get_data_path()):  # among matplotlib's own is one whose every letter is a box
        return False
    try:
        letters = cast("dict[int, int]", FT2Font(file).get_charmap())
    except (RuntimeError, OSError):
        return False
    return all(ord(letter) in letters for letter in _SAMPLE)
