"""Themes: colours for light and for dark paper, told apart by the colour-blind, with lines and markers that do without colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pellucid.errors import unknown_name


@dataclass(frozen=True)
class Theme:
    """The colours of a figure.

    Args:
        name: light or dark.
        paper, ink: background and text.
        muted: second thoughts: notes, guide lines, contours; still readable on the paper.
        grid: lines that must not be in the way.
        wash: the far end of a shaded surface, whose near end is the paper.
        series: a colour for each curve, in order.
    """

    name: str
    paper: str
    ink: str
    muted: str
    grid: str
    wash: str
    series: tuple[str, ...]

    def settings(self) -> dict[str, Any]:
        """These colours, and what both themes share, as settings of matplotlib."""
        edges = ("axes.edgecolor", "xtick.color", "ytick.color")
        return {
            **dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), self.paper),
            **dict.fromkeys(("text.color", "axes.labelcolor", "axes.titlecolor", "legend.labelcolor"), self.ink),
            **dict.fromkeys(("xtick.labelcolor", "ytick.labelcolor"), self.ink),
            **dict.fromkeys(edges, self.muted),
            "grid.color": self.grid,
            **_SHARED,
        }


# Blue, vermilion, green and purple of Okabe and Ito (2008), with an amber for their orange; where one of theirs has less than a
# contrast of 3 to 1 with the paper (WCAG 2.2, 1.4.11), a darker or lighter one of its hue. Tests hold them to that.
LIGHT = Theme(
    name="light",
    paper="#FFFFFF",
    ink="#1F2328",
    muted="#6B7280",
    grid="#E3E5E8",
    wash="#B9CFE4",
    series=("#0072B2", "#D55E00", "#00805C", "#B2649A", "#8A6D00", "#3D4450"),
)
DARK = Theme(
    name="dark",
    paper="#14171B",
    ink="#E7E9EC",
    muted="#9AA3AE",
    grid="#2B3037",
    wash="#33506B",
    series=("#56B4E9", "#F0803C", "#12B88A", "#E3A1CC", "#F0E442", "#D5D9DF"),
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}

LINES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (5, 1.5, 1, 1.5)), (0, (1.2, 1.2)), (0, (8, 2)), (0, (3, 1, 1, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "X")

_SHARED: dict[str, Any] = {
    "figure.constrained_layout.w_pad": 0.07,
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.labelsize": 10,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "legend.handlelength": 3.0,  # long enough to tell dashes apart
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "savefig.dpi": 150,
    "svg.fonttype": "path",  # letters as outlines: right on machines that lack the font
    "svg.hashsalt": "pellucid",  # names within the file do not change from run to run
}


def checked_theme(name: str) -> Theme:
    """The theme of this name.

    Raises:
        ArgumentError: there is none.
    """
    if name not in THEMES:
        raise unknown_name("theme", name, THEMES)
    return THEMES[name]
