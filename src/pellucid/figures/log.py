"""log: the natural logarithm, and its negative as a loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.themes import MARKERS


@dataclass(frozen=True)
class Logarithm:
    """log x over x, and -log p over a probability p with some of them marked."""

    x: Array
    log: Array
    probability: Array
    loss: Array
    marked_probability: Array
    marked_loss: Array


def compute(settings: Settings) -> Logarithm:
    """Marked are the two answers of the lecture's example: 0.6 and 0.1 for the right class; and certainty."""
    x, p, marked = np.linspace(0.005, 3, 600), np.linspace(0.01, 1, 500), np.array([0.1, 0.6, 1.0])
    return Logarithm(x, np.log(x), p, -np.log(p), marked, 0 - np.log(marked))


def draw(data: Logarithm, sheet: Sheet) -> None:
    """Left the logarithm, right the loss."""
    log, loss = sheet.panels(1, 2)
    log.plot(data.x, data.log, **sheet.curve(0))
    log.axhline(0, color=sheet.theme.muted, linewidth=0.8)
    log.plot(1, 0, "o", color=sheet.color(0), zorder=3)
    sheet.note(log, "$\\log 1 = 0$", (1.1, -0.35))
    log.set(xlabel="$x$", ylabel="$\\log\\, x$", title=sheet.say(_LOG))
    loss.plot(data.probability, data.loss, color=sheet.theme.ink)
    for i, (p, value) in enumerate(zip(data.marked_probability, data.marked_loss, strict=True)):
        loss.plot(p, value, marker=MARKERS[i], markersize=8, color=sheet.color(i), zorder=3)
        sheet.note(
            loss,
            f"$-\\log\\, {p:g} = {value:.3g}$",
            (p + 0.03, value + 0.28) if p < 1 else (0.97, -0.25),
            ha="left" if p < 1 else "right",
        )
    loss.set(xlabel=sheet.say(_PROBABILITY), ylabel="$-\\log\\, p$", title=sheet.say(_LOSS), ylim=(-0.5, 4.8))


_LOG = Text("the natural logarithm", "자연로그")
_LOSS = Text("as a loss: cross-entropy of one sample", "손실로 쓰면: 데이터 하나의 교차 엔트로피")
_PROBABILITY = Text("probability $p$ given to the right class", "정답에 준 확률 $p$")

PICTURE = Picture(
    "log",
    Text("The logarithm in the cross-entropy", "교차 엔트로피의 로그"),
    Text(
        "A sure and right answer costs nothing; the less probable the right class was held, the dearer, without bound.",
        "확신한 정답은 손실이 0이다. 정답의 확률을 낮게 볼수록 손실은 끝없이 커진다.",
    ),
    compute,
    draw,
    size=(9.0, 4.0),
)
