"""Sheet: the paper that a figure is drawn on; knows theme and language, so that figures need not."""

from __future__ import annotations

import logging
import math
import textwrap
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pellucid.figures.fonts import families
from pellucid.figures.text import Language, Text
from pellucid.figures.themes import LINES, MARKERS, Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Sheet:
    """A blank figure, with its theme and language.

    Args:
        figure: matplotlib's, made without pyplot.
        theme: colours.
        language: of all labels.
    """

    figure: Figure
    theme: Theme
    language: Language

    def say(self, text: Text, **values: object) -> str:
        """The label in this sheet's language."""
        return text.said(self.language, **values)

    def panels(self, rows: int = 1, columns: int = 1, **settings: Any) -> list[Axes]:
        """Panels from left to right, then down; settings are those of ``Figure.subplots``."""
        return list(self.figure.subplots(rows, columns, squeeze=False, **settings).flat)

    def curve(self, number: int, *, points: int = 0, markers: int = 8) -> dict[str, Any]:
        """Colour and dashes of the curve of this number, from 0; with ``points``, a marker on about ``markers`` of them."""
        look = {"color": self.color(number), "linestyle": LINES[number % len(LINES)]}
        if points:
            every = max(1, points // markers)
            # Curves begin with their markers at places of their own, so that those of one do not cover the next one's.
            look |= {"marker": MARKERS[number % len(MARKERS)], "markevery": (number * every // 6 % every, every)}
        return look

    def color(self, number: int) -> str:
        """The colour of the curve of this number, from 0."""
        return self.theme.series[number % len(self.theme.series)]

    def surface(self) -> Colormap:
        """Shades from the theme's wash, low, to the paper, high."""
        from matplotlib.colors import LinearSegmentedColormap

        return LinearSegmentedColormap.from_list("surface", [self.theme.wash, self.theme.paper])

    def note(self, axes: Axes, text: str, at: tuple[float, float], **settings: Any) -> None:
        """A remark at a place of the panel, in data coordinates, on a patch of paper so that lines do not run through it."""
        look: dict[str, Any] = {"color": self.theme.ink, "fontsize": 9, "ha": "left", "va": "center", "linespacing": 1.3}
        patch = {"boxstyle": "round,pad=0.15", "facecolor": self.theme.paper, "edgecolor": "none", "alpha": 0.8}
        axes.annotate(text, at, **({"bbox": patch} | look | settings))

    def logarithmic(self, axes: Axes, which: str) -> None:
        """Make ``x``, ``y`` or both (``xy``) logarithmic, with powers of ten beside them.

        matplotlib's own labels take their minus from the text's font, and many a font with Hangul has none.
        """
        from matplotlib.ticker import FuncFormatter, NullFormatter

        for name in which:
            axes.set(**{f"{name}scale": "log"})
            axis = axes.xaxis if name == "x" else axes.yaxis
            axis.set_major_formatter(FuncFormatter(lambda value, place: f"$10^{{{round(math.log10(value))}}}$"))
            axis.set_minor_formatter(NullFormatter())

    def head(self, title: Text, foot: Text) -> None:
        """The title above all panels, and below them what there is to see."""
        width = self.figure.get_figwidth()
        self.figure.suptitle(self.say(title), x=0.012, ha="left", fontsize=13, fontweight="bold")
        lines = _wrapped(self.say(foot), round(width * 14.5))
        self.figure.supxlabel(lines, x=0.012, ha="left", fontsize=9, color=self.theme.muted, linespacing=1.3)


@contextmanager
def settings(theme: Theme, language: Language) -> Iterator[None]:
    """matplotlib's own settings with this theme and fonts while a figure is drawn or saved, then those from before.

    The user's settings are left out: the same figure everywhere.
    """
    import matplotlib as mpl

    changes: Any = theme.settings() | {"font.family": families(language)}
    log = logging.getLogger("matplotlib.font_manager")  # warns of a bold face that is a little less bold than was asked for
    level = log.level
    try:
        log.setLevel(logging.ERROR)
        with mpl.rc_context():
            mpl.rcdefaults()
            mpl.rcParams.update(changes)
            yield
    finally:
        log.setLevel(level)


def _wrapped(text: str, columns: int) -> str:
    """Lines of at most so many columns, the last one not much shorter; a Hangul syllable takes nearly two."""
    wide = sum(unicodedata.east_asian_width(letter) == "W" for letter in text)
    width = round(columns * len(text) / (len(text) + 0.75 * wide))
    lines = textwrap.wrap(text, width)
    while len(lines[-1]) < 0.4 * len(lines[0]) and len(narrower := textwrap.wrap(text, width - 1)) == len(lines):
        lines, width = narrower, width - 1
    return "\n".join(lines)
