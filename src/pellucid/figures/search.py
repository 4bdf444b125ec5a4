"""search: which settings mattered in a search for them, and how its best trials learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.words import EPOCH, VALIDATION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BEST = 4  # trials that are drawn in colours
_TALLEST = 1.5  # times the first loss of the best trials


@dataclass(frozen=True)
class Search:
    """Importances by setting, and each trial's validation loss by epoch.

    Args:
        setting: names, the most important first.
        importance: of each, (settings,), adding up to 1; empty where the trials are too few to tell.
        trial: numbers, the best first.
        loss: validation loss of each trial by epoch, (epochs of it,); NaN where it was not a number.
        pruned: whether each was given up before its end.
    """

    setting: tuple[str, ...]
    importance: Array
    trial: tuple[int, ...]
    loss: tuple[Array, ...]
    pruned: tuple[bool, ...]


def search(importance: Mapping[str, float], curves: Mapping[int, Sequence[float]], pruned: Sequence[int] = ()) -> Search:
    """The figure's data of importances and of the validation losses of each trial, which it puts in order.

    >>> found = search({"size": 0.25, "rate": 0.75}, {1: [3.0, 2.0], 2: [2.0, 1.0], 3: [4.0]}, pruned=[3])
    >>> found.setting, found.trial, found.pruned
    (('rate', 'size'), (2, 1, 3), (False, False, True))
    """
    names = sorted(importance, key=lambda name: -importance[name])
    order = sorted((trial for trial in curves if len(curves[trial])), key=lambda trial: (trial in pruned, _lowest(curves[trial])))
    return Search(
        tuple(names),
        np.array([importance[name] for name in names], np.float64),
        tuple(order),
        tuple(np.asarray(curves[trial], np.float64) for trial in order),
        tuple(trial in pruned for trial in order),
    )


def compute(settings: Settings) -> Search:
    """A made-up search, to see what the figure looks like: losses that fall towards a floor, at rates of their own."""
    random = np.random.RandomState(settings.seed)
    curves, pruned = {}, []
    for trial in range(1, 13):
        floor, rate = random.uniform(0.1, 0.8), random.uniform(0.2, 0.6)
        epochs = 12 if floor < 0.35 or trial < 4 else random.randint(1, 8)
        if epochs < 12:
            pruned.append(trial)
        curves[trial] = floor + (2.3 - floor) * np.exp(-rate * np.arange(epochs))
    return search({"learning rate": 0.71, "optimizer": 0.16, "width": 0.09, "weight decay": 0.04}, curves, pruned)


def draw(data: Search, sheet: Sheet) -> None:
    """Left a bar for each setting, right a curve for each trial, the best ones in colours."""
    bars, curves = sheet.panels(1, 2, width_ratios=(1, 1.35))
    places = np.arange(len(data.setting))[::-1]
    bars.set(title=sheet.say(_IMPORTANCE), xlim=(0, 1.05))
    if len(data.importance):
        bars.barh(places, data.importance, color=sheet.color(0), height=0.6)
        bars.set_yticks(places, [name.replace("_", " ") for name in data.setting])
        for place, share in zip(places, data.importance, strict=True):
            bars.text(share + 0.015, place, f"{share:.0%}", va="center", fontsize=9)
        bars.grid(False, axis="y")
        bars.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
    else:
        bars.set_yticks([])
        bars.set_xticks([])
        bars.text(0.5, 0.5, sheet.say(_TOO_FEW), ha="center", va="center", color=sheet.theme.muted, transform=bars.transAxes)
    _draw_curves(data, sheet, curves)


def save(data: Search, path: str | Path, *, language: str = "en", theme: str = "light") -> None:
    """Into a file, .png or .svg.

    Raises:
        ArgumentError: another ending, or no such language or theme.
    """
    PICTURE.save(data, path, language=language, theme=theme)


def _draw_curves(data: Search, sheet: Sheet, axes: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    best = [i for i, given_up in enumerate(data.pruned) if not given_up][:_BEST]
    for given_up, text in ((False, _OTHER), (True, _PRUNED)):
        label = sheet.say(text)
        for i, (loss, pruned) in enumerate(zip(data.loss, data.pruned, strict=True)):
            if pruned is given_up and i not in best:
                end: dict[str, Any] = {"marker": "x", "markevery": [len(loss) - 1], "markersize": 5} if pruned else {}
                epochs = np.arange(1, len(loss) + 1)
                axes.plot(epochs, loss, color=sheet.theme.muted, linewidth=0.9, alpha=0.55, label=label, **end)
                label = "_"  # once in the legend
    for place, i in reversed(list(enumerate(best))):
        loss, look = data.loss[i], sheet.curve(place, points=len(data.loss[i]))
        axes.plot(np.arange(1, len(loss) + 1), loss, label=sheet.say(_TRIAL, number=data.trial[i]), zorder=3, **look)
    first = [float(data.loss[i][0]) for i in best if np.isfinite(data.loss[i][0])]
    if first and min(np.nanmin(loss) for loss in data.loss if np.isfinite(loss).any()) >= 0:
        highest = max(float(np.nanmax(loss[np.isfinite(loss)])) for loss in data.loss if np.isfinite(loss).any())
        axes.set_ylim(0, min(1.05 * highest, _TALLEST * max(first)))
    axes.set(xlabel=sheet.say(EPOCH), title=sheet.say(_CURVES, part=sheet.say(VALIDATION)))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    if data.trial:
        handles, labels = axes.get_legend_handles_labels()
        sheet.figure.legend(handles[::-1], labels[::-1], loc="outside right upper")


def _lowest(losses: Sequence[float]) -> float:
    values = np.asarray(losses, np.float64)
    return float(np.nanmin(values)) if np.isfinite(values).any() else np.inf


_IMPORTANCE = Text("what mattered: share of the differences", "무엇이 중요했나: 차이의 몫")
_CURVES = Text("{part} loss", "{part} 손실")
_TOO_FEW = Text("too few trials to tell", "판단하기에는 시도가 적다")
_TRIAL = Text("trial {number}", "시도 {number}")
_OTHER = Text("other trials", "다른 시도")
_PRUNED = Text("given up early", "일찍 그만둔 시도")

PICTURE = Picture(
    "search",
    Text("A search for settings", "하이퍼파라미터 탐색"),
    Text(
        "Left: how much of the differences between trials each setting explains, by a forest of regression trees fitted to them "
        "(fANOVA). Right: the best trials; the crosses are where hopeless ones were given up.",
        "왼쪽: 시도들의 차이 가운데 각 설정이 설명하는 몫(회귀 나무의 숲, fANOVA). 오른쪽: 가장 좋은 시도들. 가위표는 "
        "가망 없는 시도를 그만둔 곳이다.",
    ),
    compute,
    draw,
    size=(10.4, 4.4),
)
