"""confusion-matrix: how often each class was taken for each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pellucid.figures.letters import drawable, families_for
from pellucid.figures.picture import Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = npt.NDArray[Any]

_MOST_NUMBERS = 30  # classes, beyond which the numbers in the cells could not be read
_LONGEST = 18  # letters of a name that stand beside the cells


@dataclass(frozen=True)
class ConfusionMatrix:
    """How many samples of the row's class were taken for the column's.

    Args:
        counts: shape (classes, classes); rows are the true classes.
        names: of the classes.
    """

    counts: Array
    names: tuple[str, ...]

    @property
    def shares(self) -> Array:
        """Of each row's samples; the diagonal holds each class's recall. Rows without samples are 0."""
        shares: Array = self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        return shares


def confusion_matrix(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, names: Sequence[str]) -> ConfusionMatrix:
    """Counted by scikit-learn.

    Args:
        y_true, y_pred: the true and the answered label of each sample, from 0.
        names: of the labels.

    >>> confusion_matrix([0, 0, 1], [0, 1, 1], ["cat", "dog"]).counts.tolist()
    [[1, 1], [0, 1]]
    """
    from sklearn.metrics import confusion_matrix as count

    return ConfusionMatrix(count(y_true, y_pred, labels=np.arange(len(names))), tuple(names))


def compute(settings: Settings) -> ConfusionMatrix:
    """A small network on the handwritten digits, judged on their test set."""
    from pellucid import networks
    from pellucid.datasets import digits
    from pellucid.utils import set_random_seed

    set_random_seed(settings.seed)
    (x, y), (x_test, y_test) = digits.load_data()
    model = networks.build("mlp:16", x.shape[1:], 10, preprocessing=networks.preprocessing(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=2 if settings.quick else 10, verbose=0)
    return confusion_matrix(y_test, model.predict(x_test).argmax(axis=1), digits.CLASS_NAMES)


def draw(data: ConfusionMatrix, sheet: Sheet) -> None:
    """A cell for each pair, the darker the larger its share of the row."""
    (axes,) = sheet.panels()
    classes = len(data.names)
    axes.imshow(data.shares, cmap=sheet.surface().reversed(), vmin=0, vmax=1)
    axes.grid(False)
    axes.set_xticks(np.arange(classes + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(classes + 1) - 0.5, minor=True)
    axes.grid(which="minor")
    for side in axes.spines.values():
        side.set_visible(False)
    if classes <= _MOST_NUMBERS:
        _write_counts(axes, data, sheet, size=float(np.clip(90 / classes, 5.5, 10)))
    fonts = families_for(data.names)
    names = [drawable(_shortened(name), fonts, otherwise=str(i)) for i, name in enumerate(data.names)]
    turned = classes * max(map(len, names)) > 60
    axes.set_xticks(range(classes), names, rotation=90 if turned else 0, fontfamily=fonts)
    axes.set_yticks(range(classes), names, fontfamily=fonts)
    axes.tick_params(which="both", length=0)
    axes.tick_params(labelsize=9 if classes <= 15 else 7)
    axes.set(xlabel=sheet.say(_ANSWERED), ylabel=sheet.say(_TRUE))


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _write_counts(axes: Axes, data: ConfusionMatrix, sheet: Sheet, size: float) -> None:
    for (row, column), count in np.ndenumerate(data.counts):
        if count or row == column:
            right = row == column
            axes.text(
                column,
                row,
                f"{count:,}",
                ha="center",
                va="center",
                fontsize=size,
                fontweight="bold" if right else "normal",
                color=sheet.theme.ink if right or data.shares[row, column] >= 0.01 else sheet.theme.muted,
            )


def save(data: ConfusionMatrix, path: str | Path, *, language: str = "en", theme: str = "light") -> None:
    """Into a file, .png or .svg, as large as the number of classes asks for.

    Raises:
        ArgumentError: another ending, or no such language or theme.
    """
    side = float(np.clip(2.6 + 0.42 * len(data.names), 4.6, 11))
    replace(PICTURE, size=(side + 0.6, side)).save(data, path, language=language, theme=theme)


_TRUE = Text("true class", "실제 클래스")
_ANSWERED = Text("answered class", "답한 클래스")

PICTURE = Picture(
    "confusion-matrix",
    Text("What was taken for what", "무엇을 무엇으로 보았는가"),
    Text(
        "Rows are the true classes, columns the answers; right answers lie on the diagonal. The darker a cell, the larger its "
        "share of the row.",
        "행은 실제 클래스, 열은 답이다. 맞힌 것은 대각선에 있다. 칸이 짙을수록 그 행에서 차지하는 몫이 크다.",
    ),
    compute,
    draw,
    size=(6.8, 6.6),
)
