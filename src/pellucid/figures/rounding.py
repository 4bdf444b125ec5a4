"""rounding: the error of numerical differentiation over its step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid import numerics
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text

_AT = 1.0
_BAD = 1e-50


@dataclass(frozen=True)
class Rounding:
    """Errors of the slope of sin at 1 by step; what theory says of them; and a step that is far too small.

    Shapes: all (steps,). ``rounding`` is eps / h, ``forward_cut`` h |f''| / 2 and ``central_cut`` h^2 |f'''| / 6. With the bad
    step the difference is 0, so its error is the slope itself.
    """

    step: Array
    forward: Array
    central: Array
    rounding: Array
    forward_cut: Array
    central_cut: Array
    bad_step: float
    bad_slope: float
    bad_error: float


def compute(settings: Settings) -> Rounding:
    """In 64-bit floats: steps from 1e-18 to 1, twelve for each power of ten."""
    step = np.logspace(-18, 0, 217)
    forward, central = (numerics.difference_errors(np.sin, np.cos, _AT, step, method) for method in ("forward", "central"))
    rounding = np.finfo(np.float64).eps * np.sin(_AT) / step
    slope = float(numerics.numerical_diff(np.sin, _AT, h=_BAD, method="forward"))
    return Rounding(
        step,
        forward,
        central,
        rounding,
        step * np.sin(_AT) / 2,
        step**2 * np.cos(_AT) / 6,
        _BAD,
        slope,
        abs(slope - float(np.cos(_AT))),
    )


def draw(data: Rounding, sheet: Sheet) -> None:
    """A narrow panel for the bad step, left, and a wide one for all others."""
    bad, axes = sheet.panels(1, 2, sharey=True, width_ratios=[1, 7])
    least = 1e-13  # the plot's floor: where a difference happens to be exact to the last bit, its error has no logarithm
    for theory in (data.rounding, data.forward_cut, data.central_cut):
        axes.plot(data.step, theory, color=sheet.theme.muted, linewidth=1, linestyle=":", zorder=1)
    for i, (text, error) in enumerate(((_FORWARD, data.forward), (_CENTRAL, data.central))):
        look = sheet.curve(i, points=len(data.step), markers=18) | {"linewidth": 1.1, "markersize": 4}
        axes.plot(data.step, np.maximum(error, least), label=sheet.say(text), **look)
        best = error.argmin()
        axes.axvline(data.step[best], color=sheet.color(i), linewidth=0.8, linestyle="--", zorder=0)
    axes.axvline(1e-4, color=sheet.theme.ink, linewidth=0.9, linestyle="-", zorder=0)
    sheet.note(axes, "$h = 10^{-4}$", (1.3e-4, 3e1))
    sheet.logarithmic(axes, "xy")
    sheet.logarithmic(bad, "xy")
    axes.set(xlim=(1e-18, 1), ylim=(least / 2, 2e2), xlabel=sheet.say(_STEP))
    sheet.note(axes, sheet.say(_ROUNDING), (2e-12, 2e-2), color=sheet.theme.muted)
    sheet.note(axes, "$h\\,|f''|/2$", (8e-4, 8e-6), ha="center", color=sheet.theme.muted)
    sheet.note(axes, "$h^2|f'''|/6$", (2e-2, 2e-7), ha="left", color=sheet.theme.muted)
    axes.legend(loc="lower left")
    axes.tick_params(labelleft=False)
    bad.plot(data.bad_step, data.bad_error, "X", color=sheet.color(0), markersize=9)
    bad.set(xlim=(1e-52, 1e-48), ylabel=sheet.say(_ERROR), xticks=[data.bad_step])
    bad.set_xticks([], minor=True)
    bad.annotate(
        sheet.say(_BAD_STEP), (data.bad_step, data.bad_error / 6), ha="center", va="top", fontsize=9, color=sheet.theme.ink
    )


_ROUNDING = Text("rounding, eps$\\,/\\,h$", "반올림 오차, eps$\\,/\\,h$")
_STEP = Text("step $h$", "간격 $h$")
_ERROR = Text("error of the slope of sin at 1", "1에서 sin의 기울기의 오차")
_FORWARD = Text("forward difference", "전방 차분")
_CENTRAL = Text("central difference", "중심 차분")
_BAD_STEP = Text("slope 0:\n$x + h$\nis $x$", "기울기 0:\n$x + h$가\n$x$와 같다")

PICTURE = Picture(
    "rounding",
    Text("Not too wide, not too narrow: the step of a numerical derivative", "너무 넓지도 좁지도 않게: 수치 미분의 간격"),
    Text(
        "A wide step cuts off much of the function's bend (right branches); a narrow one leaves only the rounding of the "
        "last digits "
        "(left branch); 1e-50 leaves nothing. Dashed: the best step of each.",
        "간격이 넓으면 함수의 굽이를 많이 잘라 내고 (오른쪽), 좁으면 끝자리의 반올림만 남으며 (왼쪽), 1e-50에서는 아무것도 "
        "남지 않는다. "
        "파선은 각 차분에 가장 좋은 간격이다.",
    ),
    compute,
    draw,
    size=(9.4, 4.8),
)
