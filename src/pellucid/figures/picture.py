"""Picture: one figure of the book: how its data is computed, how it is drawn, and what it is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy.typing as npt

from pellucid.atomic import replacing
from pellucid.errors import ArgumentError
from pellucid.figures.sheet import Sheet, settings
from pellucid.figures.text import Text, checked_language
from pellucid.figures.themes import checked_theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = npt.NDArray[Any]
ENDINGS = (".png", ".svg")
T = TypeVar("T")


@dataclass(frozen=True)
class Settings:
    """What the data of a figure may depend on.

    Args:
        quick: fewer steps on less data, to see that all works: the curves are then too short to teach by.
        dataset: digits, mnist or fashion-mnist, for figures that train on them; None for MNIST where
            its files are, else digits.
        seed: of weights, order and noise.
    """

    quick: bool = False
    dataset: str | None = None
    seed: int = 0


@dataclass(frozen=True)
class Picture(Generic[T]):
    """A figure by name. ``draw`` computes nothing, so that a test of the data is a test of what is shown.

    Args:
        name: what ``pellucid figures NAME`` calls it.
        title: stands above it.
        shows: one sentence on what there is to see; stands below it and in the list.
        compute: settings -> the data, a frozen dataclass of arrays.
        draw: the data, onto a sheet.
        size: width and height in inches.
    """

    name: str
    title: Text
    shows: Text
    compute: Callable[[Settings], T]
    draw: Callable[[T, Sheet], None]
    size: tuple[float, float] = field(default=(7.2, 4.4))

    def figure(self, data: T, *, language: str = "en", theme: str = "light") -> Figure:
        """A figure of this data.

        Raises:
            ArgumentError: no such language or theme.
            FontUnavailable: the language has no font here.
        """
        sheet = self._sheet(language, theme)
        with settings(sheet.theme, sheet.language):
            self._draw(data, sheet)
        return sheet.figure

    def save(self, data: T, path: str | Path, *, language: str = "en", theme: str = "light") -> None:
        """``figure`` into a file, .png or .svg: the same bytes for the same data and the same matplotlib.

        Raises:
            ArgumentError: another ending, or no such language or theme.
            FontUnavailable: the language has no font here. OSError: the disk is full or fails; the file before stays whole.
        """
        path = checked_path(path)
        sheet = self._sheet(language, theme)
        # No date and no version within.
        metadata: dict[str, Any] = {"Title": sheet.say(self.title)}
        metadata |= {"Date": None, "Creator": "Pellucid"} if path.suffix.lower() == ".svg" else {"Software": None}
        with settings(sheet.theme, sheet.language):
            self._draw(data, sheet)
            with replacing(path) as file:
                sheet.figure.savefig(file, format=path.suffix[1:].lower(), metadata=metadata)

    def _sheet(self, language: str, theme: str) -> Sheet:
        from matplotlib.figure import Figure

        chosen, spoken = checked_theme(theme), checked_language(language)
        with settings(chosen, spoken):
            return Sheet(Figure(figsize=self.size, layout="constrained"), chosen, spoken)

    def _draw(self, data: T, sheet: Sheet) -> None:
        self.draw(data, sheet)
        sheet.head(self.title, self.shows)


def checked_path(path: str | Path) -> Path:
    """The path, if it ends in .png or .svg.

    Raises:
        ArgumentError: it does not.
    """
    path = Path(path)
    if path.suffix.lower() not in ENDINGS:
        raise ArgumentError(f"figures: the file must end in {' or '.join(ENDINGS)}. Received {path.name!r}.")
    return path
