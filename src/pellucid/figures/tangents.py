"""tangents: a numerical derivative as the slope of a line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid import numerics
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.themes import MARKERS

_WIDE = 8.0  # a step so wide that the eye sees what it does


def function(x: Array) -> Array:
    """0.01 x^2 + 0.1 x, whose slope is 0.02 x + 0.1."""
    return 0.01 * x**2 + 0.1 * x


@dataclass(frozen=True)
class Tangents:
    """The function; tangents at some points, a row each; and at the last of them the lines of differences with a wide step.

    Shapes: x, y (points,); at, value, slope (tangents,); lines (tangents, points); forward, central (points,) with slopes.
    """

    x: Array
    y: Array
    at: Array
    value: Array
    slope: Array
    lines: Array
    step: float
    forward: Array
    forward_slope: float
    central: Array
    central_slope: float


def compute(settings: Settings) -> Tangents:
    """Slopes at 5 and 10 by the central difference with h = 1e-4; at 10 also with a step of 8, central and forward."""
    x, at = np.linspace(0, 20, 401), np.array([5.0, 10.0])
    tangents = [numerics.tangent(function, float(point)) for point in at]
    slopes = [float(numerics.numerical_diff(function, at[-1], h=_WIDE, method=method)) for method in ("forward", "central")]
    # Each secant goes through the points whose difference it is.
    forward = function(at[-1]) + slopes[0] * (x - at[-1])
    central = function(at[-1] - _WIDE) + slopes[1] * (x - at[-1] + _WIDE)
    lines = np.array([line(x) for line in tangents])
    slope = np.array([line.slope for line in tangents])
    return Tangents(x, function(x), at, function(at), slope, lines, _WIDE, forward, slopes[0], central, slopes[1])


def draw(data: Tangents, sheet: Sheet) -> None:
    """Left the tangents; right forward and central differences beside the tangent of the last point."""
    left, right = sheet.panels(1, 2, sharey=True)
    for axes in (left, right):
        axes.plot(data.x, data.y, color=sheet.theme.ink, label="$f(x) = 0.01x^2 + 0.1x$")
        axes.set(xlabel="$x$", xlim=(0, 20), xticks=range(0, 21, 5), ylim=(-1.2, 6.4))
    for i, (x, y, slope) in enumerate(zip(data.at, data.value, data.slope, strict=True)):
        left.plot(data.x, data.lines[i], label=sheet.say(_TANGENT, x=x, slope=repr(float(slope))), **sheet.curve(i))
        left.plot(x, y, MARKERS[i], color=sheet.color(i), markersize=8, zorder=3)
    at, step, last = data.at[-1], data.step, len(data.at) - 1
    right.plot(data.x, data.lines[-1], label=sheet.say(_TRUE, slope=0.02 * at + 0.1), **sheet.curve(last))
    for i, text, line, slope, ends in (
        (2, _FORWARD, data.forward, data.forward_slope, (at, at + step)),
        (3, _CENTRAL, data.central, data.central_slope, (at - step, at + step)),
    ):
        right.plot(data.x, line, label=sheet.say(text, slope=slope), **sheet.curve(i))
        right.plot(
            ends,
            np.interp(ends, data.x, data.y),
            MARKERS[i],
            color=sheet.color(i),
            markersize=11 if i == 3 else 7,
            fillstyle="none" if i == 3 else "full",
            zorder=3,
        )
    left.set(title=sheet.say(_LEFT), ylabel="$f(x)$")
    right.set_title(sheet.say(_RIGHT, step=step))
    for axes in (left, right):
        axes.legend(loc="upper left")


_LEFT = Text("tangents by numerical differentiation, $h = 10^{-4}$", "수치 미분으로 구한 접선, $h = 10^{-4}$")
_RIGHT = Text("at 10 with a step that is far too wide, $h = {step:g}$", "10에서, 지나치게 큰 간격 $h = {step:g}$")
_TANGENT = Text("at {x:g}: slope {slope}", "{x:g}에서: 기울기 {slope}")
_TRUE = Text("tangent: slope {slope:g}", "접선: 기울기 {slope:g}")
_FORWARD = Text("forward difference: {slope:g}", "전방 차분: {slope:g}")
_CENTRAL = Text("central difference: {slope:g}", "중심 차분: {slope:g}")

PICTURE = Picture(
    "tangents",
    Text("A derivative is the slope of the tangent", "미분은 접선의 기울기"),
    Text(
        "The slope between two near points is nearly that of the tangent. The central difference errs less than the forward one; "
        "on a parabola it is parallel to the tangent however wide the step is.",
        "가까운 두 점을 잇는 기울기는 접선의 기울기와 거의 같다. 중심 차분은 전방 차분보다 오차가 작고, 포물선에서는 간격이 "
        "아무리 넓어도 접선과 나란하다.",
    ),
    compute,
    draw,
    size=(10.4, 4.6),
)
