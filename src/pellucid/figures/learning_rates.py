"""learning-rates: gradient descent with steps too small, right, and too large."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid import numerics
from pellucid.figures.gradient_field import function
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.words import LEARNING_RATE, START, STEP
from pellucid.numerics import Descent, Outcome

_START = (-3.0, 4.0)
_STEPS = 20


@dataclass(frozen=True)
class LearningRates:
    """One descent of x0^2 + x1^2 for each rate, with its path; and the surface over a grid."""

    descents: tuple[Descent, ...]
    grid: Array
    value: Array


def compute(settings: Settings) -> LearningRates:
    """From (-3, 4), twenty steps at rates 0.01, 0.3 and 1.05. A step takes x to (1 - 2 rate) x: above 1 it grows."""
    descents = tuple(numerics.gradient_descent(function, _START, lr=rate, step_num=_STEPS) for rate in (0.01, 0.3, 1.05))
    grid = np.linspace(-8, 8, 121)
    return LearningRates(descents, grid, grid[None, :] ** 2 + grid[:, None] ** 2)


def draw(data: LearningRates, sheet: Sheet) -> None:
    """A panel for each path, and the values of all by step."""
    *maps, values = sheet.panels(2, 2)
    for i, (axes, descent) in enumerate(zip(maps, data.descents, strict=True)):
        rate = sheet.say(LEARNING_RATE, rate=descent.learning_rate)
        axes.contourf(data.grid, data.grid, data.value, levels=np.arange(0, 140, 8), cmap=sheet.surface())
        axes.contour(data.grid, data.grid, data.value, levels=np.arange(8, 140, 8), colors=sheet.theme.muted, linewidths=0.4)
        look = sheet.curve(i, points=1) | {"linewidth": 1.3, "markersize": 4.5, "linestyle": "-"}
        axes.plot(*descent.path.T, **look)
        axes.plot(*descent.path[0], "o", markerfacecolor="none", markeredgecolor=sheet.theme.ink, markersize=11)
        sheet.note(axes, sheet.say(START), (-2.3, 4.6))
        axes.plot(0, 0, "*", color=sheet.theme.ink, markersize=10, zorder=3)
        axes.grid(False)
        axes.set(title=f"{rate}: {sheet.say(_OUTCOMES[descent.outcome])}", xlabel="$x_0$", ylabel="$x_1$", aspect="equal")
        axes.set(xlim=(-8, 8), ylim=(-8, 8), xticks=range(-8, 9, 4), yticks=range(-8, 9, 4))
        values.plot(descent.values, label=rate, **sheet.curve(i, points=len(descent.values)))
        if descent.outcome is Outcome.DIVERGED:  # to and fro along one line: numbers tell in which order
            for step in range(1, 6):
                sheet.note(axes, str(step), tuple(descent.path[step] + [0.45, 0.3]), bbox=None)
    sheet.logarithmic(values, "y")
    values.set(xlabel=sheet.say(STEP), ylabel="$f(x_0, x_1)$", title=sheet.say(_VALUES), xticks=range(0, 21, 5))
    values.legend(loc="lower left")


_VALUES = Text("the value at each step", "갱신할 때마다의 함숫값")
_OUTCOMES = {
    Outcome.CONVERGED: Text("arrives", "도착한다"),
    Outcome.STILL_MOVING: Text("still on its way", "아직 가는 중"),
    Outcome.DIVERGED: Text("diverges", "발산한다"),
}

PICTURE = Picture(
    "learning-rates",
    Text("Learning rates: too small, right, too large", "학습률: 너무 작을 때, 알맞을 때, 너무 클 때"),
    Text(
        "Twenty steps down $x_0^2+x_1^2$. Too small a rate hardly gets away from the start; too large a one jumps across the "
        "minimum and "
        "lands higher each time.",
        "$x_0^2+x_1^2$를 스무 번 내려간다. 학습률이 너무 작으면 출발점을 거의 벗어나지 못하고, 너무 크면 최솟값을 건너뛰어 매번 "
        "더 높은 곳에 떨어진다.",
    ),
    compute,
    draw,
    size=(8.6, 8.4),
)
