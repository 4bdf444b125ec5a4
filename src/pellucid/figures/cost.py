"""cost: the mean squared error of a line through the origin, by its only weight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid import numerics
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.themes import MARKERS


@dataclass(frozen=True)
class Cost:
    """Three points (x, y), the weights W that were tried, and the cost of each; some of them marked."""

    x: Array
    y: Array
    weight: Array
    cost: Array
    marked_weight: Array
    marked_cost: Array


def compute(settings: Settings) -> Cost:
    r"""cost(W) = 1/m \sum_i (W x_i - y_i)^2 on (1, 1), (2, 2), (3, 3)."""
    x = y = np.array([1.0, 2.0, 3.0])
    weight, marked = np.linspace(-1.5, 3.5, 501), np.array([0.0, 1.0, 2.0])
    return Cost(x, y, weight, numerics.cost(weight, x, y), marked, numerics.cost(marked, x, y))


def draw(data: Cost, sheet: Sheet) -> None:
    """Left the lines of the marked weights, right the cost of all weights."""
    points, curve = sheet.panels(1, 2)
    reach = np.array([0, data.x.max() + 0.5])
    for i, weight in enumerate(data.marked_weight):
        points.plot(reach, weight * reach, label=f"$W = {weight:g}$", **sheet.curve(i))
        cost = data.marked_cost[i]
        curve.plot(weight, cost, marker=MARKERS[i], markersize=8, color=sheet.color(i), zorder=3)
        place, side = _NOTES[i]
        sheet.note(curve, f"cost({weight:g}) = {cost:.3g}", place, ha=side)
    points.plot(data.x, data.y, "o", color=sheet.theme.ink, markersize=7, label=sheet.say(_DATA), zorder=3)
    points.set(xlabel="$x$", ylabel="$y$", title=sheet.say(_LINES))
    points.legend()
    curve.plot(data.weight, data.cost, color=sheet.theme.ink)
    curve.set(xlabel=sheet.say(_WEIGHT), ylabel="cost($W$)", title=sheet.say(_CURVE))


_NOTES = (((-0.2, 4.2), "right"), ((1.0, 2.0), "center"), ((2.2, 4.2), "left"))
_DATA = Text("data", "데이터")
_LINES = Text("lines $y = Wx$ through the data", "데이터를 지나는 직선 $y = Wx$")
_CURVE = Text("the mean squared error of each", "각 직선의 평균제곱오차")
_WEIGHT = Text("weight $W$", "가중치 $W$")

PICTURE = Picture(
    "cost",
    Text("The cost of a weight", "가중치의 비용"),
    Text(
        "The better the line fits, the lower its cost; the lowest place of the curve, W = 1, is the line through all points.",
        "직선이 데이터에 잘 맞을수록 비용이 낮다. 곡선의 가장 낮은 곳인 W = 1에서 직선은 모든 점을 지난다.",
    ),
    compute,
    draw,
    size=(8.6, 4.2),
)
