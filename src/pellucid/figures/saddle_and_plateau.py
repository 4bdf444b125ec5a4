"""saddle-and-plateau: places where the gradient is 0, or nearly, and which are no minimum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid import numerics
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.words import STEP
from pellucid.numerics import Descent


@dataclass(frozen=True)
class SaddleAndPlateau:
    """Two descents on the saddle x0^2 - x1^2 + x1^4 / 4, one from the ridge and one from beside it; one from the plateau of
    1 - exp(-x^2). And both functions over grids."""

    onto_saddle: Descent
    past_saddle: Descent
    grid: Array
    saddle: Array
    off_plateau: Descent
    line: Array
    plateau: Array


def saddle(x: Array) -> float:
    """Its gradient is 0 at (0, 0), a saddle, and at (0, +-sqrt 2), two minima of -1."""
    return float(x[0] ** 2 - x[1] ** 2 + x[1] ** 4 / 4)


def plateau(x: Array) -> float:
    """Flat far from 0, where its minimum is."""
    return float((1 - np.exp(-(x**2))).sum())


def compute(settings: Settings) -> SaddleAndPlateau:
    """The second descent begins 0.001 beside the first one."""
    onto, past = (numerics.gradient_descent(saddle, (-1.8, beside), lr=0.1, step_num=70) for beside in (0.0, 0.001))
    off = numerics.gradient_descent(plateau, (2.7,), lr=0.3, step_num=240)
    grid, line = np.linspace(-2.2, 2.2, 111), np.linspace(-3.2, 3.2, 321)
    x0, x1 = grid[None, :], grid[:, None]
    return SaddleAndPlateau(onto, past, grid, x0**2 - x1**2 + x1**4 / 4, off, line, 1 - np.exp(-(line**2)))


def draw(data: SaddleAndPlateau, sheet: Sheet) -> None:
    """Above the saddle, below the plateau; left the paths, right the values by step."""
    saddle, values, plateau, height = sheet.panels(2, 2)
    levels = np.arange(-1, 5.5, 0.5)
    saddle.contourf(data.grid, data.grid, data.saddle, levels=levels, cmap=sheet.surface(), extend="max")
    saddle.contour(data.grid, data.grid, data.saddle, levels=levels, colors=sheet.theme.muted, linewidths=0.5)
    for i, (descent, text) in enumerate(((data.onto_saddle, _ON_RIDGE), (data.past_saddle, _BESIDE))):
        look = sheet.curve(i, points=1) | {"linestyle": "-", "linewidth": 1.2, "markersize": 3 if i else 6}
        saddle.plot(*descent.path.T, **look)
        values.plot(descent.values, label=sheet.say(text), **sheet.curve(i, points=len(descent.values)))
    saddle.plot(0, 0, "P", color=sheet.theme.ink, markersize=9, zorder=3)
    sheet.note(saddle, sheet.say(_SADDLE), (0.15, -0.22))
    for side in (-1, 1):
        saddle.plot(0, side * np.sqrt(2), "*", color=sheet.theme.ink, markersize=11, zorder=3)
    saddle.grid(False)
    saddle.set(xlabel="$x_0$", ylabel="$x_1$", title="$f = x_0^2 - x_1^2 + x_1^4/4$", aspect="equal")
    values.set(xlabel=sheet.say(STEP), ylabel="$f$", title=sheet.say(_VALUES))
    values.legend(loc="upper right")
    plateau.plot(data.line, data.plateau, color=sheet.theme.ink)
    look = sheet.curve(2, points=1) | {"linestyle": "", "markersize": 5, "alpha": 0.6, "markevery": 1}
    plateau.plot(data.off_plateau.path[:, 0], data.off_plateau.values, **look)
    sheet.note(plateau, sheet.say(_PLATEAU), (2.6, 0.93), ha="center", va="top")
    plateau.set(xlabel="$x$", ylabel="$f$", title="$f = 1 - e^{-x^2}$")
    height.plot(data.off_plateau.values, **sheet.curve(2, points=len(data.off_plateau.values)))
    height.set(xlabel=sheet.say(STEP), ylabel="$f$", title=sheet.say(_VALUES))


_SADDLE = Text("saddle point", "안장점")
_PLATEAU = Text("plateau", "고원")
_ON_RIDGE = Text("begins on the ridge", "능선에서 출발")
_BESIDE = Text("begins 0.001 beside it", "능선에서 0.001 옆에서 출발")
_VALUES = Text("the value at each step", "갱신할 때마다의 함숫값")

PICTURE = Picture(
    "saddle-and-plateau",
    Text("Where the gradient vanishes and there is no minimum", "기울기가 0이지만 최솟값이 아닌 곳"),
    Text(
        "Gradient descent seeks a place of gradient 0. That may be a saddle, where it stays if it comes along the ridge and "
        "lingers if it "
        "comes close to it; on a plateau its steps are tiny until it reaches the edge.",
        "경사 하강법은 기울기가 0인 곳을 찾는다. 안장점일 수도 있어서 능선을 따라오면 거기 멈추고 가까이 지나면 오래 머문다. "
        "고원에서는 가장자리에 닿을 때까지 아주 조금씩 움직인다.",
    ),
    compute,
    draw,
    size=(9.2, 8.0),
)
